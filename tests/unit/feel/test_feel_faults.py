"""What the author of a faulty expression is told, and the limits an expression meets."""

from __future__ import annotations

import pytest
from evaluating import fault_of, value_of

from rules.feel import FeelError, compile_expression


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty (line 1, column 1)"),
        (
            "incme * 2",
            "`incme` is not known here. Did you mean `income`? The names here are child, income. (line 1, column 1)",
        ),
        (
            "summ([1])",
            "`summ` is not known here. Did you mean `sum`? The names here are child, income. (line 1, column 1)",
        ),
        ("1 +", "the expression ends too early; a value is missing (line 1, column 4)"),
        ("1 +\n  * 2", "`*` cannot stand here; expected a value (line 2, column 3)"),
        ("if income then 1", "the expression ends too early; else is missing (line 1, column 17)"),
        ("(1 + 2", "`(` is never closed (line 1, column 1)"),
        ("1)", "`)` closes nothing (line 1, column 2)"),
        ("[1, 2)", "`)` does not close `[` of line 1, column 1 (line 1, column 6)"),
        ('"abc', "the text has no closing quote (line 1, column 1)"),
        (
            "income total",
            "`total` cannot stand here: an operator such as + or `and` is missing before it (line 1, column 8)",
        ),
        ("1 2", "`2` has no meaning here (line 1, column 3)"),
        ("1 § 2", "`§` has no meaning here (line 1, column 3)"),
        ("child.", "the expression ends too early"),
        ("child.1", "a name follows the dot: child.birth_date (line 1, column 7)"),
        ('@"2024-13-01"', '@"2024-13-01" is no date, time, date and time or duration (line 1, column 1)'),
        ("@x", "@ is followed by a text in quotes"),
        ("{a: 1, a: 2}", "the context has `a` twice (line 1, column 8)"),
        ("1 instance of integer", "`integer` is no type; the types are Any, Null, boolean"),
        ("1 instance number", "`instance` is followed by `of`"),
        ("for x of [1] return x", "`x` is followed by `in` here: for x in list (line 1, column 5)"),
        ("for x in [1] satisfies x", "`satisfies` cannot stand here; expected return"),
        ("1e99999", "the exponent of a number has at most 4 digits"),
        ("9e6145", "is too large"),
        ("1" * 401, "a number has at most 400 characters, this has 401"),
        ("(" * 60 + "1" + ")" * 60, "brackets stand inside each other more than 50 deep"),
        (" + ".join(["1"] * 200), "the expression is nested more than 150 deep"),
        ("if true then " * 200 + "1" + " else 2" * 200, "the expression is nested more than 150 deep"),
        (f"[{', '.join(['1'] * 6000)}]", "an expression has at most 5000 parts"),
        (" " * 20_001, "an expression has at most 20000 characters, this has 20001"),
        ("for x in 1..1000000 return x", "a range that is looped over has at most 100000 items"),
        ("for x in 1..1000, y in 1..1000 return 1", "items"),
        (
            "count(for x in 1..1000 return count(for y in 1..1000 return 1))",
            "the evaluation took more than 200000 steps",
        ),
        ("{f: function(n) f(n + 1), r: f(1)}.r", "functions call each other more than 60 deep"),
        (
            '{f: function(t, n) if n = 0 then t else f(t + t, n - 1), r: f("ab", 30)}.r',
            "a text would be longer than",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_way_out(text: str, message: str) -> None:
    assert message in fault_of(text, "income", "child")


def test_a_long_flat_condition_is_not_deep() -> None:
    assert value_of(" and ".join(["x = 1"] * 500), x=1) is True


@pytest.mark.parametrize(
    "text",
    [
        "x.__class__",
        'get value(x, "__class__")',
        '"a".upper',
        "[1].append",
        "sum.call",
        "(function(a) a).call",
    ],
)
def test_nothing_of_python_can_be_reached(text: str) -> None:
    assert value_of(text, x={"__class__": None}) in (None, [None])


def test_a_python_object_is_refused_as_a_fact() -> None:
    with pytest.raises(FeelError, match=r"child\.thing is a Python object, which is no FEEL value"):
        compile_expression("child.thing", ["child"]).evaluate({"child": {"thing": object()}})


def test_a_deeply_nested_fact_is_refused_not_fatal() -> None:
    nested: list[object] = []
    for _ in range(2_000):
        nested = [nested]
    with pytest.raises(FeelError, match="too deep"):
        compile_expression("v", ["v"]).evaluate({"v": nested})
