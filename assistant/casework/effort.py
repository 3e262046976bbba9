"""What a case has asked of the person and of the case worker, and what the municipality got to see. Counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from assistant.casework import case_rows
from assistant.casework.case_rows import Case, Decision
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import case_access, document
from assistant.twin import Generation

FLAG_FIELDS = 4
"""What a flag tells: which place, what fee, from and until when."""


@dataclass(frozen=True)
class Effort:
    """One case, counted. `facts_seen`: facts about the household that those in the municipality could read."""

    generation: Generation
    answers: int  # questions the person answered
    documents: int  # files the person sent
    openings: int  # times a case worker opened the case, each with a reason
    judgements: int  # decisions a case worker made
    facts_seen: int
    decided_on: date | None  # None: not yet
    outcome: str
    monthly_fee: Any  # NOK a month; None: not decided


def facts_in(decision: Decision) -> int:
    """The facts about people that a decision rests on, each once a person."""
    facts = {
        (str(entry.get("subject") or ""), str(entry["path"]))
        for record in decision.content["determinations"]
        for entry in record["facts"]
        if not isinstance(entry["value"], (dict, list))
    }
    return len(facts)


def effort_of(
    opened: Case, decisions: Sequence[Decision], documents: int, accesses: Iterable[Mapping[str, Any]]
) -> Effort:
    """Count a case. `accesses`: rows of case_access, whose `income` says whether the facts were opened too."""
    reasons = list(accesses)
    newest = decisions[0] if decisions else None
    shown = opened.generation != "flagged" or any(one["income"] for one in reasons)
    return Effort(
        generation=opened.generation,
        answers=len(opened.content["answers"]),
        documents=documents,
        openings=len(reasons),
        judgements=sum(not one.automatic for one in decisions),
        facts_seen=facts_in(newest) if newest is not None and shown else 0,
        decided_on=None if newest is None else local_date(newest.decided_at),
        outcome="" if newest is None else newest.outcome,
        monthly_fee=None if newest is None else newest.content["monthly_fee"],
    )


async def efforts_in(
    tx: Transaction, municipality: str, errand: str, newest: int = 1, person_id: str | None = None
) -> list[Effort]:
    """The newest cases of an errand in a municipality, or of one person there, the newest first, counted."""
    cases = await case_rows.newest_cases(tx, municipality, errand, newest, person_id)
    chosen = [one.id for one in cases]
    documents: Counter[str] = Counter(
        row["case_id"]
        for row in await tx.all(select(document.c.case_id).where(document.c.case_id.in_(chosen)))
    )
    accesses: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await tx.all(select(case_access).where(case_access.c.case_id.in_(chosen))):
        accesses[row["case_id"]].append(row)
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for made in await case_rows.decisions_in_cases(tx, chosen):
        decisions[made.case_id].append(made)
    return [effort_of(one, decisions[one.id], documents[one.id], accesses[one.id]) for one in cases]
