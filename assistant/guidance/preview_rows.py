"""Messages that have been written to people, as what a template can be tried with: whose, and for what purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from assistant.config import local_date
from assistant.guidance.store import Guidance
from assistant.guidance.tact import is_open_to
from assistant.journal import clean
from assistant.registers.national_id import is_synthetic
from assistant.store import Identities, Transaction
from assistant.store.identities import UnknownIdentifier
from assistant.store.tables import case, guidance
from assistant.twin import Action, Use, log_usage

PURPOSE = "to try the wording of a message"
BASIS = "personvernforordningen artikkel 6 nr. 1 bokstav e; forvaltningsloven § 11"
READ = ("message",)
LONGEST_WORDS = 500  # characters
MOST_SHOWN = 10
MOST_LOOKED_AT = 60

_NEWEST = guidance.c.created_at.desc()


@dataclass(frozen=True)
class Example:
    """A message of a made-up person that a template can be tried with. The id says nothing of whose."""

    id: str
    rule: str
    written_at: datetime


async def made_up_examples(
    tx: Transaction, identities: Identities, kind: str, municipality: str
) -> tuple[Example, ...]:
    """The newest messages of a kind to people who do not exist, by their made-up identity numbers."""
    question = select(guidance).where(guidance.c.kind == kind).order_by(_NEWEST).limit(MOST_LOOKED_AT)
    found: list[Example] = []
    for row in await tx.all(question):
        if len(found) < MOST_SHOWN and await _is_made_up(tx, identities, row, municipality):
            found.append(Example(row["id"], row["rule"], row["created_at"]))
    return tuple(found)


async def _is_made_up(
    tx: Transaction, identities: Identities, row: Mapping[str, Any], municipality: str
) -> bool:
    """Whether nobody the message is to, or about, exists."""
    if row["content"].get("municipality") != municipality:
        return False
    try:
        numbers = [
            await identities.reveal(tx, one, "national_id") for one in {row["person_id"], row["subject_id"]}
        ]
    except UnknownIdentifier:
        return False
    return all(is_synthetic(number) for number in numbers)


async def example(
    tx: Transaction, identities: Identities, kind: str, guidance_id: str, municipality: str
) -> Mapping[str, Any] | None:
    """The guidance of a made-up person; None where it is a living one's, or not of the kind."""
    row = await tx.first(select(guidance).where(guidance.c.id == guidance_id, guidance.c.kind == kind))
    return row if row and await _is_made_up(tx, identities, row, municipality) else None


async def of_case(tx: Transaction, kind: str, number: str, municipality: str) -> Mapping[str, Any] | None:
    """The newest guidance of a kind in the case with that number; None where the municipality has none."""
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    found = await tx.first(
        select(case.c.person_id, case.c.subject_id).where(
            case.c.number == int(number), case.c.municipality == municipality
        )
    )
    if found is None:
        return None
    question = (
        select(guidance)
        .where(
            guidance.c.kind == kind,
            guidance.c.person_id == found["person_id"],
            guidance.c.subject_id == found["subject_id"],
        )
        .order_by(_NEWEST)
    )
    rows: Sequence[Mapping[str, Any]] = await tx.all(question)
    return next((row for row in rows if str(row["content"].get("case_number", "")) == number), None)


async def read_for_preview(
    tx: Transaction, of: Guidance, row: Mapping[str, Any], staff: str, words: str, now: datetime
) -> Mapping[str, Any] | None:
    """What the message was written from, noted in the log of everybody it tells of, with why.

    None where tact keeps it from being written, or somebody's address is protected: nobody sees it here either, and
    that it was asked for is noted.
    """
    _, how, _ = await of.telling_now(tx, row, local_date(now))
    closed = not is_open_to(how) or "protected" in how.because
    said = clean(words.strip())[:LONGEST_WORDS]
    purpose = f"{PURPOSE}: {said}" if said else PURPOSE
    people = sorted({row["person_id"], row["subject_id"]})
    action: Action = "denied" if closed else "read"
    read = () if closed else READ
    await log_usage(tx, [Use(one, "staff", staff, action, purpose, BASIS, read) for one in people], now)
    if closed:
        return None
    content: Mapping[str, Any] = row["content"]
    return content


def words_of_purpose(purpose: str) -> str | None:
    """Why somebody tried a message, as `read_for_preview` noted it; None for other purposes.

    >>> words_of_purpose("to try the wording of a message: Ny tekst"), words_of_purpose("to handle case 1")
    ('Ny tekst', None)
    """
    said, colon, words = purpose.partition(": ")
    return words if said == PURPOSE and colon else None
