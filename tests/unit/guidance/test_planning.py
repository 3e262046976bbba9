"""Which changes are told to whom, as what, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistant.determinations import DeterminationChange
from assistant.guidance.people import Circle, Person
from assistant.guidance.planning import PlannedGuidance, Told, is_told, plan
from rules import Catalogue, Determination
from rules.determination import Discretion, LawReference

ON = date(2026, 9, 1)
CATALOGUE = Catalogue.load()
REDUCED, CORE, SIBLING, FEE = (
    "kindergarten.reduced_fee",
    "kindergarten.core_time",
    "kindergarten.sibling_discount",
    "kindergarten.monthly_fee",
)
KARI = Person(
    id="kari",
    first_name="Kari",
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
LISE = Person(id="lise", first_name="Lise", alive=True, protected=False, home="A")
PER = replace(LISE, id="per", first_name="Per")
INCOME = "child.household.adults.assessed_income"
DEFERRED = "child.deferred_school_start"


def said(rule: str, answer: str, missing: tuple[str, ...] = (), **values: Any) -> Determination:
    return Determination(
        rule=rule,
        rule_version="v1",
        on=ON,
        answer=answer,  # type: ignore[arg-type]
        values={name: Decimal(value) for name, value in values.items()},
        missing=missing,
        conditions=(),
        used=(),
        law=(LawReference("FOR-2005-12-16-1478", "§ 3b"),),
    )


def change(after: Determination, subject: str = "lise", cause: str = "inbox:1") -> DeterminationChange:
    return DeterminationChange(f"d-{after.rule}-{subject}", after.rule, subject, "9999", None, after, cause)


def planned(
    *changes: DeterminationChange,
    told: Mapping[tuple[str, str, str], Told] | None = None,
    recipients: tuple[Person, ...] = (KARI, OLA),
    asked_later: frozenset[tuple[str, str]] = frozenset(),
    records: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[PlannedGuidance, ...]:
    circles = {(child.id, "child.guardians"): Circle(child, recipients, recipients) for child in (LISE, PER)}
    return plan(changes, circles, told or {}, records or {}, CATALOGUE, ON, asked_later)


def brief(guidance: tuple[PlannedGuidance, ...]) -> list[tuple[str, str, str]]:
    return [(one.person.id, one.kind, one.rule) for one in guidance]


def test_rules_with_an_errand_are_told_and_those_that_follow_of_themselves_are_not() -> None:
    assert {rule.id for rule in CATALOGUE.rules.values() if is_told(rule)} == {REDUCED, CORE}


def test_a_right_found_is_told_to_each_guardian() -> None:
    found = planned(change(said(REDUCED, "yes", monthly_fee=1636)))
    assert brief(found) == [("kari", "right_found", REDUCED), ("ola", "right_found", REDUCED)]
    assert [one.telling.channels for one in found] == [("chat", "email"), ("chat", "email")]


def test_what_comes_at_once_is_one_message_with_the_price_after_every_discount() -> None:
    found = planned(
        change(said(CORE, "yes", free_hours=20)),
        change(said(FEE, "yes", monthly_fee=1145, full_fee=2000)),
        change(said(REDUCED, "yes", monthly_fee=1636, exact_monthly_fee="1636.36")),
        change(said(SIBLING, "yes", discount_share="0.3")),
        recipients=(KARI,),
    )
    (one,) = found
    assert one.rule == REDUCED
    assert one.content["rules"] == [REDUCED, CORE]
    assert one.content["also"][0]["en"] == CATALOGUE.rules[CORE].title["en"]
    assert one.content["values"]["monthly_fee"]["value"] == 1145
    assert one.content["values"]["full_fee"]["value"] == 2000


def test_a_price_of_a_rule_that_is_not_settled_is_not_promised() -> None:
    (one,) = planned(
        change(said(REDUCED, "yes", monthly_fee=1636)),
        change(said(FEE, "undetermined", ("child.sibling_number",), full_fee=2000)),
        recipients=(KARI,),
    )
    assert one.content["values"]["monthly_fee"]["value"] == 1636
    assert "full_fee" not in one.content["values"]


def test_two_children_are_two_messages_but_one_knock_on_the_door() -> None:
    found = planned(
        change(said(REDUCED, "yes", monthly_fee=1636)),
        change(said(REDUCED, "yes", monthly_fee=1145), subject="per"),
        recipients=(KARI,),
    )
    assert [(one.subject_id, one.telling.channels) for one in found] == [
        ("lise", ("chat", "email")),
        ("per", ("chat",)),
    ]


STANDS = Told("right_found", {"monthly_fee": 1636})


@pytest.mark.parametrize(
    ("told", "after", "kind"),
    [
        (None, said(REDUCED, "yes", monthly_fee=1636), "right_found"),
        (None, said(REDUCED, "no"), None),
        (None, said(REDUCED, "undetermined", (INCOME,)), None),  # a register is being asked
        (None, said(REDUCED, "undetermined", (DEFERRED,)), "facts_missing"),
        (None, said(REDUCED, "undetermined", (INCOME, DEFERRED)), None),
        (STANDS, said(REDUCED, "yes", monthly_fee=1636), None),
        (STANDS, said(REDUCED, "yes", monthly_fee=1636, exact_monthly_fee="1636.4"), None),
        (STANDS, said(REDUCED, "yes", monthly_fee=1700), "right_changed"),
        (STANDS, said(REDUCED, "no"), "right_lost"),
        (STANDS, said(REDUCED, "undetermined", (INCOME,)), None),
        (STANDS, said(REDUCED, "undetermined", (DEFERRED,)), "facts_missing"),
        (Told("right_changed", {"monthly_fee": "1636"}), said(REDUCED, "no"), "right_lost"),
        (Told("right_lost"), said(REDUCED, "yes", monthly_fee=1636), "right_found"),
        (Told("right_lost"), said(REDUCED, "no"), None),
        (Told("facts_missing", asked=(DEFERRED,)), said(REDUCED, "undetermined", (DEFERRED,)), None),
        (Told("facts_missing", asked=(DEFERRED,)), said(REDUCED, "yes", monthly_fee=1), "right_found"),
    ],
)
def test_what_a_change_means_to_who_was_last_told_something(
    told: Told | None, after: Determination, kind: str | None
) -> None:
    before = {} if told is None else {("kari", "lise", REDUCED): told}
    found = planned(change(after), told=before, recipients=(KARI,))
    assert [one.kind for one in found] == ([] if kind is None else [kind])


@pytest.mark.parametrize(
    ("told", "begins", "kind"),
    [
        (None, 30, "right_found"),
        (30, 30, None),
        (30, 180, "right_changed"),  # later than was said
        (30, 0, "right_changed"),  # already now
        (0, 30, "right_changed"),  # holds, but not yet after all
        (-30, 0, None),  # the day has come and gone
        (-30, -10, None),
    ],
)
def test_a_right_that_begins_on_another_day_than_was_said_is_told_of_again(
    told: int | None, begins: int, kind: str | None
) -> None:
    def day(after: int) -> date:
        return ON + timedelta(days=after)

    after = replace(said(REDUCED, "yes", monthly_fee=1636), on=day(begins))
    was = {"monthly_fee": 1636}
    before = (
        {}
        if told is None
        else {("kari", "lise", REDUCED): Told("right_found", was, begins=day(told) if told else None)}
    )
    found = planned(change(after), told=before, recipients=(KARI,))
    assert [one.kind for one in found] == ([] if kind is None else [kind])
    if found:
        assert found[0].content["begins"] == (after.on if begins > 0 else None)


def test_where_incomes_are_fetched_only_after_an_application_people_hear_that_they_may_apply() -> None:
    waiting = change(said(REDUCED, "undetermined", (INCOME,)))
    later = frozenset({("9999", "apply_reduced_fee")})
    assert [one.kind for one in planned(waiting, recipients=(KARI,), asked_later=later)] == ["right_possible"]
    told = {("kari", "lise", REDUCED): Told("right_possible")}
    assert planned(waiting, told=told, recipients=(KARI,), asked_later=later) == ()


def test_what_a_case_worker_must_judge_is_a_possible_right_and_the_question_is_not_repeated() -> None:
    question = Discretion("income_shielded", {"nb": "En voksen er skjermet"}, ())
    after = replace(said(REDUCED, "no"), discretion=(question,))
    (one,) = planned(change(after), recipients=(KARI,))
    assert one.kind == "right_possible"
    assert "skjermet" not in str(one.content)


def test_who_told_us_sees_the_answer_where_they_told_it() -> None:
    found = planned(change(said(REDUCED, "yes", monthly_fee=1636), cause="person:kari"))
    assert [one.person.id for one in found] == ["ola"]


def test_other_causes_come_again_with_other_news() -> None:
    once, again = (
        planned(
            replace(change(said(REDUCED, "yes"), cause="income:kari"), determination_id=d), recipients=(OLA,)
        )
        for d in ("d1", "d2")
    )
    assert once[0].cause != again[0].cause
    event = planned(change(said(REDUCED, "yes"), cause="inbox:1"), recipients=(OLA,))
    assert event[0].cause == "inbox:1"


def test_who_may_only_be_told_by_hand_is_planned_for_that() -> None:
    found = planned(change(said(REDUCED, "yes")), recipients=(replace(KARI, reserved=True), OLA))
    assert [(one.person.id, one.telling.by_hand) for one in found] == [("kari", "reserved"), ("ola", None)]


def test_the_dead_are_not_planned_for() -> None:
    found = planned(change(said(REDUCED, "yes")), recipients=(replace(KARI, alive=False), OLA))
    assert [one.person.id for one in found] == ["ola"]


def test_the_other_parents_income_is_named_and_not_told() -> None:
    def fact(subject: str, value: int) -> dict[str, Any]:
        return {
            "path": "child.household.adults[0].assessed_income",
            "concept": "person.assessed_income",
            "subject": subject,
            "value": value,
            "source": "tax_administration",
            "recorded_at": "2026-09-01T08:00:00+00:00",
        }

    record = {"facts": [fact("kari", 111_111), fact("ola", 222_222)]}
    kari, ola = planned(
        change(said(REDUCED, "yes")), records={f"d-{REDUCED}-lise": record}, recipients=(KARI, OLA)
    )
    assert "111111" in str(kari.content)
    assert "222222" not in str(kari.content)
    assert "111111" not in str(ola.content)
    assert [entry["others"] for entry in kari.content["facts"]] == [False, True]
