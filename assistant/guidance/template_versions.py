"""The texts of messages as edited here: each save is the next version of a template, from a day on; 0 is what ships.

What has been written stays as it was written: a message keeps its words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from assistant.guidance.previewing import Tried
from assistant.guidance.trying_out import try_out
from assistant.guidance.writing import text_of
from assistant.store import Database, Transaction
from assistant.store.columns import new_id
from assistant.store.tables import template_version

LONGEST_NOTE = 2_000  # characters


class NotSaved(ValueError):
    """A version was refused; `faults` are of the text, each `file:line: what is wrong`."""

    def __init__(self, message: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(frozen=True)
class TemplateVersion:
    """One version of a template. Number 0 is the file that comes with Varde: it has no day, author or moment."""

    number: int
    applies_from: date | None
    text: str = field(repr=False)
    saved_by: str = ""
    saved_at: datetime | None = None
    note: str = ""


async def versions_of(tx: Transaction, tried: Tried) -> tuple[TemplateVersion, ...]:
    """Every version of a template, the newest first, number 0 last. Raises TemplateFault where there is none."""
    t = template_version.c
    question = (
        select(t.number, t.applies_from, t.text, t.saved_by, t.saved_at, t.note)
        .where(t.name == tried.name)
        .order_by(t.number.desc())
    )
    kept = [TemplateVersion(**row) for row in await tx.all(question)]
    return (*kept, TemplateVersion(0, None, text_of(tried.kind, tried.channel, tried.language)))


async def save(
    database: Database,
    tried: Tried,
    text: str,
    *,
    applies_from: date,
    by: str,
    note: str,
    now: datetime,
    edited_from: int,
) -> TemplateVersion:
    """Try a text out with every sample and keep it as the template's next version.

    `edited_from` is the number of the newest version its author had seen. Raises NotSaved for a text with faults, for
    one that changes nothing, and when somebody else has saved a version in the meantime.
    """
    text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    async with database.read() as tx:
        newest = (await versions_of(tx, tried))[0]
    if newest.number != edited_from:
        raise NotSaved(
            f"{newest.saved_by} has saved version {newest.number} since you began with {edited_from}: "
            "look at it, then save yours again"
        )
    if len(note) > LONGEST_NOTE:
        raise NotSaved(f"the note has {len(note)} characters: at most {LONGEST_NOTE:,}")
    if (text, applies_from) == (newest.text, newest.applies_from) or (
        text == newest.text and not newest.number
    ):
        raise NotSaved(f"nothing is changed since version {newest.number}: change the text or the day first")
    faults = await try_out(tried, text)
    if faults:
        raise NotSaved(f"{len(faults)} faults in the text: correct them and save again", faults)
    made = TemplateVersion(newest.number + 1, applies_from, text, by, now, note)
    try:
        async with database.begin() as tx:
            await tx.execute(insert(template_version).values(id=new_id(), name=tried.name, **made.__dict__))
    except IntegrityError:
        raise NotSaved(
            f"somebody else saved version {made.number} at this very moment: look at it, then save again"
        ) from None
    return made
