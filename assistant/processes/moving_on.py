"""Errands that are begun when a municipality moves on are walked by the new definition, with what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from assistant.casework import Casework
from assistant.casework.errands import errands
from assistant.casework.moving_on import Open
from assistant.processes.choosing import UnknownErrand, serving, walking
from assistant.processes.definition import ProcessDefinition
from assistant.store import Transaction
from assistant.store.tables import process
from assistant.twin import Generation


@dataclass(frozen=True)
class MovedOn:
    """What became of what was open: cases, each with its fate, and how many errands not yet sent."""

    cases: tuple[Open, ...]
    errands: int

    @property
    def on_new_facts(self) -> int:
        return sum(one.fate == "on_new_facts" for one in self.cases)

    @property
    def as_begun(self) -> int:
        return len(self.cases) - self.on_new_facts


async def move_on(
    tx: Transaction,
    definitions: Mapping[str, ProcessDefinition],
    casework: Casework,
    number: str,
    errand_id: str,
    chosen: Generation,
    now: datetime,
) -> MovedOn:
    """Let a municipality handle an errand by another generation, with all that is open.

    An errand that is begun keeps its answers, and the steps that both definitions have stay done. Raises
    `UnknownErrand` and `NoSuchMunicipality`.
    """
    errand = errands().get(errand_id)
    if errand is None:
        raise UnknownErrand(f"no errand is called {errand_id!r}; there are {', '.join(errands())}")
    walked_by = walking(definitions, errand_id)
    definition = serving(walked_by, errand_id, chosen)
    others = {one.id: one for one in walked_by if one.id != definition.id}
    cases = await casework.continuing.move_on(tx, number, errand, chosen, now)
    begun = await tx.all(
        select(process.c.id, process.c.person_id, process.c.subject_id, process.c.definition).where(
            process.c.municipality == number, process.c.status == "open", process.c.definition.in_(others)
        )
    )
    for row in begun:
        await tx.execute(
            update(process)
            .where(process.c.id == row["id"], process.c.status == "open")
            .values(definition=definition.id, definition_version=definition.version, changed_at=now)
        )
        if "documented" in others[row["definition"]].generations and chosen != "documented":
            await casework.continuing.tell_easier(
                tx, row["person_id"], row["subject_id"], errand, chosen, now
            )
    return MovedOn(tuple(cases), len(begun))
