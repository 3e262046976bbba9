"""Expressions of DMN 1.5 chapter 10.3.1–10.3.2, section by section: a text and its value as JSON."""

from __future__ import annotations

import pytest
from evaluating import written

from rules.feel import tree
from rules.feel.expression import Vocabulary, compile_tree

LITERALS = [
    ("0.1 + 0.2", "0.3"),
    (".5", "0.5"),
    ("1.5e3", "1500"),
    ("1234567890123456789012345678901234", "1234567890123456789012345678901234"),
    ("1/3", "0.3333333333333333333333333333333333"),
    ("true", "true"),
    ("null", "null"),
    (r'"a\"b\n\t\\"', r'"a\"b\n\t\\"'),
    (r'"\u00e6 \U01F40E \uD83D\uDC0E"', '"æ 🐎 🐎"'),
    ('"a // no comment"', '"a // no comment"'),
    ("1 // one\n + /* two */ 2", "3"),
    ('@"2024-08-01"', '"2024-08-01"'),
    ('@"2024-08-01T10:00:00@Europe/Oslo"', '"2024-08-01T10:00:00@Europe/Oslo"'),
    ('@"10:00:00.5+02:00"', '"10:00:00.5+02:00"'),
    ('@"P26M"', '"P2Y2M"'),
    ('@"-P1DT25H"', '"-P2DT1H"'),
    ("[]", "[]"),
    ('[1, [2], "a"]', '[1, [2], "a"]'),
    ("{}", "{}"),
    ('{a: 1, "b c": 2, d e: 3}', '{"a": 1, "b c": 2, "d e": 3}'),
    ("{a: 1, b: a + 1, c: {d: a + b}}", '{"a": 1, "b": 2, "c": {"d": 3}}'),
    ("[1..5]", '"[1..5]"'),
    ("]1..5[", '"(1..5)"'),
    ("(1..5]", '"(1..5]"'),
    ("[1..5[", '"[1..5)"'),
    ("(>= 5)", '">= 5"'),
]

ARITHMETIC = [
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("10 - 4 - 3", "3"),
    ("2 ** 3 ** 2", "64"),
    ("-2 ** 2", "4"),
    ("--1", "1"),
    ("10 / 4", "2.5"),
    ("1 / 0", "null"),
    ("9e6144 * 10", "null"),
    ("null + 1", "null"),
    ('"a" + "b"', '"ab"'),
    ('"a" + 1', "null"),
    ('1 + "a"', "null"),
    ("true + 1", "null"),
    ('@"2024-01-31" + @"P1M"', '"2024-02-29"'),
    ('@"2023-01-31" + @"P1M"', '"2023-02-28"'),
    ('@"2024-03-31" - @"P1M"', '"2024-02-29"'),
    ('@"P1Y" + @"2024-02-29"', '"2025-02-28"'),
    ('@"2024-01-01" + @"P1DT25H"', '"2024-01-03"'),
    ('@"2024-01-01" - @"PT1H"', '"2023-12-31"'),
    ('@"2024-03-01" - @"2024-02-01"', '"P29D"'),
    ('@"2024-01-01T10:00:00" - @"2024-01-01T09:30:00"', '"PT30M"'),
    ('@"2024-01-01T10:00:00" - @"2024-01-01T09:30:00Z"', "null"),
    ('@"23:30:00" + @"PT1H"', '"00:30:00"'),
    ('@"10:00:00" - @"09:00:00"', '"PT1H"'),
    ('@"P1Y" * 1.5', '"P1Y6M"'),
    ('2 * @"P1DT12H"', '"P3D"'),
    ('@"P1D" / @"PT6H"', "4"),
    ('@"P1Y" / @"P3M"', "4"),
    ('@"P1Y" + @"P1D"', "null"),
    ('-@"P1Y"', '"-P1Y"'),
    ('@"9999-12-31" + @"P1D"', "null"),
]

COMPARISON = [
    ("1 = 1.0", "true"),
    ("1 != 2", "true"),
    ('1 = "1"', "null"),
    ('1 != "1"', "null"),
    ("1 = null", "false"),
    ("null = null", "true"),
    ("null != null", "false"),
    ("true = 1", "null"),
    ("[1, 2] = [1, 2]", "true"),
    ("[1, 2] = [2, 1]", "false"),
    ('[1] = ["1"]', "false"),
    ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
    ("{a: 1} = {b: 1}", "false"),
    ("[1..2] = [1..2]", "true"),
    ("1 < 2", "true"),
    ("1 < null", "null"),
    ('"a" < "b"', "true"),
    ('"a" < 1', "null"),
    ("true < false", "null"),
    ('@"2024-03-01" < @"2024-04-01"', "true"),
    ('@"2024-03-01" = @"2024-03-01T00:00:00"', "null"),
    ('@"P1Y" > @"P11M"', "true"),
    ("5 between 1 and 7", "true"),
    ("5 between 6 and 7 or true", "true"),
    ("5 between 1 and 7 and false", "false"),
    ("5 between null and 7", "null"),
    ("5 between 6 and null", "false"),
    ("1 in [1, 2]", "true"),
    ("1 in (2, 1)", "true"),
    ("1 in [1..5)", "true"),
    ("5 in [1..5)", "false"),
    ("1 in ]1..5]", "false"),
    ("5 in (> 3)", "true"),
    ("5 in > 3", "true"),
    ("5 in (< 3, 7, != 5)", "false"),
    ("5 in (< 3, [4..6])", "true"),
    ("[1] in [[1], [2]]", "true"),
    ('@"2024-05-01" in [@"2024-01-01"..@"2024-12-31"]', "true"),
    ("5 in [1..null]", "false"),
    ("5 in = 5", "true"),
    ("[5] in (= [5])", "true"),
    ("true in (!= true)", "false"),
    ("5 in (count([1]) > 0)", "true"),
    ("5 in (count([1]) > 1)", "false"),
    ("false in (1 > 2)", "true"),
    ("null in (1 < 2)", "false"),
    ("(>= 2) = >= 2", "true"),
    ("(>= 2) = > 2", "false"),
    ("5 in (? > 3 and ? < 6)", "true"),
    ('"ab" in (starts with(?, "x"), "c")', "false"),
]

LOGIC = [
    ("true and true and true", "true"),
    ("true and null", "null"),
    ("false and null", "false"),
    ("null or true", "true"),
    ("null or false", "null"),
    ('true and "a"', "null"),
    ("not(true)", "false"),
    ("not(null)", "null"),
    ("not(1)", "null"),
    ("1 < 2 and 2 < 3 or false", "true"),
    ("if true then 1 else 2 + 3", "1"),
    ("if null then 1 else 2", "2"),
    ("1 + if false then 1 else 2", "3"),
    ("if false then 1 else if true then 2 else 3", "2"),
]

PATHS_AND_FILTERS = [
    ("{a: {b: 1}}.a.b", "1"),
    ("{a: 1}.b", "null"),
    ("null.a", "null"),
    ("[{a: 1}, {a: 2}].a", "[1, 2]"),
    ("[{a b: 1}, {a b: 2}].a b", "[1, 2]"),
    ("[{a: 1}, {b: 2}].a", "[1, null]"),
    ("[10, 20, 30][2]", "20"),
    ("[10, 20, 30][-1]", "30"),
    ("[10, 20, 30][4]", "null"),
    ("[10, 20, 30][0]", "null"),
    ("[10, 20, 30][item > 10]", "[20, 30]"),
    ("[10, 20, 30][item > 10][1]", "20"),
    ("[{a: 1}, {a: 2}][a > 1].a", "[2]"),
    ("[{a: 1}, {a: 2}][item.a > 1].a", "[2]"),
    ("[{x y: 1}, {x y: 2}][x y = 2].x y", "[2]"),
    ("[{item: 1}][item.item = 1]", '[{"item": 1}]'),
    ("[1, 2][null]", "[]"),
    ("[][1]", "null"),
    ("[][item > 1]", "[]"),
    ("5[1]", "5"),
    ("null[1]", "null"),
    ("{a: 2, b: [1, 2, 3][item > a]}.b", "[3]"),
    ('@"2024-08-01".month', "8"),
    ('@"2024-08-01".weekday', "4"),
    ('@"2024-08-01T10:20:30+02:00".minute', "20"),
    ('@"2024-08-01T10:20:30+02:00".time offset', '"PT2H"'),
    ('@"2024-08-01T10:20:30@Europe/Oslo".timezone', '"Europe/Oslo"'),
    ('@"P1Y2M".months', "2"),
    ('@"-P1DT2H".days', "-1"),
    ('@"-P1DT2H".hours', "-2"),
    ("[1..3).end included", "false"),
    ("[1..3).start", "1"),
]

LOOPS = [
    ("for x in [1, 2] return x * 2", "[2, 4]"),
    ("for x in 1..3 return x", "[1, 2, 3]"),
    ("for x in 3..1 return x", "[3, 2, 1]"),
    ("for x in [1..3) return x", "[1, 2]"),
    ("for x in [1, 2], y in [10, x] return x + y", "[11, 2, 12, 4]"),
    ('for d in @"2024-02-28"..@"2024-03-01" return d.day', "[28, 29, 1]"),
    ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
    ("for x in null return x", "null"),
    ("for x in 5 return x", "[5]"),
    ("for the number in [1, 2] return the number + 1", "[2, 3]"),
    ("(for x in [1, 2] return x)[2]", "2"),
    ("some x in [1, 2] satisfies x > 1", "true"),
    ("some x in [] satisfies true", "false"),
    ("every x in [] satisfies false", "true"),
    ("every x in [1, 2], y in [2, 3] satisfies x <= y", "true"),
    ("some x in [null, 1] satisfies x > 0", "true"),
    ("some x in [null] satisfies x > 0", "null"),
    ("some x in null satisfies x", "null"),
]

FUNCTIONS = [
    ("(function(x, y) x - y)(3, 1)", "2"),
    ("(function(x, y) x - y)(y: 3, x: 1)", "-2"),
    ("(function(a b: number) a b + 1)(1)", "2"),
    ('(function(x: number) x)("a")', "null"),
    ("(function(x) x)(1, 2)", "null"),
    ("{add: function(x) function(y) x + y, r: add(1)(2)}.r", "3"),
    ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(5)}.r", "120"),
    ("{f: function(x) x + 1, r: for x in [1, 2] return f(x)}.r", "[2, 3]"),
    ('substring(string: "foobar", start position: 4)', '"bar"'),
    ("1(2)", "null"),
]

TYPES = [
    ("1 instance of number", "true"),
    ('"a" instance of number', "false"),
    ("null instance of number", "false"),
    ("null instance of Null", "true"),
    ("null instance of Any", "false"),
    ('@"2024-01-01" instance of date', "true"),
    ('@"2024-01-01T00:00:00" instance of date', "false"),
    ('@"2024-01-01T00:00:00" instance of date and time', "true"),
    ('@"P1Y" instance of years and months duration', "true"),
    ('@"P1D" instance of days and time duration', "true"),
    ("[1, 2] instance of list<number>", "true"),
    ('[1, "a"] instance of list<number>', "false"),
    ("{a: 1} instance of context<a: number>", "true"),
    ("{a: 1} instance of context<b: number>", "false"),
    ("[1..2] instance of range<number>", "true"),
    ("(function(x) x) instance of function<number> -> number", "true"),
    ("1 instance of number and true", "true"),
]

ALL = [
    *LITERALS, *ARITHMETIC, *COMPARISON, *LOGIC, *PATHS_AND_FILTERS, *LOOPS, *FUNCTIONS, *TYPES,
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ALL)
def test_an_expression_has_the_value_the_standard_gives_it(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("full name + 1", {"full name": 2}, "3"),
        ("a-b", {"a-b": 7}, "7"),
        ("a-b", {"a": 7, "b": 2}, "5"),
        ("a - b", {"a-b": 7, "a": 1, "b": 1}, "7"),
        ("date  and\n time", {"date and time": 5}, "5"),
        ("round half up(rate, 0)", {"rate": 2.5}, "3"),
        ("date", {"date": 1}, "1"),
        ("x in (y)", {"x": 1, "y": [1, 2]}, "true"),
        ("person.first name", {"person": {"first name": "Ada"}, "person.first name": ""}, '"Ada"'),
        ("if a then b else c", {"a": True, "b": 1, "c": 2}, "1"),
        ("østre + Ærø", {"østre": 1, "Ærø": 2}, "3"),
        ("?", {"?": 4}, "4"),
        ("{full name: 1, r: full name at birth}.r", {"full name at birth": 7}, "7"),
    ],
)
def test_names_may_hold_spaces_and_signs_and_the_longest_known_one_is_meant(
    text: str, facts: dict[str, object], expected: str
) -> None:
    assert written(text, **facts) == expected


@pytest.mark.parametrize(
    ("tests", "value", "passes"),
    [
        ("-", 5, True),
        ("", None, True),
        ("< 5, 7", 7, True),
        ("[1..5)", 5, False),
        ("not(5, > 9)", 7, True),
        ("not(5, > 9)", 10, False),
        ("not(? > 9) and (? > 3)", 5, True),
        ("null", None, True),
        ("< 5", None, None),
        ("even(?)", 4, True),
        ('"a", "b"', "b", True),
    ],
)
def test_unary_tests_are_put_to_a_value(tests: str, value: object, passes: bool | None) -> None:
    vocabulary = Vocabulary.of(["v"])
    condition = vocabulary.parse_tests(tree.Name(tree.Place(1, 1), "v"), tests)
    assert compile_tree(tests, condition, vocabulary).evaluate({"v": value}) is passes
