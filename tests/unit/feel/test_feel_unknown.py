"""Unknown as a value: what stays known beside it, what is missing, which facts were read, which may be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from evaluating import value_of

from rules.feel import Recorder, Unknown, compile_expression

FAMILY = {
    "id": "c1",
    "birth_date": None,
    "household": {"adults": [{"id": "p1", "income": 100, "reserved": False}, {"id": "p2"}]},
    "place": {"id": "k1", "price": 2000},
}


def missing(text: str, **facts: Any) -> tuple[str, ...] | str:
    """What is missing for the value; or the value, as text, where it is known."""
    value = value_of(text, **facts)
    return value.missing if isinstance(value, Unknown) else repr(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What nobody told is unknown, by its path without list positions; None is null.
        ("child.name", ("child.name",)),
        ("child.birth_date", "None"),
        ("child.birth_date.year", "None"),
        ("child.father.address.street", ("child.father.address.street",)),
        ("sum(child.household.adults.income)", ("child.household.adults.income",)),
        ("sum(child.home.adults.income)", ("child.home.adults.income",)),
        ("count(child.household.adults)", "Decimal('2')"),
        ("count(child.household.adults.income)", "Decimal('2')"),
        ("min(child.household.adults.income)", ("child.household.adults.income",)),
        # A null settles what an unknown beside it cannot change.
        ("child.birth_date + child.name", "None"),
        ("null < child.name", "None"),
        ("sum([null, child.name])", "None"),
        ("child.name = null", ("child.name",)),
        # Kleene's logic misses nothing that cannot matter.
        ("child.name and false", "False"),
        ("true or child.name", "True"),
        ("child.name and child.age", ("child.name", "child.age")),
        ("child.name and null", ("child.name",)),
        ("not(child.name)", ("child.name",)),
        ("child.age > 3 and child.place.price > 3000", "False"),
        ("child.age between 1 and child.place.price", ("child.age",)),
        ("child.place.price between 3000 and child.age", "False"),
        # if
        ("if child.name then 1 else 1.0", "Decimal('1')"),
        ("if child.name then 1 else 2", ("child.name",)),
        ("if child.name then child.age else 2", ("child.name", "child.age")),
        ("if true then 1 else child.age", "Decimal('1')"),
        # some, every, filters and in
        ("some a in child.household.adults satisfies a.income > 50", "True"),
        ("some a in child.household.adults satisfies a.income > 500", ("child.household.adults.income",)),
        ("every a in child.household.adults satisfies a.income > 500", "False"),
        ("some a in child.home.adults satisfies a.income > 1", ("child.home.adults.income",)),
        ("some a in child.home.adults satisfies false", "False"),
        ("every a in child.home.adults satisfies true", "True"),
        ("some a in child.home.adults satisfies true", ("child.home.adults",)),
        ("count(child.household.adults[income > 50])", ("child.household.adults.income",)),
        ("child.household.adults[reserved = false and 1 = 2]", "[]"),
        ("child.home.adults[reserved].income", ("child.home.adults.reserved", "child.home.adults.income")),
        ("for a in child.household.adults return 1", "[Decimal('1'), Decimal('1')]"),
        ("count(for a in child.home.adults return a.x)", ("child.home.adults", "child.home.adults.x")),
        ("1 in (child.age, 1)", "True"),
        ("1 in (child.age, 2)", ("child.age",)),
        ("1 in [child.age..5]", ("child.age",)),
        ("list contains([child.age, 1], 1)", "True"),
        ("list contains([child.age, 2], 1)", ("child.age",)),
        # lists and contexts
        ("[child.age, 1][2]", "Decimal('1')"),
        ("[child.age, 1] = [2, 3]", "False"),
        ("[child.age, 1] = [2, 1]", ("child.age",)),
        ("{a: child.age, b: 1}.b", "Decimal('1')"),
        ('get value(child, "age")', ("child.age",)),
        ("all([child.age, false])", "False"),
        ("any([child.age, true])", "True"),
        # functions
        ("round half up(child.age, 0)", ("child.age",)),
        ("string join([child.name, child.age])", ("child.name", "child.age")),
        ("child.name instance of string", ("child.name",)),
        ("(function(x) 1)(child.name)", "Decimal('1')"),
        ("sort([child.age, 1])", ("child.age",)),
        (
            "sort(child.household.adults, function(a, b) a.income < b.income)",
            ("child.household.adults.income",),
        ),
    ],
)
def test_a_value_is_known_as_far_as_it_can_be(text: str, expected: tuple[str, ...] | str) -> None:
    assert missing(text, child=FAMILY) == expected


def test_a_name_in_scope_that_nobody_gave_is_unknown() -> None:
    assert compile_expression("a + b", ["a", "b"]).evaluate({"a": 1}) == Unknown(["b"])


def test_an_unknown_is_neither_true_nor_false_to_python() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(Unknown(["a"]))


def test_facts_read_are_recorded_with_positions_and_the_entity_they_were_read_from() -> None:
    recorder = Recorder()
    value_of("sum(child.household.adults.income) + child.place.price", recorder, child=FAMILY)
    assert [(read.path, read.value, read.entity) for read in recorder.reads.values()] == [
        ("child.household.adults[0].income", Decimal(100), "p1"),
        ("child.place.price", Decimal(2000), "k1"),
    ]


def test_an_entity_that_is_itself_what_is_asked_for_is_recorded_by_its_id_alone() -> None:
    recorder = Recorder()
    value_of(
        "child.place != null and count(child.household.adults) = 2 and child.birth_date = null",
        recorder,
        child=FAMILY,
    )
    assert [(read.path, read.value) for read in recorder.reads.values()] == [
        ("child.place", {"id": "k1"}),
        ("child.household.adults", [{"id": "p1"}, {"id": "p2"}]),
        ("child.birth_date", None),
    ]


def test_facts_that_were_not_needed_are_not_recorded() -> None:
    recorder = Recorder()
    value_of("false and child.place.price > 1", recorder, child=FAMILY)
    assert recorder.reads == {}


def test_an_entity_kept_with_its_place_is_read_on_from_there() -> None:
    adults = compile_expression("child.household.adults", ["child"]).evaluate(
        {"child": FAMILY}, keep_places=True
    )
    value = compile_expression("sum(grown.income)", ["grown"]).evaluate({"grown": adults})
    assert value == Unknown(["child.household.adults.income"])


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("child.birth_date", ("child.birth_date",)),
        ("sum(child.household.adults.income)", ("child.household.adults.income",)),
        ("some a in child.household.adults satisfies a.reserved", ("child.household.adults.reserved",)),
        ("count(child.household.adults)", ("child.household.adults",)),
        ("some a in child.household.adults satisfies true", ("child.household.adults",)),
        ("child.household.adults[reserved].income", (
            "child.household.adults.reserved", "child.household.adults.income")),
        ("child.household.adults[item.income > limit][1].name", (
            "child.household.adults.income", "limit", "child.household.adults.name")),
        ("for a in child.parents, b in a.jobs return b.pay", ("child.parents.jobs.pay",)),
        ("(if child.a then child.b else child.c).d", ("child.a", "child.b.d", "child.c.d")),
        ("{p: child.place, q: p.price}.q", ("child.place.price",)),
        ("{f: function(x) x.price, r: f(child.place)}.r", ("child.place.price",)),
        ("sort(child.parents, function(a, b) a.age < b.age)[1].name", (
            "child.parents", "child.parents.age", "child.parents.name")),
        ("child.place != null and child.place.price > 3", ("child.place", "child.place.price")),
        ("1 + 1", ()),
        ("function(x) x.y", ()),
    ],
)  # fmt: skip
def test_the_facts_an_expression_may_read_are_known_without_running_it(
    text: str, paths: tuple[str, ...]
) -> None:
    expression = compile_expression(text, ["child", "limit"])
    assert expression.paths == paths
    assert expression.names == tuple(dict.fromkeys(path.split(".")[0] for path in paths))
