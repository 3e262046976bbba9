"""Writes one expression in columns: each kind of node has a small function. The logic is Kleene's, with null."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from rules.feel import tree
from rules.population import dates, lists, numbers
from rules.population.body import Body
from rules.population.terms import (
    Flag,
    NotColumns,
    Term,
    all_known,
    both,
    chosen,
    column,
    either,
    identical,
    literal,
    negated,
    opposite,
    settled_by_null,
    surely,
)

_ORDERS = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_TOTALS = ("sum", "min", "max", "count")


@functools.singledispatch
def written(node: tree.Node, body: Body) -> Term:
    """The value of a node that is not the same for everybody. Raises NotColumns."""
    raise NotColumns(type(node).__name__)


@written.register
def _name(node: tree.Name, body: Body) -> Term:
    return body.named(node.name)


@written.register
def _path(node: tree.Path, body: Body) -> Term:
    if isinstance(node.base, tree.Call):
        years = dates.full_years(node, body)
        if years is not None:
            return years
    base = body.value(node.base)
    if base.base == "used rule":
        if node.attribute == "answer":
            answer: Term = base.where.answer
            return answer
        if node.attribute not in base.where.values:
            raise NotColumns(f"`.{node.attribute}` of a rule that has no such value")
        found: Term = base.where.values[node.attribute]
        return found
    if base.base == "entity":
        return body.frame.fact(base, node.attribute)
    if base.base == "list":
        return lists.attribute_of(base, node.attribute)
    if base.base == "date" and node.attribute in ("year", "month", "day"):
        return Term(getattr(base.value, node.attribute)().cast("float64"), "number", base.known, whole=True)
    raise NotColumns(f"`.{node.attribute}` of a {base.base}")


@written.register
def _filter(node: tree.Filter, body: Body) -> Term:
    base = body.value(node.base)
    if base.base != "list":
        raise NotColumns(f"a filter of a {base.base}")
    return lists.filtered(base, node.condition)


@written.register
def _quantified(node: tree.Quantified, body: Body) -> Term:
    if len(node.iterations) != 1 or node.iterations[0].until is not None:
        raise NotColumns(f"{node.quantifier} over more than one list")
    items = body.value(node.iterations[0].source)
    if items.base != "list":
        raise NotColumns(f"{node.quantifier} over a {items.base}")
    return body.frame.keep(lists.quantified(node, items, node.iterations[0].name, body))


@written.register
def _call(node: tree.Call, body: Body) -> Term:
    if not isinstance(node.function, tree.Name) or any(argument.name for argument in node.arguments):
        raise NotColumns("a call with named arguments")
    name = node.function.name
    terms = [body.value(argument.value) for argument in node.arguments]
    if name in _TOTALS and len(terms) == 1 and terms[0].base == "list":
        return body.frame.keep(lists.total(terms[0], body, name))
    if name in ("min", "max"):
        return body.frame.keep(numbers.extreme(name, terms, body.frame))
    if name == "sum":
        return functools.reduce(lambda one, other: numbers.reckoned("+", one, other, body.frame), terms)
    if name == "not" and len(terms) == 1:
        value = _logical(terms[0])
        return Term(negated(value.value), "boolean", value.known)
    if name == "abs" and len(terms) == 1:
        value = numbers.number(terms[0])
        return Term(value.value.abs(), "number", value.known, value.rough, value.whole)
    if name == "date":
        return dates.day_of(terms, body)
    if name.startswith(("round", "floor", "ceiling")) and terms:
        scale = terms[1] if len(terms) > 1 else None
        return numbers.rounded(name, body.frame.keep(terms[0]), scale, body.frame)
    raise NotColumns(f"{name}()")


@written.register
def _negation(node: tree.Negation, body: Body) -> Term:
    return numbers.negative(body.value(node.operand))


@written.register
def _arithmetic(node: tree.Arithmetic, body: Body) -> Term:
    left, right = body.value(node.left), body.value(node.right)
    moved = dates.moved(node.operator, left, right)
    if moved is not None:
        return moved
    if node.operator == "**":
        raise NotColumns("**")
    return numbers.reckoned(node.operator, left, right, body.frame)


# ---- comparison


@written.register
def _comparison(node: tree.Comparison, body: Body) -> Term:
    return _compared(node.operator, body.value(node.left), body.value(node.right), body)


def _compared(operator: str, left: Term, right: Term, body: Body) -> Term:
    known = settled_by_null(left, right) if operator in _ORDERS else all_known((left, right))
    if "null" in (left.base, right.base):
        return _compared_with_null(operator, right if left.base == "null" else left, known)
    if left.base != right.base or left.base not in ("number", "text", "date", "boolean"):
        raise NotColumns(f"{left.base} {operator} {right.base}")
    if left.base == "number":
        body.frame.doubts.append(both(known, numbers.near(left, right)))
    if operator in _ORDERS:
        if left.base == "boolean":
            raise NotColumns("the order of true and false")
        if left.base == "date" and (found := dates.compared(operator, left, right)) is not None:
            return Term(found, "boolean", known)
        return Term(_ORDERS[operator](left.value, right.value), "boolean", known)
    same = identical(left.value, right.value)
    return Term(same if operator == "=" else negated(same), "boolean", known)


def _compared_with_null(operator: str, value: Term, known: Any) -> Term:
    if operator not in ("=", "!="):
        return Term(literal(None, "boolean"), "boolean", known)
    if value.base == "list":
        raise NotColumns("a list compared with null")
    found = value.value.isnull() if operator == "=" else value.value.notnull()
    return Term(found, "boolean", known)


@written.register
def _between(node: tree.Between, body: Body) -> Term:
    value = body.frame.keep(body.value(node.value))
    tests = [
        _compared(">=", value, body.value(node.low), body),
        _compared("<=", value, body.value(node.high), body),
    ]
    return _in_logic(tests, body, settling=False)


@written.register
def _in(node: tree.In, body: Body) -> Term:
    value = body.frame.keep(body.value(node.value))
    return _in_logic([_passes(value, test, body) for test in node.tests], body, settling=True)


def _passes(value: Term, test: tree.Node, body: Body) -> Term:
    if isinstance(test, tree.RangeOf):
        tests = []
        if test.start is not None:
            tests.append(_compared(">=" if test.start_included else ">", value, body.value(test.start), body))
        if test.end is not None:
            tests.append(_compared("<=" if test.end_included else "<", value, body.value(test.end), body))
        return _in_logic(tests, body, settling=False)
    if isinstance(test, tree.ListOf):
        return _in_logic([_passes(value, item, body) for item in test.items], body, settling=True)
    if isinstance(test, tree.Constant) and test.value is not None:
        return _compared("=", value, body.value(test), body)
    raise NotColumns(f"the test {type(test).__name__}")


# ---- logic


@written.register
def _all_of(node: tree.AllOf, body: Body) -> Term:
    return _in_logic([body.value(operand) for operand in node.operands], body, settling=False)


@written.register
def _any_of(node: tree.AnyOf, body: Body) -> Term:
    return _in_logic([body.value(operand) for operand in node.operands], body, settling=True)


def _logical(term: Term) -> Term:
    if term.base not in ("boolean", "null"):
        raise NotColumns(f"a {term.base} as a condition")
    return replace(term, value=literal(None, "boolean"), base="boolean") if term.base == "null" else term


def _in_logic(terms: Sequence[Term], body: Body, *, settling: bool) -> Term:
    """and (settled by a false) and or (by a true). Null beside unknown, nothing settled, is judged exactly."""
    terms = [_logical(term) for term in terms]
    settled = either(*(both(term.known, surely(term.value if settling else ~term.value)) for term in terms))
    nulls = either(*(both(term.known, term.value.isnull()) for term in terms if not term.constant))
    everything = all_known(terms)
    if everything is not True and nulls is not False:
        body.frame.doubts.append(both(opposite(settled), opposite(everything), nulls))
    value = chosen(settled, literal(settling), chosen(nulls, literal(None, "boolean"), literal(not settling)))
    return Term(value, "boolean", either(settled, everything))


@written.register
def _if(node: tree.If, body: Body) -> Term:
    condition = _logical(body.frame.keep(body.value(node.condition)))
    if condition.constant:
        return body.value(node.then if condition.constant[0] is True else node.otherwise)
    held = surely(condition.value)
    open_ = opposite(condition.known)
    then = _where(either(open_, both(condition.known, held)), node.then, body)
    otherwise = _where(either(open_, opposite(held)), node.otherwise, body)
    base = otherwise.base if then.base == "null" else then.base
    if otherwise.base not in (base, "null") or base in ("entity", "list", "used rule", "months", "days"):
        raise NotColumns(f"a choice between a {then.base} and a {otherwise.base}")
    known: Any = chosen(held, column(then.known), column(otherwise.known))
    if then.known is True and otherwise.known is True:
        known = True
    if condition.known is not True:
        # decided whichever way it goes, where both are the same; whether rough numbers are, only the exact one knows
        body.frame.doubts.append(
            both(opposite(condition.known), then.known, otherwise.known, either(then.rough, otherwise.rough))
        )
        same = both(then.known, otherwise.known, identical(then.value, otherwise.value))
        known = chosen(condition.known, column(known), column(same))
    rough = then.rough
    if rough is not otherwise.rough:
        rough = chosen(held, column(then.rough), column(otherwise.rough))
    return Term(_choice(held, then, otherwise, base), base, known, rough, then.whole and otherwise.whole)


def _where(flag: Flag, node: tree.Node, body: Body) -> Term:
    """A value that counts only in some rows: what is doubtful of it in others does not matter."""
    with body.frame.doubts_aside() as doubts:
        term = body.value(node)
    body.frame.doubts.append(both(flag, either(*doubts)))
    return term


def _choice(held: Any, then: Term, otherwise: Term, base: str) -> Any:
    if base == "null":
        return literal(None)
    types: dict[str, Literal["float64", "string", "date", "boolean"]] = {
        "number": "float64", "text": "string", "date": "date", "boolean": "boolean",
    }  # fmt: skip
    values = [literal(None, types[base]) if term.base == "null" else term.value for term in (then, otherwise)]
    return chosen(held, *values)
