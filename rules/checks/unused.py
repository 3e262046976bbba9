"""What a rule file defines but never uses: a slip of the pen, or a condition that was forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue_loader import Catalogue
from rules.faults import Fault
from rules.feel import Expression, tree
from rules.rule import Rule


def unused_names(rule: Rule, _catalogue: Catalogue) -> Iterator[Fault]:
    """Parameters, settings, `where` names and used rules that no condition, outcome or discretion needs."""
    needed = _needed(rule)
    chosen_by = {word for parameter in rule.parameters for word in parameter.by}
    described = (
        *((item.name, item.line, "parameter") for item in rule.parameters),
        *((item.name, item.line, "setting") for item in rule.settings if item.name not in chosen_by),
        *((item.name, item.line, "where") for item in rule.where),
        *((name, 1, "uses") for name in rule.uses),
    )
    for name, line, what in described:
        if name not in needed:
            message = f"{what} '{name}' is never used: use it in a condition or the outcome, or take it out"
            yield Fault(rule.filename, line, message)


def _needed(rule: Rule) -> set[str]:
    ends = (
        *(value.expression for value in rule.outcome),
        *(condition.that for condition in rule.conditions),
        *(item.when for item in rule.discretion),
    )
    waiting = [name for end in ends for name in _named(end)]
    where = {item.name: item.expression for item in rule.where}
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(_named(where[name]) if name in where else ())
    return needed


def _named(expression: Expression) -> set[str]:
    return {node.name for node in tree.every_node(expression.tree) if isinstance(node, tree.Name)}
