"""From an assessment to what the letter says: rules, facts and amounts, and whose facts are held back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.casework.assessment import Assessment
from assistant.casework.letter import AppealRight, AppliedRule, Ground, StatedFact, Step
from assistant.config import local_date
from rules import Catalogue
from rules.determination import Determination

_POSITION = re.compile(r"\[\d+\]")
KEPT_BACK = frozenset({"address", "address_key", "address_protection"})
"""Attributes no letter repeats: they say where somebody lives, and no fee is understood better by them."""


class NoAppealRight(LookupError):
    """A rule that ends in a decision must say where to appeal."""


@dataclass(frozen=True)
class Readers:
    """Whose facts the receiver may read (subject ids), and what to call the people among them."""

    may_read: frozenset[str]
    names: Mapping[str, str]


def plain_path(path: str) -> str:
    """A fact path without list positions: 'child.household.adults[0].x' → 'child.household.adults.x'."""
    return _POSITION.sub("", path)


def applied_rules(catalogue: Catalogue, determinations: Sequence[Determination]) -> tuple[AppliedRule, ...]:
    made = []
    for determination in determinations:
        rule = catalogue.rules[determination.rule]
        grounds = tuple(Ground(c.text, c.holds, c.law) for c in determination.conditions)
        made.append(AppliedRule(rule.title, rule.summary, determination.answer, rule.law, grounds))
    return tuple(made)


def stated_facts(
    catalogue: Catalogue, records: Iterable[Mapping[str, Any]], readers: Readers
) -> tuple[tuple[StatedFact, ...], bool]:
    """The facts used that the receiver may read, each once; and whether some were held back."""
    facts: dict[tuple[str, str], StatedFact] = {}
    hidden = False
    for record in records:
        for entry in record["facts"]:
            path, subject = plain_path(entry["path"]), str(entry.get("subject") or "")
            if isinstance(entry["value"], (dict, list)) or path.rpartition(".")[2] in KEPT_BACK:
                continue
            if subject and subject not in readers.may_read:
                hidden = True
                continue
            concept = catalogue.model.concept_at(path)
            recorded = entry.get("recorded_at")
            facts.setdefault(
                (subject, path),
                StatedFact(
                    label=concept.title,
                    about=readers.names.get(subject, ""),
                    value=entry["value"],
                    unit=concept.unit,
                    source=entry.get("source", ""),
                    learned_on=_day(recorded),
                ),
            )
    return tuple(facts.values()), hidden


def _day(recorded: Any) -> date | None:
    if isinstance(recorded, str):
        return local_date(datetime.fromisoformat(recorded))
    return local_date(recorded) if isinstance(recorded, datetime) else None


def steps(catalogue: Catalogue, determinations: Sequence[Determination]) -> tuple[Step, ...]:
    """The named amounts on the way, in the order the rules reckon them: what each rule gives a title."""
    made: dict[str, Step] = {}
    for determination in determinations:
        rule = catalogue.rules[determination.rule]
        for definition in (*rule.where, *rule.outcome):
            value = determination.values.get(definition.name, determination.trace.get(definition.name))
            if definition.title and value is not None and not isinstance(value, (dict, list, tuple)):
                made.setdefault(definition.title.get("nb", definition.name), _step(definition, value))
    return tuple(made.values())


def _step(definition: Any, value: Any) -> Step:
    return Step(definition.title, value, definition.unit)


def appeal_right(catalogue: Catalogue, rules: Iterable[str]) -> AppealRight:
    """Where and within what time to appeal, as the first of the rules that says so has it."""
    names = list(rules)
    for name in names:
        appeal = catalogue.rules[name].appeal
        if appeal is not None:
            return AppealRight(appeal.to, appeal.within)
    raise NoAppealRight(f"none of {', '.join(names)} says where to appeal: add 'appeal:' to one of them")


def decision_content(assessment: Assessment, *, errand: str, kept: bool, fee: Any) -> dict[str, Any]:
    """What the decision row keeps: enough to explain it again, and to compare a later one with."""
    return {
        "errand": errand,
        "answer": assessment.answer,
        "full_fee": assessment.full_fee,
        "monthly_fee": fee,
        "kept": kept,
        "place_number": assessment.place_number,
        "determinations": [dict(record) for record in assessment.records],
    }
