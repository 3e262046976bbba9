"""Any order and repetition of events tells each thing once, also where two rules say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.determinations import DeterminationChange
from assistant.guidance.content import plain
from assistant.guidance.mattering import LifeEventRow, ToldBefore, plan_deadlines, plan_life_events
from assistant.guidance.once import twins
from assistant.guidance.people import Circle, Person
from assistant.guidance.planning import KNOWN, PlannedGuidance, Told, plan
from rules import Catalogue, Determination

SHIPPED = Catalogue.load()
ON = date(2026, 9, 1)
REDUCED, PASSPORT = "kindergarten.reduced_fee", "identity.passport"
NAMING, NOTICE = "having_a_child.name_choice", "having_a_child.birth_notice"


def with_a_twin(catalogue: Catalogue, rule_id: str) -> Catalogue:
    """Another rule that reads the same: as a municipality's own file might have it, or another register's."""
    twin = replace(catalogue.rules[rule_id], id=f"{rule_id}_again")
    return replace(catalogue, rules={**catalogue.rules, twin.id: twin})


DOUBLED = with_a_twin(with_a_twin(with_a_twin(SHIPPED, REDUCED), NAMING), PASSPORT)
BORN = replace(
    SHIPPED.life_events["child_born"],
    brings=(NAMING, f"{NAMING}_again", *SHIPPED.life_events["child_born"].brings),
)
DOUBLED = replace(DOUBLED, life_events={**DOUBLED.life_events, "child_born": BORN})

KARI = Person(
    "kari",
    "Kari",
    alive=True,
    resident=True,
    born=date(1990, 5, 1),
    protected=False,
    home="A",
    reserved=False,
    may_be_notified=True,
    verified_on=date(2026, 6, 1),
    email="kari@post.example",
)
OLA = replace(KARI, id="ola", first_name="Ola")
LISE = Person("lise", "Lise", alive=True, resident=True, born=date(2026, 8, 30), protected=False, home="A")
CIRCLES = {
    (subject.id, told_to): Circle(subject, (KARI, OLA), ())
    for subject in (LISE, KARI)
    for told_to in {rule.told_to for rule in DOUBLED.rules.values()}
}


def change(rule: str, cause: str, **values: object) -> DeterminationChange:
    after = Determination(
        rule=rule,
        rule_version="v1",
        on=ON,
        answer="yes",
        values=values,
        missing=(),
        conditions=(),
        used=(),
        law=(),
    )
    return DeterminationChange(f"d:{rule}:{cause}", rule, "lise", "9999", None, after, cause)


FEES = [
    change(rule, cause, monthly_fee=Decimal(1636))
    for rule in (REDUCED, f"{REDUCED}_again")
    for cause in ("inbox:1", "inbox:2", "clock:2026-09-01")
]


@given(st.lists(st.lists(st.sampled_from(FEES), min_size=1, max_size=4), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_right_is_told_once_whatever_comes_again(batches: list[list[DeterminationChange]]) -> None:
    told: dict[tuple[str, str, str], Told] = {}
    heard: list[PlannedGuidance] = []
    for batch in batches:
        for one in plan(batch, CIRCLES, told, {}, DOUBLED, ON):
            heard.append(one)
            for rule, values in one.content["values_of"].items():
                assert one.kind in KNOWN
                told[one.person.id, one.subject_id, rule] = Told(one.kind, plain(values))
    assert sorted((one.person.id, one.kind) for one in heard) == [
        ("kari", "right_found"),
        ("ola", "right_found"),
    ]
    assert all(one.content["also"] == [] for one in heard)


EVENTS = [
    LifeEventRow("a", "child_born", "lise", date(2026, 8, 30)),
    LifeEventRow("b", "child_born", "lise", date(2026, 8, 30)),  # another register tells of the same birth
]
BROUGHT = [
    change(rule, "clock:1", last_day=date(2027, 2, 28)) for rule in (NAMING, f"{NAMING}_again", NOTICE)
]
TOLD = dict[tuple[str, str, str], list[ToldBefore]]


def remember(told: TOLD, one: PlannedGuidance, on: date) -> None:
    for item in plain(one.content)["items"]:
        last = date.fromisoformat(item["deadline"]) if item["deadline"] else None
        entry = ToldBefore(one.kind, item["answer"], last, on, item["values"], one.cause)
        told.setdefault((one.person.id, one.subject_id, item["rule"]), []).append(entry)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3), st.permutations(BROUGHT), st.booleans()
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_what_an_event_brings_is_told_once_whatever_comes_again(
    days: list[tuple[list[LifeEventRow], list[DeterminationChange], bool]],
) -> None:
    told: TOLD = {}
    heard: list[tuple[str, str]] = []
    for events, said, _ in days:
        for one in plan_life_events(events, said, CIRCLES, told, {}, DOUBLED, ON):
            heard += [(one.person.id, item["title"]["nb"]) for item in one.content["items"]]
            remember(told, one, ON)
    titles = {DOUBLED.rules[rule].title["nb"] for rule in (NAMING, NOTICE)}
    assert {title for _, title in heard} <= titles
    assert len(heard) == len(set(heard)), "told twice"
    assert {person for person, _ in heard} == {"kari", "ola"}


@given(st.lists(st.permutations(BROUGHT), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_deadline_is_told_once_whatever_comes_again(days: list[list[DeterminationChange]]) -> None:
    on, told, heard = date(2027, 2, 27), TOLD(), []
    for said in days:
        for one in plan_deadlines(said, CIRCLES, told, {}, DOUBLED, on):
            heard.append((one.person.id, one.content["title"]["nb"]))
            remember(told, one, on)
    assert len(heard) == len(set(heard)), "told twice"
    assert {person for person, _ in heard} == {"kari", "ola"}


def test_rules_that_read_the_same_are_twins_and_no_shipped_ones_are() -> None:
    assert twins(DOUBLED, DOUBLED.rules[REDUCED]) == (f"{REDUCED}_again",)
    assert all(twins(SHIPPED, rule) == () for rule in SHIPPED.rules.values())
