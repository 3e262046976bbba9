"""What is kept of a determination: all it rests on, and nothing else, as bytes that are the same each time."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from rules.canonical_json import canonical
from rules.determination import Determination, UsedFact, UsedParameter
from rules.rule import Rule

ENGINE_VERSION = "1"
"""Raised when the engine may say something else of the same rule and facts than it did."""


def decision_record(determination: Determination, rule: Rule) -> dict[str, Any]:
    """The determination with the versions of rule, values of law and engine, and only the facts it touched."""
    facts = [used for used in determination.used if isinstance(used, UsedFact)]
    parameters = [used for used in determination.used if isinstance(used, UsedParameter)]
    return {
        "engine_version": ENGINE_VERSION,
        "rule": determination.rule,
        "rule_version": determination.rule_version,
        "content_hash": sha256(rule.text.encode()).hexdigest(),
        "uses": {
            name: {"rule": said["rule"], "rule_version": said["rule_version"]}
            for name, said in determination.trace.items()
            if name in rule.uses
        },
        "on": determination.on,
        "parameters": [
            {"name": one.name, "from": one.valid_from, "source": one.source, "value": one.value}
            for one in sorted(parameters, key=lambda one: (one.name, str(one.valid_from), one.source))
        ],
        "inputs": [
            {"path": one.path, "subject": one.subject, "value": one.value}
            for one in sorted(facts, key=lambda one: one.path)
        ],
        "outcome": {
            "answer": determination.answer,
            "values": determination.values,
            "missing": determination.missing,
            "conditions": {condition.id: condition.holds for condition in determination.conditions},
            "discretion": [question.id for question in determination.discretion],
            "reasons": determination.reasons,
        },
    }


def record_bytes(determination: Determination, rule: Rule) -> bytes:
    """The decision record as canonical JSON: the same rule, day and facts give the same bytes."""
    return canonical(decision_record(determination, rule))
