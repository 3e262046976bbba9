"""durable-rules recognises what `rules.recognise` does, where it can be asked; where it cannot, that is said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import permutations, product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from rules import Catalogue, FactChange, LifeEventDefinition, durable, recognise
from rules.durable import Case, page, ruleset, running, session
from rules.durable.canonical import canonical, kind_of
from rules.durable.conditions import FieldTest, NotAsked, alternatives
from rules.feel import compile_expression
from rules.feel.operators import equal
from rules.life_event_file import read_life_event_file
from rules.life_events import NAMES

PAGE = Path(__file__).parents[3] / "docs" / "life-events.md"
CATALOGUE = Catalogue.load()
EVERY = tuple(CATALOGUE.life_events.values())
CANNOT = durable.reasons_against(EVERY)
CAN = tuple(one for one in EVERY if one.kind not in CANNOT)
ON = date(2026, 5, 15)


def definition(
    kind: str, signals: str, unless: str = "[]", key: str = "who", more: str = ""
) -> LifeEventDefinition:
    text = f"""\
life_event: {kind}
title: {{nb: a, nn: b, en: c}}
summary: {{nb: a, nn: b, en: c}}
about: person
signals: {signals}
unless: {unless}
occurred_on: valid_from
key: {key}
{more}
"""
    return read_life_event_file(text, f"{kind}.yaml", CATALOGUE.model)


MADE_UP = (
    definition(
        "waved",
        "[{concept: person.name, when: 'not(before = after) or after = \"Åse\"'}]",
        key="string(after)",
    ),
    definition(
        "heard_of_it",
        '[{life_event: waved, of: person.spouse, when: after = "waved"},'
        " {life_event: answered, of: person.children}]",
        "[{concept: person.death_date, when: after != null}, {concept: person.name, when: after = before}]",
    ),
    # Round and round: who hears of it answers, and the answer is heard of.
    definition(
        "answered",
        "[{life_event: heard_of_it}, {concept: person.name, when: 'after in (null, true, 0.5)'}]",
        key="string(valid_from)",
        more="within: P6M",
    ),
    # A change that speaks against what it is itself a signal of.
    definition(
        "hid",
        "[{concept: person.name, when: after != null}]",
        "[{concept: person.name, when: before = null}]",
    ),
    definition("never", "[{life_event: waved, when: after = null}, {concept: person.name, when: false}]"),
    definition(
        "in_time",
        "[{concept: person.entered_on, when: after = before or before = null}]",
        more="not_before: after",
    ),
)


VALUES: dict[str, tuple[Any, ...]] = {
    "person.kindergarten_place": ("place1", {"id": "place1"}, {"id": "place2"}),
    "person.assessed_income": (300_000, 300_000.0, 0),
    "person.name": ("Åse", "married", True, 0.5, 0),
}
DAYS = (date(2026, 5, 1), "2026-05-01", date(2025, 12, 1), date(2026, 9, 9), "2025-11-15")
CONCEPTS = sorted(
    {signal.concept for one in (*CAN, *MADE_UP) for signal in (*one.signals, *one.unless) if signal.concept}
)
PEOPLE = ("p1", "01017012345", "Å \"'\\ ø")
RELATIONS = ("person.spouse", "person.children", "person.parents")


def values_of(concept: str) -> tuple[Any, ...]:
    """What a fact of the concept may be or have been; sometimes what it never should be."""
    known = CATALOGUE.model.concepts[concept]
    chosen = tuple(choice.value for choice in known.choices)
    of_its_type = {"date": DAYS, "boolean": (True, False)}.get(known.type.base, chosen or ("a", "b"))
    usual = VALUES.get(concept, of_its_type)
    return (None, None, *usual, "2026-05-01")


def some_changes(concept: str, count: int, chance: Random) -> list[FactChange]:
    values = values_of(concept)
    return [
        FactChange(
            chance.choice(PEOPLE),
            concept,
            chance.choice(values),
            chance.choice(values),
            chance.choice((date(2026, 5, 1), date(2026, 5, 2), date(2025, 11, 15), None)),
            chance.choice(({}, {"income_year": 2025})),
            withdrawn=chance.random() < 0.2,
        )
        for _ in range(count)
    ]


CHANGES = {concept: some_changes(concept, 60, Random(concept)) for concept in CONCEPTS}


def concepts_of(kind: str, known: Mapping[str, LifeEventDefinition], seen: frozenset[str]) -> set[str]:
    """What a kind is recognised by, and what leads to that, and what speaks against it."""
    if kind in seen:
        return set()
    signals = (*known[kind].signals, *known[kind].unless)
    found = {signal.concept for signal in signals if signal.concept}
    earlier = {signal.life_event for signal in signals if signal.life_event}
    return found.union(*(concepts_of(one, known, seen | {kind}) for one in earlier))


KINDS = {one.kind: one for one in (*CAN, *MADE_UP)}
# Each case is about one kind, so that what leads to it and what speaks against it come together.
ABOUT = [
    [change for concept in sorted(concepts_of(kind, KINDS, frozenset())) for change in CHANGES[concept]]
    for kind in KINDS
]
RELATED = [
    ((relation, of), concerned)
    for relation in RELATIONS
    for of in PEOPLE
    for concerned in permutations((*PEOPLE, "child"), 2)
]
CASES = st.builds(
    lambda told, again, related, on: Case((*told, *told[:again]), on, dict(related)),
    st.sampled_from(ABOUT).flatmap(lambda pool: st.lists(st.sampled_from(pool), min_size=1, max_size=8)),
    st.integers(0, 3),
    st.lists(st.sampled_from(RELATED), max_size=8),
    st.sampled_from((ON, ON, date(2026, 11, 1), date(2025, 12, 1))),
)


# A process an example is what takes time: an example is several people, each with a session of their own, and one
# that fails is not made smaller but told of by the first person it is wrong for.
@given(st.lists(CASES, min_size=20, max_size=40))
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@pytest.mark.usefixtures("durable_rules")
def test_durable_rules_recognises_the_same(several: list[Case]) -> None:
    recognised = durable.recognise_each(KINDS.values(), several)
    for case, found in zip(several, recognised, strict=True):
        assert found == recognise(KINDS.values(), case.changes, case.on, case.concerned), case


def test_most_kinds_can_be_asked_of_durable_rules() -> None:
    assert len(CAN) >= 20
    assert {"died", "child_died", "child_born", "moved", "six_months_in_norway"} <= {one.kind for one in CAN}


BEFORE_IT = "after != null and after <= occurred_on"


@pytest.mark.parametrize(
    ("signals", "unless", "reason"),
    [
        (
            "[{concept: person.birth_date}]",
            f"[{{concept: person.death_date, when: {BEFORE_IT}}}]",
            f"compares the days of two facts (`{BEFORE_IT}`)",
        ),
        (
            "[{concept: person.name, when: string length(after) > 3}]",
            "[]",
            "asks more than =, != and in, joined by and, or and not (`string length(after) > 3`)",
        ),
        (
            '[{concept: person.name, when: detail.stage = "final"}]',
            "[]",
            'asks something else than before and after (`detail.stage = "final"`)',
        ),
        (
            "[{concept: person.name, when: 'after = @\"P1D\"'}]",
            "[]",
            "asks a timedelta, where durable-rules is given true and false, numbers, texts and dates"
            ' (`after = @"P1D"`)',
        ),
        (
            "[{life_event: died, of: person.spouse}, {life_event: died, of: person.children}]",
            "[]",
            "has the first of several signals decide whom it concerns",
        ),
    ],
)
def test_why_durable_rules_cannot_recognise_a_kind(signals: str, unless: str, reason: str) -> None:
    assert durable.reasons_against([definition("one", signals, unless)]) == {"one": reason}


def test_what_follows_from_a_kind_that_cannot_be_recognised_cannot_either() -> None:
    chain = [
        definition("third", "[{life_event: second}]"),
        definition("second", "[{life_event: first}]"),
        definition("first", "[{concept: person.name, when: after > 3}]"),
        definition("other", "[{concept: person.name}]"),
    ]
    reasons = durable.reasons_against(chain)
    assert list(reasons) == ["first", "second", "third"]
    assert reasons["third"] == "follows from 'second', which it cannot recognise"


def test_a_kind_that_cannot_be_recognised_is_refused_with_the_reason_and_the_way_out() -> None:
    with pytest.raises(durable.NotExpressible) as refused:
        durable.recognise([definition("one", "[{concept: person.name, when: after > 3}]")], [], ON)
    assert str(refused.value) == (
        "durable-rules cannot recognise all of these; ask rules.recognise:"
        " 'one' asks more than =, != and in, joined by and, or and not (`after > 3`)"
    )


def test_more_rules_than_the_engine_can_stand_are_refused() -> None:
    crowd = [definition(f"kind_{n}", "[{concept: person.name}]") for n in range(ruleset.MOST_PATTERNS + 1)]
    assert durable.compile_ruleset(crowd[1:])
    with pytest.raises(
        durable.NotExpressible, match=r"'kind_0' asks of person\.name, as more than 60 rules do"
    ):
        durable.compile_ruleset(crowd)


def test_no_rule_orders_two_facts_tells_them_apart_or_asks_for_none() -> None:
    for rule in durable.compile_ruleset((*CAN, *MADE_UP)).rules.values():
        told: set[str] = set()
        for pattern in rule["all"]:
            ((alias, asked),) = pattern.items()
            assert "$" not in alias
            for one in asked.get("$and", [asked]):
                (operator,) = one
                assert operator == "$neq" or not operator.startswith("$")
                ((_, value),) = (one["$neq"] if operator == "$neq" else one).items()
                if isinstance(value, dict) and "$m" not in value:
                    assert operator != "$neq"
                    assert set(value) <= told
            told.add(alias)


SOME = (None, True, False, Decimal(1), Decimal("1.00"), Decimal(-10), "", "a", "1", "Å", date(2026, 5, 1))
ATOMS = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(("before", "after")),
        st.sampled_from(("=", "!=")),
        st.sampled_from(("null", "true", "false", "1", '"a"', '"Å"', '@"2026-05-01"', "before", "after")),
    ),
    st.sampled_from(
        ('after in ("a", "1", null)', "before in (true, 1.0)", '"a" = after', "true", "false", "null")
    ),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=6,
)


@given(CONDITIONS)
def test_a_condition_becomes_alternatives_that_hold_when_it_is_true(text: str) -> None:
    condition = compile_expression(text, NAMES)
    try:
        found = alternatives(condition)
    except NotAsked as error:
        assume("alternatives" not in str(error))
        raise
    for before, after in product(SOME, SOME):
        fields = ruleset.values(before, after)
        holds = any(all(passes(test, fields) for test in alternative) for alternative in found)
        assert holds is (condition.evaluate({"before": before, "after": after}) is True), (before, after)


def passes(test: FieldTest, fields: dict[str, str]) -> bool:
    return (fields[test.field] == (fields[test.other] if test.other else test.value)) is test.equal


def test_values_have_one_canonical_form_in_ascii() -> None:
    for one, other in product(SOME, SOME):
        assert (canonical(one) == canonical(other)) is (equal(one, other) is True)
        assert (kind_of(canonical(one)) == kind_of(canonical(other))) is (type(one) is type(other))
    assert all(re.fullmatch(r"[\w.~%-]+", canonical(one), re.ASCII) for one in SOME)
    with pytest.raises(durable.NotCanonical, match=r"^a list, where durable-rules is given true and false"):
        canonical(["secret"])


def fnv(text: str) -> int:
    """The 32-bit hash by which durable-rules knows ids, sessions, fields and names within a rule."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def test_all_that_is_told_apart_by_a_hash_has_one_of_its_own() -> None:
    fields = {"sid", "id", "$s", "signal", "relation", "against", "of", "concerned", "subject", "withdrawn"}
    fields |= {"concept", "event", *ruleset.values(None, None)}
    compiled = durable.compile_ruleset((*CAN, *MADE_UP))
    told = session.fill(compiled, Case(CHANGES["person.name"][:1], ON, dict(RELATED[:1])))
    assert {field for fact in told.facts for field in fact} <= fields
    assert len({fnv(field) for field in fields}) == len(fields)
    ids = [f"{letter}{number}" for letter in "cre" for number in range(session.MOST_FACTS)] + ["sid-0"]
    assert len(set(map(fnv, ids))) == len(ids)


def test_a_session_is_given_no_more_than_its_rules_ask_for() -> None:
    compiled = durable.compile_ruleset([definition("one", "[{concept: person.name}]")])
    changes = [
        FactChange("01017012345", "person.name", None, "Ola"),
        FactChange("p1", "person.phone", None, "1"),
    ]
    told = session.fill(compiled, Case(changes, ON, {("person.spouse", "p1"): ("p2",)}))
    (fact,) = told.facts
    assert fact["id"] == "c0"
    assert fact["subject"] == "p0"
    assert "01017012345" not in str(fact)


def test_a_session_takes_one_persons_facts() -> None:
    compiled = durable.compile_ruleset([definition("one", "[{concept: person.name}]")])
    many = [FactChange("p1", "person.name", None, "Ola")] * (session.MOST_FACTS + 1)
    with pytest.raises(
        durable.TooManyFacts, match="10001 facts for one session of durable-rules; it takes 10000"
    ):
        session.fill(compiled, Case(many, ON))


def asked_of(child: str, seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`recognise` with another program in the place of the child process."""
    program = tmp_path / "child.py"
    program.write_text(child, encoding="utf-8")
    monkeypatch.setattr(running, "CHILD", program)
    monkeypatch.setattr(running, "is_installed", lambda: True)
    durable.recognise_each(CAN, [Case((), ON)], seconds)


@pytest.mark.parametrize(
    ("child", "seconds", "message"),
    [
        ("import os; os.abort()", 60, "the process of durable-rules died of SIGABRT"),
        ("import no_such_module", 60, "the process of durable-rules ended with exit code 1 and no answer"),
        ('print(\'{"error": "code 303"}\'); exit(1)', 60, "durable-rules failed: code 303"),
        (
            "import time; time.sleep(60)",
            0.5,
            "durable-rules gave no answer in 0.5 seconds and was stopped: ask for fewer people at once,"
            " or rules.recognise",
        ),
    ],
)
def test_a_process_that_does_not_answer_is_told_of(
    child: str, seconds: float, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(durable.DurableRulesError) as failed:
        asked_of(child, seconds, tmp_path, monkeypatch)
    assert str(failed.value) == message


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (
            (3, 12, 1),
            "durable-rules is not installed: pip install 'varde[durable-rules]', or make durable-rules"
            " in a checkout. It comes as source and needs a C compiler",
        ),
        (
            (3, 13, 0),
            "durable-rules does not run on Python 3.13 or newer: use Python 3.11 or 3.12, or rules.recognise",
        ),
    ],
)
def test_without_durable_rules_it_says_how_to_have_it(
    version: tuple[int, int, int], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "is_installed", lambda: False)
    monkeypatch.setattr(running.sys, "version_info", version)
    with pytest.raises(durable.DurableRulesError) as failed:
        durable.recognise(CAN, [], ON)
    assert str(failed.value) == message


@pytest.mark.usefixtures("durable_rules")
def test_what_the_engine_refuses_is_told_without_a_fact() -> None:
    compiled = durable.compile_ruleset(CAN)
    broken = ruleset.Ruleset({"one": {"all": 5, "run": "recognised one"}}, {}, frozenset(), frozenset(), ())
    with pytest.raises(durable.DurableRulesError, match=r"^durable-rules failed: Could not create ruleset"):
        running.run(broken, [session.fill(compiled, Case((), ON))])


def test_the_page_has_every_kind_of_the_catalogue() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page.with_table(text, EVERY), "python -m rules.durable.page docs/life-events.md"


def block(language: str, number: int = 0) -> str:
    """What the page shows in the language."""
    return PAGE.read_text(encoding="utf-8").split(f"```{language}\n")[number + 1].split("```")[0]


def test_the_example_of_the_page_recognises_what_it_says() -> None:
    shown: dict[str, Any] = {}
    code, said = block("python").replace("\nrecognise(", "\nfound = recognise(").split("# ")
    exec(code, shown)
    assert [f"{event.kind} of {event.subject}" for event in shown["found"]] == said.strip().split(", ")


@pytest.mark.usefixtures("durable_rules")
def test_the_example_of_the_page_does_the_same_with_durable_rules() -> None:
    shown: dict[str, Any] = {}
    code = block("python") + block("python", 1)
    exec(code.replace("\ndurable.recognise(", "\nfound = durable.recognise("), shown)
    assert [event.kind for event in shown["found"]] == ["died"]


def test_the_rules_the_page_shows_are_those_of_the_kind() -> None:
    child_born = [one for one in EVERY if one.kind == "child_born"]
    shown = json.loads(f"[{block('json')}]".replace('born"}\n{', 'born"},{'))
    assert shown == list(durable.compile_ruleset(child_born).rules.values())
