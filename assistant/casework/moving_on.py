"""A municipality moves an errand from one generation to another while cases are open.

What becomes of an open case is decided here, and not done: papers that have been sent are judged, nobody sends
for nothing; where none have come yet, what the registers say is fetched instead (FOR-2005-12-16-1478 § 3e).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

from assistant.casework import case_rows
from assistant.casework.case_rows import Case
from assistant.casework.errands import Errand
from assistant.store import Transaction
from assistant.store.tables import case, document, municipality
from assistant.twin import Generation, generation_of
from assistant.twin.generations import SETTING

Fate = Literal["as_begun", "on_new_facts"]
"""Handled to its end as it was begun; or by the new generation, on what the registers say."""


class NoSuchMunicipality(LookupError):
    """It is not set up here; the message names its number and the way out."""


def fate_of(begun: Generation, documents: int, chosen: Generation) -> Fate:
    """What becomes of an open case. `documents`: how many have been sent with it.

    >>> fate_of("documented", 0, "flagged"), fate_of("documented", 2, "flagged"), fate_of("fetched", 0, "documented")
    ('on_new_facts', 'as_begun', 'as_begun')
    """
    if chosen in (begun, "documented"):
        return "as_begun"
    return "as_begun" if begun == "documented" and documents else "on_new_facts"


@dataclass(frozen=True)
class Open:
    """An open case, and what becomes of it if the municipality moves on."""

    case: Case
    documents: int
    fate: Fate


async def settings_of(tx: Transaction, number: str) -> Mapping[str, Any]:
    """What the municipality has settled. Raises `NoSuchMunicipality`."""
    found: Mapping[str, Any] | None = await tx.scalar(
        select(municipality.c.settings).where(municipality.c.number == number).with_for_update()
    )
    if found is None:
        raise NoSuchMunicipality(
            f"municipality {number} is not set up here: `varde municipality {number} --name NAME` does it"
        )
    return found


async def choose(tx: Transaction, number: str, errand: Errand, chosen: Generation) -> Generation:
    """Write the municipality's choice; what it was. Raises `NoSuchMunicipality`."""
    settings = await settings_of(tx, number)
    before = generation_of(settings, errand.id)
    changed = {**settings, SETTING: {**settings.get(SETTING, {}), errand.id: chosen}}
    await tx.execute(update(municipality).where(municipality.c.number == number).values(settings=changed))
    return before


async def open_cases_with_papers(tx: Transaction, number: str, errand: Errand) -> list[tuple[Case, int]]:
    """The open cases of an errand, each with how many documents have been sent with it."""
    opened = [one for one in await case_rows.open_cases(tx, number) if one.kind == errand.id]
    rows = await tx.all(
        select(document.c.case_id, func.count().label("sent"))
        .where(document.c.case_id.in_([one.id for one in opened]))
        .group_by(document.c.case_id)
    )
    sent = {row["case_id"]: int(row["sent"]) for row in rows}
    return [(one, sent.get(one.id, 0)) for one in opened]


def under(chosen: Generation, opened: Case, documents: int) -> Open:
    """What becomes of an open case under a generation."""
    # What has been taken back is ended by people, whatever the registers say.
    fate = "as_begun" if opened.content.get("taken_back") else fate_of(opened.generation, documents, chosen)
    return Open(opened, documents, fate)


async def take_over(tx: Transaction, opened: Case, chosen: Generation, now: datetime) -> None:
    """Let the case be handled by the new generation from now on."""
    await tx.execute(
        update(case)
        .where(case.c.id == opened.id, case.c.status.in_(case_rows.OPEN))
        .values(generation=chosen)
    )
