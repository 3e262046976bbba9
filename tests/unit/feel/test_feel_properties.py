"""Laws of every expression: Kleene's, and that what is known beside unknowns is right whatever they are."""

from __future__ import annotations

import contextlib
import json
import math
import re
from decimal import Decimal
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from rules.feel import Expression, FeelError, Recorder, Unknown, compile_expression
from rules.feel.command import evaluate_batch, json_line
from rules.feel.logic import all_of, any_of, negated
from rules.feel.operators import equal

TRUTHS = st.sampled_from([True, False, None, Unknown(["u"]), Unknown(["v"])])


@given(TRUTHS, TRUTHS, TRUTHS)
def test_and_and_or_are_associative_and_commute_up_to_the_order_of_what_is_missing(
    a: Any, b: Any, c: Any
) -> None:
    for join in (all_of, any_of):
        assert settled(join((a, b))) == settled(join((b, a)))
        assert settled(join((join((a, b)), c))) == settled(join((a, join((b, c)))))


@given(TRUTHS, TRUTHS)
def test_de_morgan(a: Any, b: Any) -> None:
    assert settled(negated(all_of((a, b)))) == settled(any_of((negated(a), negated(b))))


def settled(value: Any) -> Any:
    return frozenset(value.missing) if isinstance(value, Unknown) else value


# Expressions over three facts that may be unknown: two numbers and a truth, and a list of entities.

_NUMBERS = st.deferred(
    lambda: st.one_of(
        st.sampled_from(
            ["f.n", "f.m", "1", "2", "0", "null", "f.list[1].x", "sum(f.list.x)", "max(f.list.x)"]
        ),
        st.builds("({} {} {})".format, _NUMBERS, st.sampled_from(["+", "-", "*", "/"]), _NUMBERS),
        st.builds("(if {} then {} else {})".format, _TRUTHS, _NUMBERS, _NUMBERS),
        st.builds("count(f.list[{}])".format, _of_items("")),
        st.builds("min({}, {})".format, _NUMBERS, _NUMBERS),
        st.builds("sum([{}, {}])".format, _NUMBERS, _NUMBERS),
        st.builds("round down({}, 0)".format, _NUMBERS),
        st.builds("[{}, {}][{}]".format, _NUMBERS, _NUMBERS, st.sampled_from(["1", "2", "-1", "item > 1"])),
    )
)
_TRUTHS = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["f.t", "true", "false", "null"]),
        st.builds("({} {} {})".format, _NUMBERS, st.sampled_from(["<", "<=", "=", "!=", ">"]), _NUMBERS),
        st.builds("({} {} {})".format, _TRUTHS, st.sampled_from(["and", "or", "="]), _TRUTHS),
        st.builds("not({})".format, _TRUTHS),
        st.builds("({} between {} and {})".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("({} in ({}, > {}))".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("({} in [{}..{}])".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("(some i in f.list satisfies {})".format, _of_items("i.")),
        st.builds("(every i in f.list satisfies {})".format, _of_items("i.")),
        st.builds("([{}, {}] = [{}, 1])".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("list contains([{}, {}], {})".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("({} instance of number)".format, _NUMBERS),
        st.builds("all([{}, {}])".format, _TRUTHS, _TRUTHS),
    )
)


def _of_items(item: str) -> st.SearchStrategy[str]:
    """Conditions on the list's items; `item` stands before the dot of an attribute, or is empty in a filter."""
    return st.one_of(
        st.sampled_from([f"{item}x > 1", f"{item}y", f"{item}x = f.n", f"({item}x < 2 or {item}y)", "f.t"]),
        st.builds("({0}y and {1})".format, st.just(item), _TRUTHS),
    )


_A_NUMBER = st.sampled_from([0, 1, 2, 3, None, "a"])
_A_TRUTH = st.sampled_from([True, False, None])
_ITEM = st.fixed_dictionaries({"x": _A_NUMBER, "y": _A_TRUTH})
_WHOLE = st.fixed_dictionaries(
    {"n": _A_NUMBER, "m": _A_NUMBER, "t": _A_TRUTH, "list": st.lists(_ITEM, max_size=3)}
)


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(_TRUTHS, _NUMBERS), whole=_WHOLE, data=st.data())
def test_what_is_known_beside_unknowns_stays_so_whatever_they_turn_out_to_be(
    text: str, whole: dict[str, Any], data: st.DataObject
) -> None:
    expression = _compiled(text)
    untold = data.draw(st.sets(st.sampled_from(["n", "m", "t", "list", "x", "y"])))
    partly = {name: value for name, value in whole.items() if name not in untold}
    if "list" in partly:
        partly["list"] = [{k: v for k, v in item.items() if k not in untold} for item in whole["list"]]
    early, late = expression.evaluate({"f": partly}), expression.evaluate({"f": whole})
    assert not isinstance(late, Unknown)
    if not isinstance(early, Unknown) and not _holds_unknown(early):
        assert json_line(early) == json_line(late)
    elif isinstance(early, Unknown):
        assert early.missing
        assert {path.split(".")[-1] for path in early.missing} <= untold | {"x", "y"}
        assert set(early.missing) <= set(expression.paths) | {"f.list"}


def _compiled(text: str) -> Expression:
    """The expression. What is made up too deep or too long is refused, as it should be, and is no example."""
    try:
        return compile_expression(text, ["f"])
    except FeelError as error:
        if " deep" not in error.message and " at most " not in error.message:
            raise
        reject()


def _holds_unknown(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, Unknown) for item in value)


@settings(max_examples=100, deadline=None)
@given(st.one_of(_TRUTHS, _NUMBERS), _WHOLE)
def test_every_fact_that_is_read_was_foretold(text: str, whole: dict[str, Any]) -> None:
    recorder = Recorder()
    expression = _compiled(text)
    expression.evaluate({"f": whole}, recorder)
    for path in recorder.reads:
        dotted = re.sub(r"\[\d+\]", "", path)
        assert any(f"{foretold}.".startswith(f"{dotted}.") for foretold in expression.paths)


# Whatever stands in a text, the answer is a value or a fault with a place.

_PIECES = """
1 2.5 "a" x y z.a if then else for in return some every satisfies between and or not( ( ) [ ] { } , : .. . + - * / **
= != < >= function(a) instance of number list< date time @"P1D" null true item partial sum( count( sort( ]1 [1..3]
{a:1} a b // /* */ \\ " é 🐎 round half up( string join( matches( ?
"""
_WORDS = st.sampled_from([*_PIECES.split(), "\x00", "\n"])


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.lists(_WORDS, max_size=25).map(" ".join), st.lists(_WORDS).map("".join)
    )
)
def test_any_text_gives_a_value_or_a_fault(text: str) -> None:
    with contextlib.suppress(FeelError):
        expression = compile_expression(text, ["x", "y", "z", "a b"])
        expression.evaluate({"x": 1, "z": {"a": [1, {"b": 2}]}})


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(_WORDS, max_size=10).map(lambda words: '{"expression": "' + " ".join(words) + '"}')
)
def test_any_batch_line_gives_one_line_of_json(line: str) -> None:
    for answer in evaluate_batch([line]):
        assert set(json.loads(answer)) <= {"value", "error", "missing"}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.integers().map(Decimal))
def test_numbers_are_written_so_that_they_read_back_exactly(number: Decimal) -> None:
    assert Decimal(json_line(number)) == number


@given(
    st.recursive(
        st.integers() | st.text() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_everything_known_equals_itself(value: Any) -> None:
    adopted = compile_expression("v", ["v"]).evaluate({"v": value})
    assert equal(adopted, adopted) is True
    assert not isinstance(value, float) or math.isfinite(value)
