"""A signal's condition as durable-rules can ask it: of one fact, whether its fields equal fixed values.

What FEEL says with `and`, `or`, `not`, `in`, `=` and `!=` about `before` and `after` becomes alternatives, each a
set of tests that must all hold. FEEL's logic has three values, so what makes a condition true and what makes it
false are two different things, and `not` goes from one to the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from rules.durable.canonical import NULL, NotCanonical, canonical, kind_of
from rules.feel import Expression, tree

FIELDS = ("before", "after")
MOST_ALTERNATIVES = 16


class NotAsked(ValueError):
    """A condition asks more than durable-rules can be asked safely."""


@dataclass(frozen=True)
class FieldTest:
    """One thing asked of a field: whether it equals a canonical value, or another field of the same fact."""

    field: str
    equal: bool
    value: str = ""
    other: str = ""


Alternative = frozenset[FieldTest]


def alternatives(condition: Expression) -> tuple[Alternative, ...]:
    """When the condition is true: in any of these. None where it never is. Raises `NotAsked`."""
    try:
        found = _holds(condition.tree, True)
    except NotCanonical as error:
        raise NotAsked(str(error)) from error
    tidy = {kept for one in found if (kept := _tidied(one)) is not None}
    least = [one for one in tidy if not any(other < one for other in tidy)]
    return tuple(sorted(least, key=_order))


def kind_field(field: str) -> str:
    """The field that has the kind of another field's value."""
    return f"{field}_kind"


def _order(alternative: Alternative) -> list[tuple[str, bool, str, str]]:
    return sorted((test.field, test.equal, test.value, test.other) for test in alternative)


def _holds(node: tree.Node, wanted: bool) -> list[Alternative]:
    """When a condition is true, or when it is false; null is neither."""
    if isinstance(node, tree.Constant):
        return [frozenset()] if node.value is wanted else []
    if isinstance(node, tree.AllOf):
        return (_all if wanted else _any)(_holds(one, wanted) for one in node.operands)
    if isinstance(node, tree.AnyOf):
        return (_any if wanted else _all)(_holds(one, wanted) for one in node.operands)
    if isinstance(node, tree.Comparison) and node.operator in ("=", "!="):
        return _equal(node.left, node.right, wanted is (node.operator == "="))
    if isinstance(node, tree.In):
        return (_any if wanted else _all)(_equal(node.value, one, wanted) for one in node.tests)
    if (negated := _negated(node)) is not None:
        return _holds(negated, not wanted)
    raise NotAsked("more than =, != and in, joined by and, or and not")


def _negated(node: tree.Node) -> tree.Node | None:
    """What `not(…)` is said of."""
    if (
        isinstance(node, tree.Call)
        and isinstance(node.function, tree.Name)
        and node.function.name == "not"
        and len(node.arguments) == 1
        and node.arguments[0].name is None
    ):
        return node.arguments[0].value
    return None


def _any(each: Iterable[list[Alternative]]) -> list[Alternative]:
    return _few([one for found in each for one in found])


def _all(each: Iterable[list[Alternative]]) -> list[Alternative]:
    joined: list[Alternative] = [frozenset()]
    for found in each:
        joined = _few([one | other for one, other in product(joined, found)])
    return joined


def _few(found: list[Alternative]) -> list[Alternative]:
    found = [kept for one in found if (kept := _tidied(one)) is not None]
    if len(found) > MOST_ALTERNATIVES:
        raise NotAsked(f"more than {MOST_ALTERNATIVES} alternatives")
    return found


def _equal(left: tree.Node, right: tree.Node, wanted: bool) -> list[Alternative]:
    """When `left = right` is true, or when it is false: null equals null alone, and other kinds give null."""
    if isinstance(left, tree.Constant):
        left, right = right, left
    field = _field(left)
    if isinstance(right, tree.Constant):
        return _equals_value(field, canonical(right.value), wanted)
    return _equals_field(field, _field(right), wanted)


def _field(node: tree.Node) -> str:
    if isinstance(node, tree.Name) and node.name in FIELDS:
        return node.name
    raise NotAsked("something else than before and after")


def _equals_value(field: str, value: str, wanted: bool) -> list[Alternative]:
    if wanted or value == NULL:
        return [frozenset({FieldTest(field, wanted, value)})]
    same_kind = FieldTest(kind_field(field), True, kind_of(value))
    return [frozenset({FieldTest(field, True, NULL)}), frozenset({same_kind, FieldTest(field, False, value)})]


def _equals_field(field: str, other: str, wanted: bool) -> list[Alternative]:
    if wanted:
        return [frozenset({FieldTest(field, True, other=other)})]
    same_kind = FieldTest(kind_field(field), True, other=kind_field(other))
    return [
        frozenset({FieldTest(field, True, NULL), FieldTest(other, False, NULL)}),
        frozenset({FieldTest(field, False, NULL), FieldTest(other, True, NULL)}),
        frozenset({same_kind, FieldTest(field, False, other=other)}),
    ]


def _tidied(alternative: Alternative) -> Alternative | None:
    """Without what says nothing beside the rest; None where no fact can pass all of it."""
    fixed: dict[str, str] = {}
    for test in alternative:
        if test.equal and test.value and fixed.setdefault(test.field, test.value) != test.value:
            return None
    for field in FIELDS:
        if field in fixed and fixed.setdefault(kind_field(field), kind_of(fixed[field])) != kind_of(
            fixed[field]
        ):
            return None
    kept: set[FieldTest] = set()
    for test in alternative:
        holds = _settled(test, fixed)
        if holds is False:
            return None
        if holds is None:
            kept.add(test)
    return frozenset(kept)


def _settled(test: FieldTest, fixed: dict[str, str]) -> bool | None:
    """Whether a test holds for every fact that has the fixed values, or for none; None where facts differ."""
    if test.other:
        return None
    if test.equal:
        is_kind = test.field not in FIELDS
        owner = test.field.removesuffix("_kind")
        return True if is_kind and owner in fixed else None
    if test.field in fixed:
        return fixed[test.field] != test.value
    kind = fixed.get(kind_field(test.field))
    return True if kind is not None and kind != kind_of(test.value) else None
