"""A past decision explained again: as it was, from what was known when it was made, beside what is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assistant.casework.assessment import Assessor
from assistant.casework.case_rows import Case, Decision
from assistant.casework.errands import errand_of
from assistant.casework.looking_anew import Looked, judged_income_of, look_anew
from assistant.casework.reconsidering import Terms, terms_of
from assistant.casework.ruling import NoSuchCase
from assistant.store import Transaction
from assistant.store.columns import to_json


@dataclass(frozen=True)
class ThenAndNow:
    """The determinations worked out again as known when one decided, and as known now.

    `exact`: what was worked out again is word for word what the decision kept. Where it is not, `other_rules` says
    whether a rule that we ship has had its text changed since: the facts are then as they were, the rule is not.
    """

    then: Sequence[Mapping[str, Any]]
    then_terms: Terms
    exact: bool
    other_rules: bool
    now: Looked


async def explain_again(
    tx: Transaction, assessor: Assessor, opened: Case, made: Decision, now: datetime
) -> ThenAndNow:
    """Determine a decision's rules again for its first day, as known when it was made. Uses are logged.

    The settings of the municipality and the income a case worker had found are those the decision kept.
    """
    municipality = await assessor.twin.municipality(tx, opened.municipality)
    if municipality is None:
        raise NoSuchCase(f"municipality {opened.municipality} of case {opened.number} is not set up here")
    kept, errand = made.content, errand_of(opened.kind)
    again = await assessor.assess(
        tx,
        errand,
        opened.subject_id,
        opened.person_id,
        replace(municipality, settings=kept.get("settings", municipality.settings)),
        made.valid_from,
        now,
        judged_income_of(made),
        known_at=made.decided_at,
    )
    versions = [
        [record["rule_version"] for record in records] for records in (again.records, kept["determinations"])
    ]
    return ThenAndNow(
        then=again.records,
        then_terms=terms_of(again.records, errand.decides, errand.amount),
        exact=to_json(list(again.records)) == to_json(kept["determinations"]),
        other_rules=versions[0] != versions[1],
        now=await look_anew(tx, assessor, opened, made, now),
    )
