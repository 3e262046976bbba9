"""Kleene's three-valued logic over true, false and null (DMN 1.5, table 48), and unknown.

Null is an answer: `null and true` is null for good. Unknown may still become any of the three, so a known
result is given exactly when every completion would give it, and what cannot matter is not missing: `u and
false` misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.feel.values import Unknown, Value, each_unknown


def all_of(values: Iterable[Value]) -> Value:
    """`and`: false as soon as one is false; then unknown; then null; else true. Reads no further than it must."""
    return _settled_by(False, values)


def any_of(values: Iterable[Value]) -> Value:
    """`or`: true as soon as one is true; then unknown; then null; else false."""
    return _settled_by(True, values)


def negated(value: Value) -> Value:
    """`not`: null for anything but a boolean."""
    if isinstance(value, Unknown):
        return value
    return (not value) if isinstance(value, bool) else None


def _settled_by(settling: bool, values: Iterable[Value]) -> Value:
    missing: list[str] = []
    null = False
    for value in values:
        if value is settling:
            return settling
        if isinstance(value, Unknown):
            missing.extend(value.missing)
        elif value is not (not settling):
            null = True
    if missing:
        return Unknown(missing)
    return None if null else not settling


def chosen(condition: Unknown, branches: Iterable[Value]) -> Value:
    """What an unknown condition chooses: the branches' value where they agree, else unknown of all that matters."""
    first, *others = branches
    if all(same(first, other) for other in others):
        return first
    missing = list(condition.missing)
    for branch in (first, *others):
        missing.extend(path for gap in each_unknown(branch) for path in gap.missing)
    return Unknown(missing)


def same(one: Value, other: Value) -> bool:
    """Are two values alike for certain, in kind and worth?"""
    from rules.feel.operators import equal

    return type(one) is type(other) and equal(one, other) is True
