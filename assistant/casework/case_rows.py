"""Cases and decisions as they are kept: the questions asked of the two tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from assistant.casework.period import Period
from assistant.store.asking import among
from assistant.store.columns import new_id
from assistant.store.database import Transaction
from assistant.store.tables import case, decision, due
from assistant.store.turns import in_turn
from assistant.twin import Generation

OPEN = ("received", "manual")


@dataclass(frozen=True)
class Case:
    """A case row. `content` holds what was submitted and why a human is needed."""

    id: str
    number: int
    municipality: str
    kind: str
    person_id: str
    subject_id: str
    process_id: str | None
    status: str
    content: Mapping[str, Any]
    received_at: datetime
    due_on: date
    assigned_to: str | None
    generation: Generation = "fetched"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True)
class Decision:
    """A decision row. `content` holds values, reasons, facts, law and appeal; `valid_to` is exclusive."""

    id: str
    case_id: str
    outcome: str
    automatic: bool
    decided_by: str
    decided_at: datetime
    valid_from: date
    valid_to: date
    content: Mapping[str, Any]
    determination_id: str | None
    letter: str
    language: str
    replaces: str | None = None  # the decision it reverses

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)


async def case_by_id(tx: Transaction, case_id: str) -> Case | None:
    row = await tx.first(select(case).where(case.c.id == case_id))
    return None if row is None else Case(**row)


async def case_of_process(tx: Transaction, process_id: str) -> str | None:
    found: str | None = await tx.scalar(select(case.c.id).where(case.c.process_id == process_id))
    return found


async def next_number(tx: Transaction, year: int) -> int:
    """The next case number: the year and a running number, as in 2026 00017. Said on the telephone."""
    await in_turn(tx, "case.number")
    first = year * 100_000
    newest = await tx.scalar(select(func.max(case.c.number)).where(case.c.number >= first))
    return max(first, int(newest or first)) + 1


async def any_case_about(tx: Transaction, kind: str, subject_id: str, municipality: str) -> bool:
    """Whether anybody has applied about the child in the municipality before, however it ended."""
    question = select(case.c.id).where(
        case.c.kind == kind, case.c.subject_id == subject_id, case.c.municipality == municipality
    )
    return await tx.scalar(question.limit(1)) is not None


async def open_cases(tx: Transaction, municipality: str) -> Sequence[Case]:
    """The municipality's undecided cases, the nearest deadline first."""
    rows = await tx.all(
        select(case)
        .where(case.c.municipality == municipality, case.c.status.in_(OPEN))
        .order_by(case.c.due_on, case.c.number)
    )
    return [Case(**row) for row in rows]


async def decided_cases(tx: Transaction, municipality: str, limit: int = 50) -> Sequence[Case]:
    """The municipality's newest decided cases."""
    rows = await tx.all(
        select(case)
        .where(case.c.municipality == municipality, case.c.status == "decided")
        .order_by(case.c.number.desc())
        .limit(limit)
    )
    return [Case(**row) for row in rows]


async def newest_cases(
    tx: Transaction, municipality: str, kind: str, limit: int, person_id: str | None = None
) -> Sequence[Case]:
    """The municipality's newest cases of an errand, decided or not; of one person where `person_id` is given."""
    question = select(case).where(
        case.c.municipality == municipality, case.c.kind == kind, case.c.status.in_((*OPEN, "decided"))
    )
    if person_id is not None:
        question = question.where(case.c.person_id == person_id)
    rows = await tx.all(question.order_by(case.c.number.desc()).limit(limit))
    return [Case(**row) for row in rows]


async def cases_of(tx: Transaction, person_id: str) -> Sequence[Case]:
    """The cases a person has, newest first."""
    rows = await tx.all(select(case).where(case.c.person_id == person_id).order_by(case.c.number.desc()))
    return [Case(**row) for row in rows]


async def open_cases_about(tx: Transaction, subject_ids: Sequence[str]) -> Sequence[Case]:
    if not subject_ids:
        return []
    return [Case(**row) for row in await tx.all(_OPEN_ABOUT, {"subjects": list(subject_ids)})]


_OPEN_ABOUT = (
    select(case)
    .where(case.c.subject_id.in_(among("subjects")), case.c.status.in_(OPEN))
    .order_by(case.c.number)
)


async def decisions_in(tx: Transaction, case_id: str) -> Sequence[Decision]:
    """The decisions made in a case, newest first."""
    return await decisions_in_cases(tx, [case_id])


async def decisions_in_cases(tx: Transaction, case_ids: Sequence[str]) -> Sequence[Decision]:
    """The decisions made in several cases, newest first."""
    rows = await tx.all(
        select(decision).where(decision.c.case_id.in_(case_ids)).order_by(decision.c.decided_at.desc())
    )
    return [Decision(**row) for row in rows]


async def decision_by_id(tx: Transaction, decision_id: str) -> Decision | None:
    row = await tx.first(select(decision).where(decision.c.id == decision_id))
    return None if row is None else Decision(**row)


async def decision_with_case(tx: Transaction, decision_id: str) -> tuple[Decision, Case] | None:
    made = await decision_by_id(tx, decision_id)
    about = None if made is None else await case_by_id(tx, made.case_id)
    return None if made is None or about is None else (made, about)


async def decisions_for(tx: Transaction, person_id: str) -> Sequence[Decision]:
    """The decisions a person has received, newest first."""
    rows = await tx.all(
        select(decision)
        .join(case, case.c.id == decision.c.case_id)
        .where(case.c.person_id == person_id)
        .order_by(decision.c.decided_at.desc())
    )
    return [Decision(**row) for row in rows]


def is_replaced() -> ColumnElement[bool]:
    """Whether another decision has been made in the place of one: it holds no longer."""
    instead = decision.alias("instead")
    return exists().where(instead.c.replaces == decision.c.id)


async def granted_in(
    tx: Transaction, kind: str, subject_id: str, municipality: str, year: Period
) -> Decision | None:
    """The newest grant for the child that holds in a kindergarten year."""
    row = await tx.first(
        select(decision)
        .join(case, case.c.id == decision.c.case_id)
        .where(
            case.c.kind == kind,
            case.c.subject_id == subject_id,
            case.c.municipality == municipality,
            decision.c.outcome == "granted",
            ~is_replaced(),
            decision.c.valid_from < year.valid_to,
            decision.c.valid_to > year.valid_from,
        )
        .order_by(decision.c.decided_at.desc())
        .limit(1)
    )
    return None if row is None else Decision(**row)


async def close(tx: Transaction, opened: Case) -> bool:
    """Mark as decided; False if somebody else has (a job run twice, two case workers at once)."""
    done = await tx.execute(
        update(case).where(case.c.id == opened.id, case.c.status.in_(OPEN)).values(status="decided")
    )
    await tx.execute(delete(due).where(due.c.what == "case", due.c.ref == opened.id))
    return done.rowcount == 1


async def to_renew(tx: Transaction, year: Period) -> Sequence[Case]:
    """The cases whose application covers the whole stay, granted until the year begins and not yet for it."""
    later = decision.alias("later")
    covered = exists().where(later.c.case_id == case.c.id, later.c.valid_from >= year.valid_from)
    rows = await tx.all(
        select(case)
        .join(decision, decision.c.case_id == case.c.id)
        .where(
            case.c.status == "decided",
            decision.c.outcome == "granted",
            decision.c.valid_to == year.valid_from,
            ~is_replaced(),
            ~covered,
        )
        .order_by(case.c.number.desc())
    )
    newest: dict[tuple[str, str], Case] = {}
    for row in rows:
        if row["content"]["duration"] == "whole_stay" and not row["content"].get("taken_back"):
            newest.setdefault((row["kind"], row["subject_id"]), Case(**row))
    return list(newest.values())


async def reopen(
    tx: Transaction,
    closed: Case,
    content: Mapping[str, Any],
    due_on: date,
    generation: Generation | None = None,
) -> None:
    """Open a decided case again, to be decided by a day, by another generation where one is given."""
    await tx.execute(
        update(case)
        .where(case.c.id == closed.id, case.c.status == "decided")
        .values(
            status="received",
            content=dict(content),
            due_on=due_on,
            generation=generation or closed.generation,
        )
    )


async def hand_to_people(tx: Transaction, opened: Case, content: Mapping[str, Any]) -> bool:
    """Mark as needing a case worker, with the reasons; False if it is decided already."""
    done = await tx.execute(
        update(case)
        .where(case.c.id == opened.id, case.c.status.in_(OPEN))
        .values(status="manual", content=dict(content))
    )
    return done.rowcount == 1


async def remind_of(tx: Transaction, opened: Case) -> None:
    """Have the case looked at on the day its answer is due."""
    await tx.execute(
        insert(due).values(
            id=new_id(), what="case", ref=opened.id, subject_id=opened.subject_id, due_on=opened.due_on
        )
    )
