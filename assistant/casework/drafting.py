"""From an assessment to what the letter says: rules, facts and amounts, and whose facts are held back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.casework import wording
from assistant.casework.case_rows import Case, Decision
from assistant.casework.considering import Considered
from assistant.casework.errands import Errand
from assistant.casework.letter import (
    AppealRight,
    AppliedRule,
    ChangedLine,
    Ground,
    Letter,
    Reversed,
    StatedFact,
    Step,
)
from assistant.casework.outcome import Conclusion
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.config import local_date
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Twin
from rules import Catalogue
from rules.determination import Determination, UsedParameter

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


def applied_rules(
    catalogue: Catalogue, errand: Errand, determinations: Sequence[Determination]
) -> tuple[AppliedRule, ...]:
    """The rules as a letter tells them: what each is about, its answer, and its conditions."""
    made = []
    for determination in determinations:
        rule = catalogue.rules[determination.rule]
        grounds = tuple(Ground(c.text, c.holds, c.law) for c in determination.conditions)
        decides = determination.rule in errand.decides
        made.append(AppliedRule(rule.title, rule.summary, determination.answer, rule.law, grounds, decides))
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


def steps(catalogue: Catalogue, errand: Errand, determinations: Sequence[Determination]) -> tuple[Step, ...]:
    """The reckoning: the amounts law sets, the amounts on the way, the price and what is left to pay, each once."""
    made: dict[str, Step] = {}
    for determination in determinations:
        rule = catalogue.rules[determination.rule]
        titles = {parameter.name: parameter.title for parameter in rule.parameters}
        for used in determination.used:
            if isinstance(used, UsedParameter) and used.unit.startswith(RECKONED) and titles.get(used.name):
                made.setdefault(used.name, Step(titles[used.name], used.value, used.unit))
        if determination.rule != errand.amount:
            _add_on_the_way(made, determination)
    amount = next(one for one in determinations if one.rule == errand.amount)
    outcome = {one.name: one for one in catalogue.rules[errand.amount].outcome}
    for name in ("full_fee", "monthly_fee"):
        if name == "monthly_fee":
            _add_on_the_way(made, amount)
        if name in amount.values and name in outcome:
            made[name] = Step(outcome[name].title, amount.values[name], outcome[name].unit)
    return tuple(made.values())


RECKONED = ("NOK", "share", "months")
"""The units of what a fee is reckoned from; ages and hours are told by the conditions."""


def _add_on_the_way(made: dict[str, Step], determination: Determination) -> None:
    for name, value in determination.trace.items():
        known = wording.step(name)
        if known is not None and value is not None:
            made.setdefault(name, Step(known[0], value, known[1]))


def appeal_right(catalogue: Catalogue, rules: Iterable[str]) -> AppealRight:
    """Where and within what time to appeal, as the first of the rules that says so has it."""
    names = list(rules)
    for name in names:
        appeal = catalogue.rules[name].appeal
        if appeal is not None:
            return AppealRight(appeal.to, appeal.within)
    raise NoAppealRight(f"none of {', '.join(names)} says where to appeal: add 'appeal:' to one of them")


def decision_content(considered: Considered, conclusion: Conclusion) -> dict[str, Any]:
    """What the decision row keeps: enough to explain it again, and to compare a later one with."""
    assessment = considered.assessment
    return {
        "errand": considered.errand.id,
        "answer": assessment.answer,
        "full_fee": assessment.full_fee,
        "monthly_fee": conclusion.fee.amount,
        "kept": conclusion.fee.kept,
        "place_number": assessment.place_number,
        "determinations": [dict(record) for record in assessment.records],
        "reason": conclusion.reason,
        "judged_income": conclusion.judged_income,
        "settings": dict(considered.municipality.settings),
        "reasons_for_human": [why.as_json() for why in considered.reasons],
    }


def draft(considered: Considered, conclusion: Conclusion, readers: Readers, decided_on: date) -> Letter:
    """The letter's content: what its receiver may read of what the decision rests on."""
    opened, assessment = considered.case, considered.assessment
    facts, hidden = stated_facts(assessment.catalogue, assessment.records, readers)
    # The reckoning would tell the income that the facts hold back.
    reckoned = () if hidden else steps(assessment.catalogue, considered.errand, assessment.determinations)
    return Letter(
        case_number=opened.number,
        municipality=considered.municipality.name,
        child=readers.names.get(opened.subject_id, ""),
        errand=considered.errand.title,
        outcome=conclusion.outcome,
        kept=conclusion.fee.kept,
        automatic=conclusion.automatic,
        automation_law=considered.errand.automation,
        decided_by=conclusion.decided_by,
        decided_on=decided_on,
        applied_on=considered.applied_on,
        valid_from=considered.period.valid_from,
        valid_to=considered.period.valid_to,
        full_fee=assessment.full_fee,
        monthly_fee=conclusion.fee.amount,
        whole_stay=conclusion.outcome == "granted" and opened.content["duration"] == "whole_stay",
        reason=conclusion.reason,
        judged_income=None if hidden else conclusion.judged_income,
        rules=applied_rules(assessment.catalogue, considered.errand, assessment.determinations),
        facts=facts,
        hidden=hidden,
        steps=reckoned,
        appeal=appeal_right(assessment.catalogue, considered.errand.rules),
    )


def changed_lines(
    catalogue: Catalogue, changed: Iterable[Mapping[str, Any]], readers: Readers
) -> tuple[tuple[ChangedLine, ...], bool]:
    """The changed facts that the receiver may read, as they were and as they are; and whether some were held back."""
    lines, hidden = [], False
    for one in changed:
        path, subject = plain_path(one["path"]), str(one["subject"])
        if path.rpartition(".")[2] in KEPT_BACK:
            continue
        if subject and subject not in readers.may_read:
            hidden = True
            continue
        concept = catalogue.model.concept_at(path)
        about = readers.names.get(subject, "")
        learned = _day(one["learned_at"] or None)
        lines.append(
            ChangedLine(
                concept.title,
                about,
                one["how"],
                one["before"],
                one["after"],
                concept.unit,
                one["source"],
                learned,
            )
        )
    return tuple(lines), hidden


def reversed_in(
    considered: Considered, made: Decision, one: Reconsideration, ground: str, readers: Readers
) -> Reversed:
    """What a letter says of the decision it reverses: which, why, on which ground, and how the person was heard."""
    lines, hidden = changed_lines(considered.assessment.catalogue, one.changed, readers)
    return Reversed(
        decided_on=local_date(made.decided_at),
        outcome_before=made.outcome,
        fee_before=one.proposed.fee_before,
        changed=lines,
        hidden=hidden,
        ground=ground,
        noticed_on=None if one.noticed_at is None else local_date(one.noticed_at),
        answer=one.answer,
    )


async def readers_of(tx: Transaction, twin: Twin, considered: Considered) -> Readers:
    """Who the applicant may read of in the letter of a case that is considered."""
    return await readers_for(tx, twin, considered.case, considered.period.valid_from)


async def readers_for(tx: Transaction, twin: Twin, opened: Case, on: date) -> Readers:
    """The applicant reads of themself and the child, and of the household's adults if they are one of them."""
    view = await twin.view(
        tx, opened.subject_id, ("child.household.adults.name", "child.kindergarten_place.price"), on
    )
    child = view.facts["child"]
    adults = {adult["id"] for adult in (child.get("household") or {}).get("adults") or ()}
    own = {opened.person_id, opened.subject_id}
    may_read = own | (adults if opened.person_id in adults else set())
    names = {}
    for person in sorted(may_read):
        name = await twin.value(tx, person, "person.name", on)
        if name is not UNKNOWN and name is not None:
            names[person] = str(name)
    place = child.get("kindergarten_place")
    return Readers(frozenset(may_read | ({place["id"]} if place else set())), names)
