"""Flags: the least a biller needs of a decision: which place, what fee, from and until when.

Never the facts behind it. A flag is not changed: a change is a new row with a higher sequence number that
says which row it replaces. What holds is every row that no other row replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select

from assistant.casework.announcing import announce_flag
from assistant.casework.period import Period
from assistant.config import local_date
from assistant.store.columns import new_id
from assistant.store.database import Transaction
from assistant.store.tables import flag
from assistant.store.turns import in_turn


@dataclass(frozen=True)
class Flag:
    """A fee for a place in a period.

    `monthly_amount` is NOK a month, without food; `valid_to` is exclusive.
    """

    municipality: str
    subject_id: str
    place_number: str
    fee: str
    monthly_amount: Decimal
    valid_from: date
    valid_to: date
    decision_id: str
    id: str = ""
    replaces: str | None = None
    sequence: int = 0
    created_at: datetime | None = None

    @property
    def last_day(self) -> date:
        return self.valid_to - timedelta(days=1)

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    def as_json(self) -> dict[str, Any]:
        """The biller's form: nothing about income, household or reasons. `to` is the last day, inclusive."""
        return {
            "sequence": self.sequence,
            "id": self.id,
            "municipality": self.municipality,
            "subject": self.subject_id,
            "place_number": self.place_number,
            "fee": self.fee,
            "monthly_amount": str(self.monthly_amount),
            "currency": "NOK",
            "from": self.valid_from,
            "to": self.last_day,
            "replaces": self.replaces,
            "created_at": self.created_at,
        }


def changes(holding: Iterable[Flag], new: Flag) -> tuple[Flag, ...]:
    """The rows to write so that `new` holds, and what held outside its days still does.

    `holding` are the flags that hold now for the same child, fee and place. What sticks out of the new
    period, before or after, is written again with its days cut. A flag wholly covered is replaced by the
    new one; where there are several, the new one is written in as many pieces, so that each row replaces
    one.
    """
    kept: list[Flag] = []
    covered: list[Flag] = []
    for old in sorted(holding, key=lambda row: row.valid_from):
        if not old.period.overlaps(new.period):
            continue
        pieces = []
        if old.valid_from < new.valid_from:
            pieces.append(replace(old, valid_to=new.valid_from))
        if old.valid_to > new.valid_to:
            pieces.append(replace(old, valid_from=new.valid_to))
        kept += [replace(piece, id="", sequence=0, replaces=old.id, created_at=None) for piece in pieces]
        if not pieces:
            covered.append(old)
    if not covered:
        return (*kept, new)
    begins = [new.valid_from, *(old.valid_from for old in covered[1:])]
    ends = [*begins[1:], new.valid_to]
    parts = zip(covered, begins, ends, strict=True)
    return (*kept, *(replace(new, valid_from=a, valid_to=b, replaces=old.id) for old, a, b in parts))


def _not_replaced(known_before: datetime | None = None) -> ColumnElement[bool]:
    later = flag.alias("later")
    replacing = select(later.c.id).where(later.c.replaces == flag.c.id)
    if known_before is None:
        return ~replacing.exists()
    return (flag.c.created_at < known_before) & ~replacing.where(later.c.created_at < known_before).exists()


def _of_row(row: Mapping[Any, Any]) -> Flag:
    return Flag(**{**row, "monthly_amount": Decimal(row["monthly_amount"])})


async def holding_flags(
    tx: Transaction,
    municipality: str,
    subject_id: str | None = None,
    during: Period | None = None,
    known_before: datetime | None = None,
) -> list[Flag]:
    """The flags that hold: of one child or of all in the municipality, at any time or in a period.

    `known_before`: those that held by what had been written before that moment.
    """
    question = select(flag).where(flag.c.municipality == municipality, _not_replaced(known_before))
    if subject_id is not None:
        question = question.where(flag.c.subject_id == subject_id)
    if during is not None:
        question = question.where(flag.c.valid_from < during.valid_to, flag.c.valid_to > during.valid_from)
    rows = await tx.all(question.order_by(flag.c.place_number, flag.c.valid_from, flag.c.sequence))
    return [_of_row(row) for row in rows]


async def late_flags(tx: Transaction, municipality: str, written_in: tuple[datetime, datetime]) -> list[Flag]:
    """The flags written between two moments (the second exclusive) for days before the first."""
    begins, ends = written_in
    rows = await tx.all(
        select(flag)
        .where(
            flag.c.municipality == municipality,
            flag.c.created_at >= begins,
            flag.c.created_at < ends,
            flag.c.valid_from < local_date(begins),
        )
        .order_by(flag.c.sequence)
    )
    return [_of_row(row) for row in rows]


async def running_flags(
    tx: Transaction, today: date, subject_ids: Collection[str] | None = None
) -> list[Flag]:
    """The flags of all municipalities that hold today or later: of these children, or (None) of all."""
    if subject_ids is not None and not subject_ids:
        return []
    question = select(flag).where(_not_replaced(), flag.c.valid_to > today)
    if subject_ids is not None:
        question = question.where(flag.c.subject_id.in_(sorted(subject_ids)))
    return [_of_row(row) for row in await tx.all(question.order_by(flag.c.sequence))]


async def write_flag(tx: Transaction, new: Flag, now: datetime) -> tuple[Flag, ...]:
    """Make it hold; what it changes of what held before is written with it. The rows, as written.

    Subscribers are told of each.
    """
    await in_turn(tx, "flag.sequence")
    holding = await holding_flags(tx, new.municipality, new.subject_id)
    same = [old for old in holding if old.fee == new.fee and old.place_number == new.place_number]
    rows = [await _write(tx, row, now) for row in changes(same, new)]
    replaced = {old.id: old for old in same}
    for written in rows:
        await announce_flag(tx, written, replaced.get(written.replaces or ""), now)
    return tuple(rows)


async def _write(tx: Transaction, new: Flag, now: datetime) -> Flag:
    flag_id = new_id()
    values = {
        "id": flag_id,
        "municipality": new.municipality,
        "subject_id": new.subject_id,
        "place_number": new.place_number,
        "fee": new.fee,
        "monthly_amount": str(new.monthly_amount),
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
        "decision_id": new.decision_id,
        "replaces": new.replaces,
        "created_at": now,
    }
    written = await tx.execute(insert(flag).values(values).returning(flag.c.sequence))
    return replace(new, id=flag_id, sequence=written.scalar_one(), created_at=now)


async def correct_flags(tx: Transaction, reversed_id: str, new: Flag, now: datetime, *, lowers: bool) -> None:
    """Let `new` hold, back in time, for each place that had the fee of the decision that is reversed.

    Where none had, it is written for its own place if it `lowers` the fee. A fee that is no longer lowered is
    written as the full price: what a biller has been told is corrected, not taken away.
    """
    holding = await holding_flags(tx, new.municipality, new.subject_id, during=new.period)
    had = [old for old in holding if old.decision_id == reversed_id and old.fee == new.fee]
    for old in had:
        begins, ends = max(old.valid_from, new.valid_from), min(old.valid_to, new.valid_to)
        await write_flag(
            tx, replace(new, place_number=old.place_number, valid_from=begins, valid_to=ends), now
        )
    if not had and lowers:
        await write_flag(tx, new, now)


@dataclass(frozen=True)
class FlagPage:
    """What came after a sequence number. `next_since` is what to ask for next time."""

    flags: Sequence[Flag]
    next_since: int
    more: bool


PAGE = 500


async def flags_since(tx: Transaction, municipality: str, since: int, limit: int = PAGE) -> FlagPage:
    """The flags of one municipality written after sequence number `since`, oldest first."""
    question = (
        select(flag)
        .where(flag.c.municipality == municipality, flag.c.sequence > since)
        .order_by(flag.c.sequence)
        .limit(limit + 1)
    )
    rows = [_of_row(row) for row in await tx.all(question)]
    page = rows[:limit]
    return FlagPage(page, page[-1].sequence if page else since, len(rows) > limit)


async def newest_flags(tx: Transaction, municipality: str, limit: int) -> Sequence[Flag]:
    """The municipality's newest flags, the newest first."""
    question = (
        select(flag).where(flag.c.municipality == municipality).order_by(flag.c.sequence.desc()).limit(limit)
    )
    return [_of_row(row) for row in await tx.all(question)]


async def last_sequence(tx: Transaction, municipality: str) -> int:
    """The newest sequence number of the municipality; 0 where there is none."""
    newest = await tx.scalar(select(func.max(flag.c.sequence)).where(flag.c.municipality == municipality))
    return int(newest or 0)
