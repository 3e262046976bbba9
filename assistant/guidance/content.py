"""What a message is made from: plain values in all languages, kept with the guidance, none of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from assistant.determinations import DeterminationChange
from assistant.store.columns import from_json, to_json
from rules import Catalogue, Determination, Rule
from rules.model import InformationModel

SPOKEN_OF = frozenset({"monthly_fee", "full_fee", "free_hours"})
"""The values that messages put in words; others (an amount before rounding) are no news to anybody."""


def spoken_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of a rule's values those that people hear of; all where it has none of these."""
    heard = {name: value for name, value in values.items() if name in SPOKEN_OF}
    return heard or dict(values)


def questions(model: InformationModel, missing: Iterable[str]) -> tuple[str, ...]:
    """Those of the missing fact paths that a person knows and can be asked for."""
    concepts = ((path, model.concept_at(path)) for path in missing)
    return tuple(path for path, one in concepts if "person" in one.known_by and one.question is not None)


def outcome_of(catalogue: Catalogue, rule: Rule, values: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's values with what they are called and measured in."""
    named = {definition.name: definition for definition in rule.outcome}
    return {
        name: {"value": value, "unit": named[name].unit, "title": dict(named[name].title)}
        for name, value in values.items()
        if name in named
    }


WHAT_IS_NO_SECRET = ("rules", "title", "told_to", "municipality", "party", "cause")
"""What is kept of guidance that a human must think about first: which rule, and where."""


def content_by_hand(content: Mapping[str, Any], by_hand: str | None, on_paper: str) -> dict[str, Any]:
    """The content with why a human must tell it, if so. What may not be said is not kept to be read either."""
    if by_hand in (None, on_paper):
        return {**content, "by_hand": by_hand or ""}
    kept = {name: content[name] for name in WHAT_IS_NO_SECRET if name in content}
    return {**kept, "by_hand": by_hand}


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """As it reads when it has been kept."""
    kept: dict[str, Any] = from_json(to_json(content))
    return kept


def item_of(rule: Rule, said: Determination) -> dict[str, Any]:
    """One thing of several that matter now, in all languages: what it is, what to do, and by when."""
    shown = {
        definition.name: {
            "value": said.values[definition.name],
            "unit": definition.unit,
            "title": dict(definition.title),
        }
        for definition in rule.outcome
        if definition.title
        and said.values.get(definition.name) not in (None, False)
        and not (rule.deadline and definition.name == rule.deadline.value)
    }
    return {
        "rule": rule.id,
        "title": dict(rule.title),
        "summary": dict(rule.summary),
        "next_step": dict(rule.next_step),
        "answer": said.answer,
        "deadline": rule.last_day(said.values),
        "values": shown,
        "human": bool(said.discretion),
    }


def content_of(
    catalogue: Catalogue,
    changes: Sequence[DeterminationChange],
    summed_up: Sequence[DeterminationChange],
    records: Mapping[str, Mapping[str, Any]],
    *,
    person_id: str,
    subject_name: str,
    municipality: str,
    today: date,
) -> dict[str, Any]:
    """The content of one guidance to one person.

    `changes`: of the rules told of, the most important first. `summed_up`: of rules that use their outcome
    (the month's fee after every discount); their values are what people will meet on the bill. `records`:
    determination id → record with sources. Facts about anyone but the person and the subject are named
    without their values: a parent's income is not told to the other parent.
    """
    first = changes[0]
    rule = catalogue.rules[first.rule]
    values = outcome_of(catalogue, rule, first.after.values)
    for change in summed_up:
        if change.after.answer == "yes":
            values |= outcome_of(catalogue, catalogue.rules[change.rule], change.after.values)
    asked = questions(catalogue.model, (path for change in changes for path in change.after.missing))
    return {
        "rules": [change.rule for change in changes],
        "told_to": rule.told_to,
        "process": rule.process,
        "title": dict(rule.title),
        "summary": dict(rule.summary),
        "also": [dict(catalogue.rules[change.rule].title) for change in changes[1:]],
        "subject_name": subject_name,
        "municipality": municipality,
        "on": first.after.on,
        "begins": first.after.on if first.after.on > today else None,
        "values": values,
        "values_of": {change.rule: spoken_of(change.after.values) for change in changes},
        "asked": [_asked(catalogue.model, path) for path in dict.fromkeys(asked)],
        # Not the questions themselves: they may tell one adult of another (a shielded income, a cohabitant).
        "discretion": bool(first.after.discretion),
        "conditions": [condition.as_json() for change in changes for condition in change.after.conditions],
        "law": _law(changes),
        "facts": _facts(catalogue.model, changes, records, {person_id, first.subject_id}),
    }


def _asked(model: InformationModel, path: str) -> dict[str, Any]:
    concept = model.concept_at(path)
    return {"path": path, "title": dict(concept.title)}


def _law(changes: Sequence[DeterminationChange]) -> list[dict[str, str]]:
    found = {
        (reference.act, reference.section): reference.as_json()
        for change in changes
        for reference in change.after.law
    }
    return list(found.values())


def _facts(
    model: InformationModel,
    changes: Sequence[DeterminationChange],
    records: Mapping[str, Mapping[str, Any]],
    own: set[str],
) -> list[dict[str, Any]]:
    """The facts used, each concept and source once; values only of those who may see them."""
    found: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for change in changes:
        for fact in records.get(change.determination_id, {}).get("facts", ()):
            concept = model.concepts.get(fact.get("concept", ""))
            if concept is None:
                continue
            theirs = fact["subject"] in own or concept.subject != "person"
            scalar = not isinstance(fact["value"], dict | list) and concept.type.base in {
                "money",
                "number",
                "date",
            }
            entry = {
                "title": dict(concept.title),
                "source": fact.get("source", ""),
                "recorded_at": str(fact.get("recorded_at", "")),
                "others": not theirs,
            }
            if theirs and scalar and fact["value"] is not None:
                entry |= {"value": fact["value"], "unit": concept.unit, "base": concept.type.base}
            found.setdefault((concept.id, entry["source"], theirs), entry)
    return list(found.values())
