"""What waits to be told and is no longer so: which messages, and what is left of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from assistant.determinations import DeterminationChange
from assistant.guidance.mattering import DEADLINE_NEAR, LIFE_EVENT, deadline_cause, nearing
from rules import Catalogue

Row = Mapping[str, Any]


def overtaken(
    waiting: Iterable[Row], said: Sequence[DeterminationChange], catalogue: Catalogue, on: date
) -> list[tuple[Row, frozenset[str]]]:
    """The waiting messages about a subject that say what the rules say no more, each with the rules it is so of."""
    by_rule = {change.rule: change for change in said}
    found = []
    for row in waiting:
        gone = frozenset(
            rule
            for rule in row["content"]["rules"]
            if rule in by_rule and _is_no_longer_so(row, by_rule[rule], catalogue, on)
        )
        if gone:
            found.append((row, gone))
    return found


def _is_no_longer_so(row: Row, change: DeterminationChange, catalogue: Catalogue, on: date) -> bool:
    if row["kind"] == LIFE_EVENT:
        return change.after.answer == "no"
    if row["kind"] != DEADLINE_NEAR:
        return False
    cause: str = row["cause"]
    return cause != deadline_cause(nearing(change, catalogue.rules[change.rule], on))


def less(
    content: Mapping[str, Any],
    gone: Collection[str],
    records: Mapping[str, Mapping[str, Any]],
    catalogue: Catalogue,
) -> dict[str, Any]:
    """The content without what it says of some of its rules; `records`: determination id → record."""
    kept = [n for n, rule in enumerate(content["rules"]) if rule not in gone]
    rules, items, determinations = (
        [content[name][n] for n in kept] for name in ("rules", "items", "determinations")
    )
    left = [records[one] for one in determinations if one in records]
    concepts = catalogue.model.concepts
    used = {fact.get("concept") for record in left for fact in record["facts"]}
    told = [dict(concepts[concept].title) for concept in used if concept in concepts]
    missing = {path for record in left for path in record["missing"]}
    law = [reference for record in left for reference in record["law"]]
    return {
        **content,
        "rules": rules,
        "items": items,
        "determinations": determinations,
        "told_to": catalogue.rules[rules[0]].told_to,
        "process": "" if content.get("only_told") else catalogue.rules[rules[0]].process,
        "title": items[0]["title"],
        "summary": items[0]["summary"],
        "also": [item["title"] for item in items[1:]],
        "values": items[0]["values"],
        "values_of": {rule: content["values_of"][rule] for rule in rules},
        "asked": [one for one in content["asked"] if one["path"] in missing],
        "discretion": items[0]["human"],
        "conditions": [condition for record in left for condition in record["conditions"]],
        "law": [reference for n, reference in enumerate(law) if reference not in law[:n]],
        "facts": [fact for fact in content["facts"] if fact["title"] in told],
    }
