"""Reconsiderations as they are kept: a decision and a change, found once, until somebody settles it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update

from assistant.casework.case_rows import Case, Decision, is_replaced
from assistant.casework.outcome import Outcome
from assistant.casework.reconsidering import OPEN, Proposal
from assistant.store.asking import among
from assistant.store.database import Transaction, insert_once
from assistant.store.tables import appeal, case, decision, reconsideration
from assistant.store.turns import in_turn


@dataclass(frozen=True)
class Reconsideration:
    """A row: what changed (`changed`: facts as they were and are), what is proposed, and how far it has come."""

    id: str
    case_id: str
    decision_id: str
    digest: str
    cause: str
    changed: Sequence[Mapping[str, Any]]
    proposal: Mapping[str, Any]
    favour: str  # for, against: the person
    state: str  # found noticed answered reversed dropped
    found_at: datetime
    noticed_at: datetime | None
    answer_by: date | None
    answered_at: datetime | None
    answer: str
    settled_by: str | None
    settled_at: datetime | None
    reason: str
    new_decision_id: str | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def why_human(self) -> Sequence[Mapping[str, Any]]:
        """Why a human settles it (as `HumanReason.as_json`); empty: the machine may."""
        reasons: Sequence[Mapping[str, Any]] = self.proposal["why_human"]
        return reasons

    @property
    def proposed(self) -> Proposal:
        return Proposal.of_json(self.proposal)

    @property
    def proposed_outcome(self) -> Outcome:
        """What a new decision would be, where anybody can tell."""
        return "granted" if self.proposed.outcome_after == "granted" else "refused"


_STANDING = (
    select(decision)
    .join(case, case.c.id == decision.c.case_id)
    .where(
        case.c.subject_id.in_(among("subjects")),
        ~is_replaced(),
        ~exists().where(appeal.c.decision_id == decision.c.id, appeal.c.status == "quashed"),
    )
    .order_by(decision.c.decided_at, decision.c.id)
)


async def standing_decisions(
    tx: Transaction, subject_ids: Collection[str]
) -> Sequence[tuple[Case, Decision]]:
    """The decisions about these children that nothing has replaced and no appeal body set aside, oldest first."""
    if not subject_ids:
        return []
    rows = await tx.all(_STANDING, {"subjects": sorted(subject_ids)})
    if not rows:
        return []
    cases = {
        row["id"]: Case(**row)
        for row in await tx.all(select(case).where(case.c.id.in_(sorted({row["case_id"] for row in rows}))))
    }
    return [(cases[row["case_id"]], Decision(**row)) for row in rows]


async def in_the_cases_turn(tx: Transaction, case_ids: Collection[str]) -> None:
    """One at a time replaces decisions in a case. Take it before you read what stands, all cases at once."""
    for case_id in sorted(set(case_ids)):
        await in_turn(tx, f"case:{case_id}")


async def since(tx: Transaction, made: Decision) -> Sequence[Decision]:
    """A decision and those that have replaced it one after another; the last is the one that stands."""
    chain = [made]
    while row := await tx.first(select(decision).where(decision.c.replaces == chain[-1].id)):
        chain.append(Decision(**row))
    return chain


async def keep(tx: Transaction, found: Reconsideration) -> bool:
    """Keep what was found; False where the same change of the same decision was found before."""
    return await insert_once(tx, reconsideration, dict(found.__dict__), unique=["decision_id", "digest"])


async def _where(tx: Transaction, *conditions: ColumnElement[bool]) -> Sequence[Reconsideration]:
    rows = await tx.all(
        select(reconsideration)
        .where(*conditions)
        .order_by(reconsideration.c.found_at.desc(), reconsideration.c.id)
    )
    return [Reconsideration(**row) for row in rows]


async def by_id(tx: Transaction, reconsideration_id: str) -> Reconsideration | None:
    found = await _where(tx, reconsideration.c.id == reconsideration_id)
    return found[0] if found else None


async def open_of(tx: Transaction, decision_ids: Collection[str]) -> Sequence[Reconsideration]:
    """Those of the decisions that nobody has settled."""
    if not decision_ids:
        return []
    mine = reconsideration.c.decision_id.in_(sorted(decision_ids))
    return await _where(tx, mine, reconsideration.c.state.in_(OPEN))


async def of_case(tx: Transaction, case_id: str) -> Sequence[Reconsideration]:
    """All in a case, the newest first."""
    return await _where(tx, reconsideration.c.case_id == case_id)


async def of_person(tx: Transaction, person_id: str) -> Sequence[Reconsideration]:
    """What an applicant has been notified of, or what has been settled, the newest first."""
    cases = select(case.c.id).where(case.c.person_id == person_id)
    return await _where(tx, reconsideration.c.case_id.in_(cases), reconsideration.c.state != "found")


async def in_municipality(tx: Transaction, municipality: str, *, is_open: bool) -> Sequence[Reconsideration]:
    """Those of a municipality that wait for somebody, or those that are settled; the newest first."""
    cases = select(case.c.id).where(case.c.municipality == municipality)
    waits = reconsideration.c.state.in_(OPEN)
    return await _where(tx, reconsideration.c.case_id.in_(cases), waits if is_open else ~waits)


async def move(tx: Transaction, one: Reconsideration, state: str, **values: Any) -> bool:
    """Bring it on to a state; False where somebody else has moved it in the meantime."""
    mine = (reconsideration.c.id == one.id) & (reconsideration.c.state == one.state)
    done = await tx.execute(update(reconsideration).where(mine).values(state=state, **values))
    return done.rowcount == 1
