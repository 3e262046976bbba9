"""From text to syntax tree: lark's LALR parser over our tokens, with the faults put in plain words."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedToken, v_args
from lark.exceptions import VisitError

from rules.feel import limits, tree
from rules.feel.errors import FeelError
from rules.feel.lexer import FeelLexer, Source
from rules.feel.names import KnownNames
from rules.feel.numbers import CONTEXT
from rules.feel.temporal import read_at_literal
from rules.feel.types import Type

_GRAMMAR = FilePath(__file__).with_name("grammar.lark")
_SAID = {
    "NUMBER": "a number", "STRING": "a text", "NAME": "a name", "AT": '@"…"', "COMPARE": "= < > …", "RPAR": ")",
    "RSQB": "]", "RBRACE": "}", "COMMA": ",", "COLON": ":", "DOTS": "..", "THEN": "then", "ELSE": "else",
    "RETURN": "return", "SATISFIES": "satisfies", "AND": "and", "IN": "in", "TYPE": "a type", "BINDER": "a name",
}  # fmt: skip
_TELLING = (
    "THEN",
    "ELSE",
    "RETURN",
    "SATISFIES",
    "IN",
    "RPAR",
    "RSQB",
    "RBRACE",
    "COLON",
    "DOTS",
    "TYPE",
    "BINDER",
)


_NOT = re.compile(r"\s*not\s*\(")


def parse(
    text: str, names: KnownNames, attributes: Collection[str] = (), types: Mapping[str, Type] | None = None
) -> tree.Node:
    """The syntax tree of one expression. Raises FeelError with the place of the fault.

    `names` are those in scope and `attributes` those that may stand behind a dot; only the ones with spaces or
    signs in them matter here. `types` are those with names of their own, beside FEEL's.
    """
    node = cast("tree.Node", _read("expression", text, names, attributes, types))
    _measure(node)
    return node


def parse_tests(
    value: tree.Node,
    text: str,
    names: KnownNames,
    attributes: Collection[str] = (),
    types: Mapping[str, Type] | None = None,
) -> tree.Node:
    """The condition that unary tests (grammar rules 7 and 8: `< 5, [10..20]`, `not("a")`, `-`) put to a value.

    Raises FeelError with the place of the fault.
    """
    if text.strip() in ("", "-"):
        return tree.Constant(value.place, True)
    opening = _NOT.match(text)
    if opening and text.rstrip().endswith(")"):
        within = " " * opening.end() + text.rstrip()[opening.end() : -1]
        try:
            tests = cast("tuple[tree.Node, ...]", _read("unary_tests", within, names, attributes, types))
        except FeelError:
            pass  # the brackets are no pair, as in not(a) and (b): an expression after all
        else:
            return _measured(tree.Negated(value.place, tree.In(value.place, value, tests)))
    tests = cast("tuple[tree.Node, ...]", _read("unary_tests", text, names, attributes, types))
    return _measured(tree.In(value.place, value, tests))


def parse_listed(
    text: str, names: KnownNames, attributes: Collection[str] = (), types: Mapping[str, Type] | None = None
) -> tuple[tree.Node, ...]:
    """The unary tests of a text one by one: the values of an enumeration in their order."""
    return cast("tuple[tree.Node, ...]", _read("unary_tests", text, names, attributes, types))


def _measured(node: tree.Node) -> tree.Node:
    _measure(node)
    return node


def _read(
    start: str,
    text: str,
    names: KnownNames,
    attributes: Collection[str],
    types: Mapping[str, Type] | None,
) -> Any:
    if len(text) > limits.TEXT_LENGTH:
        raise FeelError(f"an expression has at most {limits.TEXT_LENGTH} characters, this has {len(text)}")
    source: Any = Source(text, names, attributes, types or {})
    try:
        return _parser().parse(source, start=start)
    except UnexpectedToken as fault:
        raise _said(fault, text) from None
    except VisitError as fault:
        if isinstance(fault.orig_exc, FeelError):
            raise fault.orig_exc from None
        raise


@functools.cache
def _parser() -> Lark:
    return Lark(
        _GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer=FeelLexer,
        start=["expression", "unary_tests"],
        transformer=_Building(),
        maybe_placeholders=True,
    )


def _said(fault: UnexpectedToken, text: str) -> FeelError:
    token = fault.token
    expected = set(fault.accepts or fault.expected or ())
    if token.type == "$END":
        lines = text.split("\n")
        wanted = _wanted(expected) or "an operand"
        message = (
            f"the expression ends too early; {wanted} is missing"
            if text.strip()
            else "the expression is empty"
        )
        return FeelError(message, len(lines), len(lines[-1]) + 1)
    wanted = _wanted(expected)
    otherwise = f"; expected {wanted}" if wanted else ""
    written = text[token.start_pos : (token.start_pos or 0) + 1] if not str(token) else str(token)
    return FeelError(f"`{written}` cannot stand here{otherwise}", token.line or 0, token.column or 0)


def _wanted(expected: Iterable[str]) -> str:
    expected = set(expected)
    if "NUMBER" in expected:
        return "a value"
    return " or ".join(_SAID[kind] for kind in _TELLING if kind in expected)


def _measure(node: tree.Node) -> None:
    """Refuse a tree that is too deep or too large to be worked on safely."""
    count = 0
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        count += 1
        if depth > limits.TREE_DEPTH:
            raise FeelError(
                f"the expression is nested more than {limits.TREE_DEPTH} deep",
                current.place.line,
                current.place.column,
            )
        if count > limits.NODES:
            raise FeelError(f"an expression has at most {limits.NODES} parts")
        waiting.extend((child, depth + 1) for child in tree.children(current))


def _at(token: Token) -> tree.Place:
    return tree.Place(token.line or 0, token.column or 0)


@v_args(inline=True)
class _Building(Transformer[Token, Any]):
    """Builds our nodes while lark reads: one method a rule of grammar.lark."""

    def any_of(self, left: tree.Node, _: Token, right: tree.Node) -> tree.Node:
        if isinstance(left, tree.AnyOf):
            return tree.AnyOf(left.place, (*left.operands, right))
        return tree.AnyOf(left.place, (left, right))

    def all_of(self, left: tree.Node, _: Token, right: tree.Node) -> tree.Node:
        if isinstance(left, tree.AllOf):
            return tree.AllOf(left.place, (*left.operands, right))
        return tree.AllOf(left.place, (left, right))

    def compare(self, left: tree.Node, operator: Token, right: tree.Node) -> tree.Node:
        return tree.Comparison(left.place, operator.value, left, right)

    def between(self, value: tree.Node, _: Token, low: tree.Node, __: Token, high: tree.Node) -> tree.Node:
        return tree.Between(value.place, value, low, high)

    def in_one(self, value: tree.Node, _: Token, test: tree.Node) -> tree.Node:
        return tree.In(value.place, value, (test,))

    def in_many(
        self, value: tree.Node, _: Token, __: Token, tests: tuple[tree.Node, ...], ___: Token
    ) -> tree.Node:
        return tree.In(value.place, value, tests)

    def tests(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def unary_tests(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def instance_of(self, value: tree.Node, _: Token, type_: Token) -> tree.Node:
        return tree.InstanceOf(value.place, value, type_.value)

    def bound(self, operator: Token, end: tree.Node) -> tree.Node:
        place = _at(operator)
        match operator.value:
            case "=" | "!=":
                return tree.EqualityTest(place, operator.value, end)
            case "<" | "<=":
                return tree.RangeOf(place, None, end, False, operator.value == "<=")
            case _:
                return tree.RangeOf(place, end, None, operator.value == ">=", False)

    def arithmetic(self, left: tree.Node, operator: Token, right: tree.Node) -> tree.Node:
        return tree.Arithmetic(left.place, operator.value, left, right)

    def negation(self, minus: Token, operand: tree.Node) -> tree.Node:
        return tree.Negation(_at(minus), operand)

    def if_(
        self, at: Token, condition: tree.Node, _: Token, then: tree.Node, __: Token, other: tree.Node
    ) -> tree.Node:
        return tree.If(_at(at), condition, then, other)

    def for_(self, at: Token, iterations: tuple[tree.Iteration, ...], _: Token, body: tree.Node) -> tree.Node:
        return tree.For(_at(at), iterations, body)

    def quantified(
        self, at: Token, iterations: tuple[tree.Iteration, ...], _: Token, that: tree.Node
    ) -> tree.Node:
        return tree.Quantified(_at(at), at.value, iterations, that)

    def iterations(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def iteration(self, name: Token, _: Token, source: tree.Node, *until: Any) -> tree.Node:
        return tree.Iteration(_at(name), name.value, source, until[1] if until else None)

    def function(self, at: Token, *parts: Any) -> tree.Node:
        parameters = next((part for part in parts if isinstance(part, tuple)), ())
        return tree.FunctionDefinition(_at(at), parameters, parts[-1])

    def parameters(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def parameter(self, name: Token, _: Token | None, type_: Token | None) -> tree.Node:
        return tree.Parameter(_at(name), name.value, type_.value if type_ is not None else None)

    def path(self, base: tree.Node, _: Token, name: Token) -> tree.Node:
        return tree.Path(base.place, base, name.value)

    def filter(self, base: tree.Node, _: Token, condition: tree.Node, __: Token) -> tree.Node:
        return tree.Filter(base.place, base, condition)

    def call(self, function: tree.Node, *parts: Any) -> tree.Node:
        arguments = next((part for part in parts if isinstance(part, tuple)), ())
        return tree.Call(function.place, function, arguments)

    def arguments(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def argument(self, name: Token | None, _: Token | None, value: tree.Node) -> tree.Node:
        return tree.Argument(value.place, name.value if name is not None else None, value)

    def number(self, token: Token) -> tree.Node:
        value = CONTEXT.create_decimal(token.value)
        if not value.is_finite():
            raise FeelError(f"the number {token.value} is too large", token.line or 0, token.column or 0)
        return tree.Constant(_at(token), Decimal(value))

    def string(self, token: Token) -> tree.Node:
        return tree.Constant(_at(token), token.value)

    def at(self, token: Token) -> tree.Node:
        value = read_at_literal(token.value)
        if value is None:
            return tree.Faulty(_at(token), f'@"{token.value}" is no date, time, date and time or duration')
        return tree.Constant(_at(token), value)

    def true(self, token: Token) -> tree.Node:
        return tree.Constant(_at(token), True)

    def false(self, token: Token) -> tree.Node:
        return tree.Constant(_at(token), False)

    def null(self, token: Token) -> tree.Node:
        return tree.Constant(_at(token), None)

    def name(self, token: Token) -> tree.Node:
        return tree.Name(_at(token), token.value)

    def group(self, _: Token, inner: tree.Node, __: Token) -> tree.Node:
        return inner

    def list_of(self, at: Token, *parts: Any) -> tree.Node:
        items = next((part for part in parts if isinstance(part, tuple)), ())
        return tree.ListOf(_at(at), items)

    def list_items(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def range_of(self, opened: Token, start: tree.Node, _: Token, end: tree.Node, closed: Token) -> tree.Node:
        return tree.RangeOf(_at(opened), start, end, opened.type == "LSQB", closed.type == "RSQB")

    def context_of(self, at: Token, *parts: Any) -> tree.Node:
        entries: tuple[tree.Entry, ...] = next((part for part in parts if isinstance(part, tuple)), ())
        seen: set[str] = set()
        for entry in entries:
            if entry.key in seen:
                return tree.Faulty(entry.place, f"the context has `{entry.key}` twice")
            seen.add(entry.key)
        return tree.ContextOf(_at(at), entries)

    def entries(self, *found: Any) -> tuple[tree.Node, ...]:
        return _nodes(found)

    def entry(self, key: Token, _: Token, value: tree.Node) -> tree.Node:
        return tree.Entry(_at(key), key.value, value)

    def key(self, token: Token) -> Token:
        return token


def _nodes(found: Iterable[Any]) -> tuple[tree.Node, ...]:
    """What a list rule collected, without its commas."""
    return tuple(item for item in found if isinstance(item, tree.Node))
