"""The built-in functions, a table of the standard each (DMN 1.5, 10.3.4): a call and its value as JSON."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from evaluating import fault_of, written

from rules.feel import compile_expression
from rules.feel.builtins import BUILTINS
from rules.feel.builtins.temporal import clock

NUMBERS = [
    ("decimal(1/3, 2)", "0.33"),
    ("decimal(2.5, 0)", "2"),
    ("decimal(1, null)", "null"),
    ("floor(-1.5)", "-2"),
    ("floor(1.56, 1)", "1.5"),
    ("ceiling(-1.5)", "-1"),
    ("round half up(2.5, 0)", "3"),
    ("round half up(-2.5, 0)", "-3"),
    ("round half up(1636.3636, 0)", "1636"),
    ("round half up(1250, -2)", "1300"),
    ("round half down(2.5, 0)", "2"),
    ("round half down(2.51, 0)", "3"),
    ("round up(5.1, 0)", "6"),
    ("round up(-5.1, 0)", "-6"),
    ("round down(-5.9, 0)", "-5"),
    ("round half up(n: 1.5, scale: 0)", "2"),
    ("round up(1, 7000)", "null"),
    ("abs(-1)", "1"),
    ('abs(@"-P1D")', '"P1D"'),
    ('abs(@"-P1M")', '"P1M"'),
    ("modulo(10, 4)", "2"),
    ("modulo(-10, 3)", "2"),
    ("modulo(10, -3)", "-2"),
    ("modulo(1, 0)", "null"),
    ("modulo(10**6000, 3)", "1"),
    ("modulo(-5, 10**-6000)", "0"),
    ("even(10**6000)", "true"),
    ("sqrt(16)", "4"),
    ("sqrt(-1)", "null"),
    ("log(1)", "0"),
    ("log(0)", "null"),
    ("exp(0)", "1"),
    ("odd(3)", "true"),
    ("even(3)", "false"),
    ("odd(2.5)", "false"),
    ("abs([-1])", "1"),
    ('abs("a")', "null"),
    ("abs(true)", "null"),
]

STRINGS = [
    ('matches("x", "[A-Z-[OI]]", "i")', "true"),
    ('matches("o", "[A-Z-[OI]]", "i")', "false"),
    ('matches("hello world", "hello\\ s world", "x")', "true"),
    ('matches("å", "^\\p{Ll}$")', "true"),
    ('matches("å1", "^[\\p{L}\\d]+$")', "true"),
    ('matches("å", "\\P{L}")', "false"),
    ('matches("a", "\\p{Nonsense}")', "null"),
    ('matches("ab", "(a)[\\1]")', "null"),
    ('matches("a\\u000Db", "a.b")', "false"),
    ('matches("a\\n", "a$")', "false"),
    ('replace("abra", "a", "\\$")', '"$br$"'),
    ('replace("abra", "a", "$")', "null"),
    ('replace("abra", "(a)", "$12")', '"a2bra2"'),
    ('replace("abra", "x?", "-")', "null"),
    ('split("a b", "\\s")', '["a", "b"]'),
    ('substring("foobar", 3)', '"obar"'),
    ('substring("foobar", 3, 3)', '"oba"'),
    ('substring("foobar", -2, 1)', '"a"'),
    ('substring("\\U01F40Eab", 2)', '"ab"'),
    ('substring("foobar", 0)', "null"),
    ('substring("foobar", 7)', "null"),
    ('string length("\\U01F40Eab")', "3"),
    ('upper case("aBc4")', '"ABC4"'),
    ('lower case("ÆØÅ")', '"æøå"'),
    ('substring before("foobar", "bar")', '"foo"'),
    ('substring before("foobar", "x")', '""'),
    ('substring after("foobar", "ob")', '"ar"'),
    ('substring after("foobar", "")', '"foobar"'),
    ('contains("foobar", "of")', "false"),
    ('starts with("foobar", "fo")', "true"),
    ('ends with("foobar", "r")', "true"),
    ('matches("foobar", "^fo*b")', "true"),
    ('matches("FOO", "foo", "i")', "true"),
    ('matches("a", "(")', "null"),
    ('matches("a", "(?=a)")', "null"),
    ('matches("ada@example.org", "^[a-z.]+@[a-z]+\\\\.(?:org|no)?$")', "true"),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
    ('split("John Doe", "\\\\s")', '["John", "Doe"]'),
    ('split("a;b;;c", ";")', '["a", "b", "", "c"]'),
    ('string join(["a", "b", null, "c"], "_and_")', '"a_and_b_and_c"'),
    ('string join(["a", "b"])', '"ab"'),
    ('string join(["a", 1])', "null"),
    ("string length(1)", "null"),
]

CONVERSION = [
    ('number("1 000,5", " ", ",")', "1000.5"),
    ('number("1,000.5", ",", ".")', "1000.5"),
    ('number("1.000", ".", ".")', "null"),
    ('number("abc")', "null"),
    ('number("NaN")', "null"),
    ("string(1.50)", '"1.5"'),
    ("string(null)", "null"),
    ("string(true)", '"true"'),
    ('string([1, "a", {b: null}])', '"[1, \\"a\\", {b: null}]"'),
    ('date("2024-08-01")', '"2024-08-01"'),
    ('date("2024-02-30")', "null"),
    ("date(2024, 8, 1)", '"2024-08-01"'),
    ("date(day: 1, month: 8, year: 2024)", '"2024-08-01"'),
    ('date(@"2024-08-01T10:00:00")', '"2024-08-01"'),
    ("date(null)", "null"),
    ('time("10:00:00Z")', '"10:00:00Z"'),
    ('time("24:00:00")', "null"),
    ("time(10, 30, 0)", '"10:30:00"'),
    ('time(10, 30, 0, @"-PT1H")', '"10:30:00-01:00"'),
    ('date and time("2024-08-01")', '"2024-08-01T00:00:00"'),
    ('date and time(@"2024-08-01", @"10:00:00Z")', '"2024-08-01T10:00:00Z"'),
    ('duration("P1Y2M")', '"P1Y2M"'),
    ('duration("PT36H")', '"P1DT12H"'),
    ('duration("P")', "null"),
    ('duration("P1Y1D")', "null"),
    ('years and months duration(@"2020-01-31", @"2024-03-01")', '"P4Y1M"'),
    ('years and months duration(@"2024-03-01", @"2020-01-31")', '"-P4Y1M"'),
    ('range("[1..5)")', '"[1..5)"'),
    ('range("(@\\"2024-01-01\\"..date(\\"2024-12-31\\")]")', '"(2024-01-01..2024-12-31]"'),
    ('range("[5..1]")', "null"),
    ('range("[a..1]")', "null"),
    ("not(not(true))", "true"),
]

LISTS = [
    ("count([1, null])", "2"),
    ("count([])", "0"),
    ("count(1)", "1"),
    ("count(null)", "null"),
    ("sum([1, 2, 3])", "6"),
    ("sum(1, 2, 3)", "6"),
    ("sum([])", "null"),
    ("sum([1, null])", "null"),
    ("sum([true])", "null"),
    ('sum([@"P1D", @"PT12H"])', '"P1DT12H"'),
    ("product([2, 3, 4])", "24"),
    ("mean([1, 2, 3])", "2"),
    ("median([6, 1, 2, 3])", "2.5"),
    ("median([])", "null"),
    ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
    ("stddev([1])", "null"),
    ("mode([6, 1, 9, 6, 1])", "[1, 6]"),
    ("mode([])", "[]"),
    ("min([3, 1, 2])", "1"),
    ("max(1, 2)", "2"),
    ('max(["a", "b"])', '"b"'),
    ('min([1, "a"])', "null"),
    ("min([])", "null"),
    ('max(@"2024-01-01", @"2024-02-01")', '"2024-02-01"'),
    ("all([true, true])", "true"),
    ("all([true, null])", "null"),
    ("all([false, null])", "false"),
    ("any([])", "false"),
    ("any([null, true])", "true"),
    ("list contains([1, null], null)", "true"),
    ('list contains([1], "1")', "false"),
    ("append([1], 2, 3)", "[1, 2, 3]"),
    ("concatenate([1], [2, 3])", "[1, 2, 3]"),
    ("insert before([1, 3], 2, 2)", "[1, 2, 3]"),
    ("remove([1, 2, 3], -1)", "[1, 2]"),
    ("remove([1], 2)", "null"),
    ("reverse([1, 2])", "[2, 1]"),
    ("index of([1, 2, 1], 1)", "[1, 3]"),
    ("sublist([1, 2, 3], 2)", "[2, 3]"),
    ("sublist([1, 2, 3], -2, 1)", "[2]"),
    ("union([1, 2], [2, 3])", "[1, 2, 3]"),
    ("distinct values([1, 2, 1, null, null])", "[1, 2, null]"),
    ("duplicate values([1, 2, 1])", "[1]"),
    ("flatten([[1, [2]], 3])", "[1, 2, 3]"),
    ("list replace([1, 2, 3], 2, 9)", "[1, 9, 3]"),
    ("list replace([1, 2, 3], function(item, new) item > 1, 9)", "[1, 9, 9]"),
    ("sort([3, 1, 2])", "[1, 2, 3]"),
    ("sort(list: [3, 1, 2], precedes: function(x, y) x > y)", "[3, 2, 1]"),
    ("sort([{a: 2}, {a: 1}], function(x, y) x.a < y.a).a", "[1, 2]"),
    ('sort([1, "a"])', "null"),
]

DATES = [
    ('day of year(@"2024-12-31")', "366"),
    ('day of week(@"2024-08-01")', '"Thursday"'),
    ('month of year(@"2024-08-01")', '"August"'),
    ('week of year(@"2025-12-29")', "1"),
    ('day of week(@"2024-08-01T23:00:00Z")', '"Thursday"'),
]

CONTEXTS = [
    ('get value({a: 1}, "a")', "1"),
    ('get value({a: 1}, "b")', "null"),
    ("get entries({a: 1, b: 2}).key", '["a", "b"]'),
    ('context([{key: "a", value: 1}])', '{"a": 1}'),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"),
    ('context put({a: 1}, "a", 2)', '{"a": 2}'),
    ('context put({a: {b: 1}}, ["a", "c"], 2)', '{"a": {"b": 1, "c": 2}}'),
    ("context merge([{a: 1}, {a: 2, b: 3}])", '{"a": 2, "b": 3}'),
    ('is(@"2024-08-01", @"2024-08-01")', "true"),
    ('is(1, "1")', "false"),
    ('is(@"10:00:00Z", @"11:00:00+01:00")', "false"),
]

RANGES = [
    ("before(1, 10)", "true"),
    ("before(1, [1..10])", "false"),
    ("before(1, (1..10])", "true"),
    ("before([1..10), 10)", "true"),
    ("before([1..10), [10..20])", "true"),
    ("after(12, [1..10])", "true"),
    ("after([11..20], [1..10])", "true"),
    ("meets([1..5], [5..10])", "true"),
    ("meets([1..5), [5..10])", "false"),
    ("met by([5..10], [1..5])", "true"),
    ("overlaps([1..5], [3..8])", "true"),
    ("overlaps([1..5), [5..8])", "false"),
    ("overlaps([3..8], [1..5])", "true"),
    ("overlaps before([1..5], [3..8])", "true"),
    ("overlaps before([1..5], [1..8])", "false"),
    ("overlaps before([1..5], (1..8])", "true"),
    ("overlaps after([3..8], [1..5])", "true"),
    ("finishes(10, [1..10])", "true"),
    ("finishes([5..10], [1..10])", "true"),
    ("finishes([5..10), [1..10])", "false"),
    ("finished by([1..10], 10)", "true"),
    ("includes([1..10], 5)", "true"),
    ("includes([1..10), 10)", "false"),
    ("includes([1..10], (1..10))", "true"),
    ("during(5, [1..10])", "true"),
    ("during([1..10], (1..10))", "false"),
    ("starts(1, [1..10])", "true"),
    ("starts((1..5], [1..10])", "false"),
    ("started by([1..10], 1)", "true"),
    ("coincides([1..5], [1..5])", "true"),
    ("coincides(5, 5)", "true"),
    ("includes((>= 5), 7)", "true"),
]

ALL = [*NUMBERS, *STRINGS, *CONVERSION, *LISTS, *DATES, *CONTEXTS, *RANGES]


@pytest.mark.parametrize(("text", "expected"), ALL)
def test_a_built_in_function_gives_what_the_standard_says(text: str, expected: str) -> None:
    assert written(text) == expected


def test_every_built_in_function_stands_in_a_table() -> None:
    tabled = " ".join(text for text, _ in ALL)
    assert [name for name in BUILTINS if f"{name}(" not in tabled] == []


def test_today_and_now_are_those_of_the_moment_given() -> None:
    moment = datetime(2024, 8, 1, 0, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    expression = compile_expression('string(today()) + " " + string(now())', (), clock(moment))
    assert expression.evaluate({}) == "2024-08-01 2024-08-01T00:30:00@Europe/Oslo"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("today()", "`today` is not known here."),
        ("abs(1, 2)", "`abs` is not called with 2 arguments; it is abs(n) (line 1, column 1)"),
        (
            'substring(string: "a", start: 1)',
            "`substring` has no parameter `start` to go with the others. "
            "It is substring(string, start position, [length]). (line 1, column 1)",
        ),
        ("abs(n: 1, n: 2)", "`n` is given twice"),
        ('substring("a", start position: 1)', "the arguments of `substring` are either all named or none is"),
        ('matches("aaaa", "(a+)+$")', "repeats what repeats"),
        ('matches("aaaa", "(a|aa)+$")', "repeats what repeats"),
        (f'matches("{"a" * 3000}", "a*a*a*b")', "may take for ever on a text of 3000 characters"),
        (f'matches("{"a" * 40}", "{"a?" * 40}{"a" * 40}")', "may take for ever on a text of 40 characters"),
    ],
)
def test_a_wrong_call_is_told_with_the_way_out(text: str, message: str) -> None:
    assert message in fault_of(text)


RANGE_TEXTS = [
    ('range("[2..)") = >=2', "true"),
    ('range("(..2]") = <=2', "true"),
    ('range("(..2)") = (<2)', "true"),
    ('range("[..2]")', "null"),
    ('range("[1..]")', "null"),
    ("number(11.11)", "11.11"),
    ('number(11, ".", ".")', "null"),
]


@pytest.mark.parametrize(("call", "value"), RANGE_TEXTS)
def test_ranges_are_spelled_and_numbers_read(call: str, value: str) -> None:
    assert written(call) == value
