"""Which outcome a decision table has, of the rows that hold and of those that may (DMN 1.5, 8.2.10 and 8.2.11).

Three-valued: where nobody knows whether a row holds, the outcome is unknown, unless it is the same whether that row
holds or not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Literal

from rules.feel.builtins.lists import max_, min_, sum_
from rules.feel.logic import same
from rules.feel.values import Context, Unknown, Value, each_unknown, unknown_of


class HitPolicy(Enum):
    """How many rows may hold, and what comes of those that do."""

    UNIQUE = "unique"
    ANY = "any"
    PRIORITY = "priority"
    FIRST = "first"
    RULE_ORDER = "rule order"
    OUTPUT_ORDER = "output order"
    COLLECT = "collect"
    SUM = "collect sum"
    MIN = "collect min"
    MAX = "collect max"
    COUNT = "collect count"


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that holds, or may hold: what it gives, and its place in the outputs' own order (lowest first)."""

    holds: Literal[True] | Unknown
    output: Value
    rank: Value = ()


def outcome(policy: HitPolicy, hits: Sequence[Hit], default: Value = None) -> Value:
    """What the table gives; `hits` are in the order of the rows, without those that do not hold.

    Null where the policy is broken: two rows of a unique table hold, or rows of an `any` table differ.

    >>> outcome(HitPolicy.UNIQUE, [Hit(True, "a"), Hit(True, "b")])
    >>> outcome(HitPolicy.FIRST, [Hit(Unknown(["age"]), "a"), Hit(True, "a")])
    'a'
    """
    doubtful = [hit for hit in hits if hit.holds is not True]
    certain = [hit for hit in hits if hit.holds is True]
    settled = _settled(policy, certain, default)
    if not doubtful:
        return settled
    possible = [settled, _settled(policy, hits, default)]
    for one in doubtful:
        possible.append(_settled(policy, [hit for hit in hits if hit.holds is True or hit is one], default))
    if all(same(settled, other) for other in possible[1:]):
        return settled
    values = [*(hit.holds for hit in doubtful), *possible]
    return Unknown(path for value in values for gap in each_unknown(value) for path in gap.missing)


def _settled(policy: HitPolicy, hits: Sequence[Hit], default: Value) -> Value:
    """The outcome when just these rows hold."""
    if not hits:
        empty: dict[HitPolicy, Value] = {HitPolicy.COLLECT: [], HitPolicy.COUNT: Decimal(0)}
        return empty.get(policy) if default is None else default
    outputs = [hit.output for hit in hits]
    match policy:
        case HitPolicy.UNIQUE:
            return outputs[0] if len(outputs) == 1 else None
        case HitPolicy.ANY:
            return _agreed(outputs)
        case HitPolicy.FIRST:
            return outputs[0]
        case HitPolicy.PRIORITY:
            ranked = _ranked(hits)
            return ranked if isinstance(ranked, Unknown) else ranked[0]
        case HitPolicy.OUTPUT_ORDER:
            return _ranked(hits)
        case HitPolicy.RULE_ORDER | HitPolicy.COLLECT:
            return outputs
        case _:
            return _aggregated(_AGGREGATES[policy], outputs)


def _agreed(outputs: list[Value]) -> Value:
    """The one output of all rows; null when two differ for certain or in kind."""
    if all(same(outputs[0], other) for other in outputs[1:]):
        return outputs[0]
    missing = [path for value in outputs for gap in each_unknown(value) for path in gap.missing]
    return Unknown(missing) if missing else None


def _ranked(hits: Sequence[Hit]) -> Value:
    """The outputs, the first in their own order first; those of one rank as the rows stand."""
    missing = unknown_of(hit.rank for hit in hits)
    if missing is not None and len(hits) > 1:
        return missing
    return [hit.output for hit in sorted(hits, key=lambda hit: hit.rank if len(hits) > 1 else 0)]


_AGGREGATES: dict[HitPolicy, Callable[[Value], Value]] = {
    HitPolicy.SUM: sum_,
    HitPolicy.MIN: min_,
    HitPolicy.MAX: max_,
    HitPolicy.COUNT: lambda outputs: Decimal(len(outputs)),
}


def _aggregated(aggregate: Callable[[Value], Value], outputs: list[Value]) -> Value:
    """The outputs in one; of several columns, each by itself."""
    if aggregate is not _AGGREGATES[HitPolicy.COUNT] and all(isinstance(one, Context) for one in outputs):
        return Context({name: aggregate([one[name] for one in outputs]) for name in outputs[0]})
    return aggregate(outputs)
