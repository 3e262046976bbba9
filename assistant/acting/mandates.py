"""Mandates as they are kept: signed once, accepted by the other, ended by either, and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import or_, select, update

from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import mandate

LONGEST = timedelta(days=730)
"""Two years. Ours: no law at hand sets a longest time."""

MOST_WAITING = 5
"""Mandates one person may have waiting for an answer: nobody tries identity numbers one after the other."""

State = Literal["waiting", "coming", "in_force", "over", "ended"]


class MandateFault(ValueError):
    """What a mandate cannot say. `field` is the field of the form, `reason` the key of its text."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class NewMandate:
    """What a person has filled in and not signed. `name` is what they call the other, in their own words."""

    name: str
    themes: tuple[str, ...]
    may: Literal["see", "act"]
    valid_to: date  # exclusive

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "themes": list(self.themes),
            "may": self.may,
            "valid_to": self.valid_to.isoformat(),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> NewMandate:
        return cls(kept["name"], tuple(kept["themes"]), kept["may"], date.fromisoformat(kept["valid_to"]))

    def checked(self, known_themes: Sequence[str], on: date) -> NewMandate:
        """Itself. Raises MandateFault naming the first field that does not fit."""
        if not self.name:
            raise MandateFault("name", "fault_name")
        if not self.themes or not set(self.themes) <= set(known_themes):
            raise MandateFault("themes", "fault_themes")
        if self.may not in ("see", "act"):
            raise MandateFault("may", "fault_may")
        if not on < self.valid_to <= on + LONGEST:
            raise MandateFault("until", "fault_until")
        return self


@dataclass(frozen=True)
class Mandate:
    """A row of the table. All that is sealed stays as it was signed; only its acceptance and its end are added."""

    id: str
    from_id: str
    to_id: str
    themes: tuple[str, ...]
    may: Literal["see", "act"]
    valid_from: date
    valid_to: date  # exclusive
    text: str
    language: str
    signed_at: datetime
    evidence: Mapping[str, Any]
    seal: str
    key: str
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    def state(self, on: date) -> State:
        if self.ended_at is not None:
            return "ended"
        if on >= self.valid_to:
            return "over"
        if self.accepted_at is None:
            return "waiting"
        return "in_force" if self.valid_from <= on else "coming"


async def mandate_by_id(tx: Transaction, mandate_id: str) -> Mandate | None:
    row = await tx.first(select(mandate).where(mandate.c.id == mandate_id))
    return None if row is None else _mandate(row)


async def mandates_of(tx: Transaction, person_id: str) -> list[Mandate]:
    """Those the person has signed and those they were given, the newest first."""
    question = (
        select(mandate)
        .where(or_(mandate.c.from_id == person_id, mandate.c.to_id == person_id))
        .order_by(mandate.c.signed_at.desc(), mandate.c.id)
    )
    return [_mandate(row) for row in await tx.all(question)]


async def mandates_between(tx: Transaction, from_id: str, to_id: str) -> list[Mandate]:
    question = (
        select(mandate)
        .where(mandate.c.from_id == from_id, mandate.c.to_id == to_id)
        .order_by(mandate.c.signed_at.desc(), mandate.c.id)
    )
    return [_mandate(row) for row in await tx.all(question)]


async def accept(tx: Transaction, kept: Mandate, now: datetime) -> bool:
    """The other says yes; False where it is over, ended or was accepted before."""
    if kept.state(local_date(now)) != "waiting":
        return False
    waits = (mandate.c.id == kept.id) & mandate.c.accepted_at.is_(None) & mandate.c.ended_at.is_(None)
    done = await tx.execute(update(mandate).where(waits).values(accepted_at=now))
    return done.rowcount == 1


async def end(tx: Transaction, kept: Mandate, by: str, now: datetime) -> None:
    """Either of the two ends it, at once and for good."""
    stands = (mandate.c.id == kept.id) & mandate.c.ended_at.is_(None)
    await tx.execute(update(mandate).where(stands).values(ended_at=now, ended_by=by))


def _mandate(row: Mapping[str, Any]) -> Mandate:
    return Mandate(**{**row, "themes": tuple(row["themes"])})
