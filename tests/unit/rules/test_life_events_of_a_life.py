"""The life events of the catalogue: each recognised once, whatever the order, delay, repetition or correction."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Catalogue, FactChange, recognise
from rules.life_events import Concerned, waits_until

EVENTS = Catalogue.load().life_events.values()
FAMILY: Concerned = {
    ("person.spouse", "dead"): ("widow",),
    ("person.children", "dead"): ("mother", "father"),
    ("person.parents", "dead"): ("son", "daughter"),
}


def change(
    concept: str, before: Any, after: Any, valid_from: str = "2026-05-01", who: str = "p1"
) -> FactChange:
    return FactChange(who, concept, before, after, date.fromisoformat(valid_from))


def told(on: str, *changes: FactChange, concerned: Concerned | None = None) -> list[tuple[str, str, str]]:
    found = recognise(EVENTS, changes, date.fromisoformat(on), concerned)
    return [(one.kind, one.subject, str(one.occurred_on)) for one in found if not one.annulled]


def waits(on: str, *changes: FactChange) -> str | None:
    day = waits_until(EVENTS, changes, date.fromisoformat(on))
    return None if day is None else str(day)


def test_there_are_events_for_the_whole_of_a_life() -> None:
    assert len({event.kind for event in EVENTS}) >= 20


STATUS = "person.marital_status"


@pytest.mark.parametrize(
    ("on", "changed", "expected"),
    [
        ("2026-05-02", change("person.expected_child_due_on", None, "2026-10-01"), "child_expected"),
        ("2026-05-02", change("person.expected_child_due_on", "2026-10-01", "2026-10-08"), None),
        ("2026-05-02", change(STATUS, "unmarried", "married"), "married"),
        ("2026-05-02", change(STATUS, "married", "separated"), "separated"),
        ("2026-05-02", change(STATUS, "separated", "divorced"), "divorced"),
        ("2026-05-02", change(STATUS, "married", "widowed"), "widowed"),
        ("2026-05-02", change(STATUS, None, "married"), None),  # met for the first time: nothing has happened
        ("2026-12-02", change(STATUS, "unmarried", "married"), None),  # told too late to be news
        ("2026-05-02", change("person.residence_status", "emigrated", "resident"), "moved_to_norway"),
        ("2026-05-02", change("person.residence_status", "birth_registered", "resident"), None),
        ("2026-05-02", change("person.residence_status", "resident", "emigrated"), "moved_from_norway"),
        ("2026-05-02", change("person.reports_lasting_income_drop", None, True), "income_fell"),
        ("2026-05-02", change("person.reports_lasting_income_drop", True, False), None),
        ("2026-05-02", change("person.sick_leave_since", None, "2026-05-01"), "sick_leave_began"),
        ("2026-05-02", change("vehicle.owner", "p2", "p1"), "vehicle_bought"),
        ("2026-05-02", change("person.permit", None, "eea"), "first_permit"),
        ("2026-05-02", change("person.permit", "eea", "permanent"), None),
        ("2026-05-02", change("organisation.in_central_register", None, True), "organisation_registered"),
        ("2026-05-02", change("person.death_date", None, "2026-05-01"), "died"),
    ],
)
def test_what_a_change_means(on: str, changed: FactChange, expected: str | None) -> None:
    assert [kind for kind, _, _ in told(on, changed)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("born", "day_before", "day", "kind", "occurred"),
    [
        ("2008-05-10", "2026-05-09", "2026-05-10", "turned_18", "2026-05-10"),
        ("1964-05-10", "2026-05-09", "2026-05-10", "turned_62", "2026-05-10"),
        ("1959-05-10", "2026-05-09", "2026-05-10", "turned_67", "2026-05-10"),
        ("1946-05-10", "2026-05-09", "2026-05-10", "turned_80", "2026-05-10"),
        ("2008-02-29", "2026-02-27", "2026-02-28", "turned_18", "2026-02-28"),
        ("2020-12-31", "2025-12-31", "2026-01-01", "child_starts_school", "2026-08-01"),
    ],
)
def test_a_birthday_comes_in_its_time(born: str, day_before: str, day: str, kind: str, occurred: str) -> None:
    fact = change("person.birth_date", None, born, born)
    assert kind not in [event[0] for event in told(day_before, fact)]
    assert waits(day_before, fact) == day
    assert (kind, "p1", occurred) in told(day, fact)


def test_who_is_met_long_after_a_birthday_has_long_been_that_old() -> None:
    assert told("2026-05-10", change("person.birth_date", None, "1990-01-01")) == []


def test_nothing_is_said_of_the_birthdays_of_the_dead() -> None:
    facts = (change("person.birth_date", None, "1959-05-10"), change("person.death_date", None, "2026-05-09"))
    assert told("2026-05-10", *facts) == [("died", "p1", "2026-05-09")]


def test_school_starts_a_year_later_where_it_is_deferred() -> None:
    facts = (
        change("person.birth_date", None, "2020-03-03"),
        change("person.deferred_school_start", None, True),
    )
    assert told("2026-03-01", *facts) == []


LOST = change("person.employment_ended_on", None, "2026-05-01")


def test_a_job_is_lost_when_two_weeks_have_brought_no_new_one() -> None:
    assert told("2026-05-14", LOST) == []
    assert waits("2026-05-14", LOST) == "2026-05-15"
    assert told("2026-05-15", LOST) == [("lost_job", "p1", "2026-05-01")]


@pytest.mark.parametrize(("day", "lost"), [("2026-05-15", False), ("2026-05-16", True)])
def test_a_new_job_within_the_fourteen_days_counts_however_late_it_is_told(day: str, lost: bool) -> None:
    new = change("person.employment_ended_on", "2026-05-01", None, day)
    for order in ((LOST, new), (new, LOST)):
        assert bool(told("2026-06-20", *order)) is lost


def test_a_new_job_told_late_annuls_what_was_recognised() -> None:
    new = change("person.employment_ended_on", "2026-05-01", None, "2026-05-10")
    (event,) = recognise(EVENTS, (LOST, new), date(2026, 6, 20))
    assert (event.kind, event.annulled) == ("lost_job", True)


def test_silence_is_a_rule_where_a_child_is_stillborn_or_dies() -> None:
    born, dead = (
        change("person.birth_date", None, "2026-05-01"),
        change("person.death_date", None, "2026-05-01"),
    )
    assert [kind for kind, _, _ in told("2026-05-02", born)] == ["child_born"]
    for order in ((born, dead), (dead, born)):
        assert [kind for kind, _, _ in told("2026-05-02", *order)] == ["died"]


def test_a_death_concerns_spouse_children_and_parents_each_in_their_way() -> None:
    found = told("2026-05-02", change("person.death_date", None, "2026-05-01", who="dead"), concerned=FAMILY)
    assert set(found) == {
        ("died", "dead", "2026-05-01"),
        ("spouse_died", "widow", "2026-05-01"),
        ("child_died", "mother", "2026-05-01"),
        ("child_died", "father", "2026-05-01"),
        ("parent_died", "son", "2026-05-01"),
        ("parent_died", "daughter", "2026-05-01"),
    }


def test_a_death_that_was_a_mistake_is_annulled_for_all_it_concerned() -> None:
    mistaken = FactChange("dead", "person.death_date", "2026-05-01", None, date(2026, 5, 1), withdrawn=True)
    found = recognise(EVENTS, (mistaken,), date(2026, 5, 3), FAMILY)
    assert len(found) == 6
    assert all(event.annulled for event in found)


def test_the_deaths_of_two_parents_are_two_events() -> None:
    concerned = {("person.parents", "a"): ("son",), ("person.parents", "b"): ("son",)}
    deaths = [change("person.death_date", None, "2026-05-01", who=who) for who in ("a", "b")]
    found = told("2026-05-02", *deaths, concerned=concerned)
    assert found.count(("parent_died", "son", "2026-05-01")) == 2


@pytest.mark.parametrize(
    ("concept", "due", "quiet", "told_on", "kind"),
    [
        ("vehicle.inspection_due_on", "2026-08-31", "2026-06-29", "2026-06-30", "inspection_nearing"),
        ("person.passport_expires_on", "2026-08-31", "2026-05-30", "2026-05-31", "passport_expiring"),
        ("person.licence_expires_on", "2026-08-31", "2026-05-30", "2026-05-31", "licence_expiring"),
    ],
)
def test_what_runs_out_is_quiet_until_it_matters(
    concept: str, due: str, quiet: str, told_on: str, kind: str
) -> None:
    fact = change(concept, None, due, "2022-01-01")
    assert told(quiet, fact) == []
    assert waits(quiet, fact) == told_on
    assert told(told_on, fact) == [(kind, "p1", told_on)]
    renewed = change(concept, due, "2030-08-31", told_on)
    assert told(told_on, fact, renewed) == []


def test_six_months_in_norway_unless_registered() -> None:
    entered = change("person.entered_on", None, "2026-01-15")
    resident = change("person.residence_status", "temporary", "resident", "2026-06-01")
    assert told("2026-07-14", entered) == []
    assert told("2026-07-15", entered) == [("six_months_in_norway", "p1", "2026-07-15")]
    assert [kind for kind, _, _ in told("2026-07-15", entered, resident)] == ["moved_to_norway"]


A_LIFE = (
    change("person.birth_date", None, "2008-05-10"),
    change(STATUS, "unmarried", "married"),
    change(STATUS, "married", "widowed", "2026-05-20"),
    LOST,
    change("person.employment_ended_on", "2026-05-01", None, "2026-05-10"),
    change("person.address_key", "a", "b"),
    change("person.municipality", "0301", "4601"),
    change("vehicle.owner", None, "p1", who="car"),
    change("person.death_date", None, "2026-05-19", who="dead"),
)


@given(
    st.permutations(A_LIFE), st.lists(st.sampled_from(A_LIFE)), st.dates(date(2026, 4, 1), date(2027, 1, 1))
)
def test_neither_order_nor_repetition_changes_what_has_happened(
    shuffled: list[FactChange], again: list[FactChange], on: date
) -> None:
    assert set(recognise(EVENTS, [*shuffled, *again], on, FAMILY)) == set(
        recognise(EVENTS, A_LIFE, on, FAMILY)
    )


@given(st.lists(st.sampled_from(A_LIFE), unique_by=id), st.dates(date(2026, 4, 1), date(2026, 12, 1)))
def test_nothing_happens_before_the_day_that_was_waited_for(known: list[FactChange], on: date) -> None:
    until = waits_until(EVENTS, known, on)
    if until is not None:
        assert until > on
        assert set(recognise(EVENTS, known, until)) - set(recognise(EVENTS, known, on))
