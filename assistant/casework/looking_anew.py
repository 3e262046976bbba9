"""Looking at a decision anew, for its own first day, with what is known now: what would it be, and what differs?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assistant.casework.assessment import Assessment, Assessor
from assistant.casework.automation import reason_named
from assistant.casework.case_rows import Case, Decision
from assistant.casework.considering import Considered, applied_for
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.casework.reconsidering import (
    Terms,
    changed_facts,
    digest_of,
    propose,
    terms_of,
    versions_differ,
    why_a_human,
)
from assistant.store import Transaction
from assistant.store.columns import from_json, new_id, to_json

SETTLED_WHEN_DECIDED = frozenset({"edge_date"})
"""Reasons for a human that concern the first day of a decision: that has been settled."""


def judged_income_of(made: Decision) -> Decimal | None:
    """What the case worker who made a decision found the household's income to be, NOK a year; None: nothing."""
    judged = made.content.get("judged_income")
    return None if judged is None else Decimal(str(judged))


@dataclass(frozen=True)
class Looked:
    """A decision looked at anew. `considered.running` is none: it is the decision itself that is asked about."""

    case: Case
    made: Decision
    considered: Considered

    @property
    def assessment(self) -> Assessment:
        return self.considered.assessment

    @property
    def terms(self) -> Terms:
        errand = self.considered.errand
        return terms_of(self.assessment.records, errand.decides, errand.amount)


async def look_anew(
    tx: Transaction, assessor: Assessor, opened: Case, made: Decision, now: datetime
) -> Looked:
    """The decision as it would be made now. Uses of facts are logged. Raises `NoSuchCase`.

    The income a case worker found is still what counts: a register that corrects its own does not undo that.
    """
    applied = await applied_for(tx, assessor, opened)
    errand, municipality = applied.errand, applied.municipality
    judged = judged_income_of(made)
    assessment = await assessor.assess(
        tx, errand, opened.subject_id, opened.person_id, municipality, made.valid_from, now, judged
    )
    reasons = tuple(one for one in applied.reasons(assessment) if one.id not in SETTLED_WHEN_DECIDED)
    considered = Considered(
        opened,
        errand,
        municipality,
        applied.applied_on,
        applied.edge,
        made.period,
        assessment,
        reasons,
        running=None,
    )
    return Looked(opened, made, considered)


def finding(looked: Looked, cause: str, now: datetime) -> Reconsideration | None:
    """What is to be reconsidered, and why by a human, if so; None where the decision would be the same."""
    made, errand = looked.made, looked.considered.errand
    before, after = made.content["determinations"], looked.assessment.records
    changed = changed_facts(before, after)
    if not changed or looked.terms == terms_of(before, errand.decides, errand.amount):
        return None
    proposal = propose(made.content, made.period, made.outcome, looked.terms)
    named = {one.id: one for one in looked.considered.reasons}
    why = why_a_human(
        proposal,
        automatic=made.automatic,
        judged=judged_income_of(made) is not None,
        other_rules=versions_differ(before, after),
        asked=list(named),
    )
    texts = [(named.get(name) or reason_named(name)).as_json() for name in why]
    return Reconsideration(
        id=new_id(),
        case_id=looked.case.id,
        decision_id=made.id,
        digest=digest_of(changed, proposal),
        cause=cause[:200],
        changed=[one.as_json() for one in changed],
        proposal=from_json(to_json(proposal.as_json() | {"why_human": texts})),
        favour=proposal.favour,
        state="found",
        found_at=now,
        noticed_at=None,
        answer_by=None,
        answered_at=None,
        answer="",
        settled_by=None,
        settled_at=None,
        reason="",
        new_decision_id=None,
    )
