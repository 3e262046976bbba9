"""From when a decision holds (§ 3d), and when an answer is due (§ 11a)."""

from datetime import date

import pytest

from assistant.casework.period import (
    Period,
    PeriodError,
    answer_due,
    decision_period,
    first_of_month_setting,
    kindergarten_year,
    next_month,
    on_edge,
)

NEXT_YEAR = date(2027, 8, 1)
THIS_YEAR = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("applied", "edge", "place_from", "begins", "ends"),
    [
        # before 1 August, the place begins in the coming year: from 1 August
        (date(2026, 5, 10), "same_month", date(2026, 8, 1), THIS_YEAR, NEXT_YEAR),
        (date(2026, 7, 31), "same_month", date(2026, 8, 1), THIS_YEAR, NEXT_YEAR),
        # before 1 August, no whole month is left of the running year: from 1 August
        (date(2026, 7, 2), "same_month", date(2025, 8, 1), THIS_YEAR, NEXT_YEAR),
        (date(2026, 7, 31), "next_month", None, THIS_YEAR, NEXT_YEAR),
        # after 1 August: from the first whole month after
        (date(2026, 8, 2), "same_month", date(2026, 8, 1), date(2026, 9, 1), NEXT_YEAR),
        (date(2026, 8, 31), "next_month", date(2026, 8, 1), date(2026, 9, 1), NEXT_YEAR),
        (date(2026, 11, 15), "same_month", date(2025, 8, 1), date(2026, 12, 1), NEXT_YEAR),
        (date(2026, 12, 31), "same_month", date(2025, 8, 1), date(2027, 1, 1), NEXT_YEAR),
        (date(2027, 6, 30), "same_month", date(2025, 8, 1), date(2027, 7, 1), NEXT_YEAR),
        # on the day the law does not speak of: the municipality's setting
        (date(2026, 8, 1), "same_month", date(2026, 8, 1), THIS_YEAR, NEXT_YEAR),
        (date(2026, 8, 1), "next_month", date(2026, 8, 1), date(2026, 9, 1), NEXT_YEAR),
        (date(2026, 11, 1), "same_month", None, date(2026, 11, 1), NEXT_YEAR),
        (date(2026, 11, 1), "next_month", None, date(2026, 12, 1), NEXT_YEAR),
        (date(2026, 7, 1), "same_month", date(2025, 8, 1), date(2026, 7, 1), THIS_YEAR),
        (date(2026, 7, 1), "next_month", date(2025, 8, 1), THIS_YEAR, NEXT_YEAR),
        # the place begins later than the decision would
        (date(2026, 8, 20), "same_month", date(2026, 10, 15), date(2026, 10, 15), NEXT_YEAR),
        (date(2026, 3, 1), "same_month", date(2026, 9, 7), date(2026, 9, 7), NEXT_YEAR),
        (date(2026, 3, 1), "same_month", date(2027, 8, 1), NEXT_YEAR, date(2028, 8, 1)),
    ],
)
def test_a_decision_holds_from_the_day_the_regulation_says(applied, edge, place_from, begins, ends):
    assert decision_period(applied, edge, place_from) == Period(begins, ends)


@pytest.mark.parametrize(
    ("on", "begins"),
    [
        (date(2026, 7, 31), date(2025, 8, 1)),
        (date(2026, 8, 1), date(2026, 8, 1)),
        (date(2027, 1, 1), date(2026, 8, 1)),
    ],
)
def test_the_kindergarten_year_turns_on_the_first_of_august(on, begins):
    assert kindergarten_year(on).valid_from == begins


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 12, 5), date(2027, 1, 5)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 9, 30)),
    ],
)
def test_an_answer_is_due_in_a_month(received, due):
    assert answer_due(received) == due


def test_only_the_first_of_a_month_is_the_edge():
    assert on_edge(date(2026, 8, 1))
    assert on_edge(date(2026, 11, 1))
    assert not on_edge(date(2026, 8, 2))


def test_a_setting_nobody_made_is_no_setting():
    assert first_of_month_setting(None) is None
    assert first_of_month_setting("sometimes") is None
    assert first_of_month_setting("next_month") == "next_month"


def test_december_is_followed_by_january():
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(PeriodError, match="2026-08-01 is not before 2026-08-01"):
        Period(date(2026, 8, 1), date(2026, 8, 1))
