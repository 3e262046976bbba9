"""Where a case is: told from its rows alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assistant.hooks.flow import (
    WAITS_FOR,
    Appealed,
    Begun,
    Choice,
    Heard,
    Opened,
    days_waited,
    flow_of,
    standing_of_case,
    standing_of_errand,
)

TODAY = date(2026, 11, 23)


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


NEW = Opened("case", 202600001, "kindergarten.reduced_fee", "received", at(11, 2), date(2026, 12, 2))
MANUAL = replace(NEW, status="manual", waits_for="case_worker", waiting_since=at(11, 5))
GRANTED = replace(NEW, status="decided", holds_until=date(2027, 8, 1), decided_at=at(11, 9))
REFUSED = replace(NEW, status="decided")
APPEALED = Appealed("received", at(11, 12), date(2026, 12, 12))
FOUND = Heard("found", at(11, 15))
NOTICED = replace(FOUND, state="noticed", noticed_at=at(11, 16), answer_by=date(2026, 12, 7))


@pytest.mark.parametrize(
    ("opened", "waits_for", "since", "next_day"),
    [
        (NEW, "register", at(11, 2), date(2026, 12, 2)),
        (MANUAL, "case_worker", at(11, 5), date(2026, 12, 2)),
        (replace(MANUAL, waiting_since=None), "case_worker", at(11, 2), date(2026, 12, 2)),
        (replace(MANUAL, waits_for="register"), "register", at(11, 5), date(2026, 12, 2)),
        (GRANTED, "deadline", at(11, 9), date(2027, 8, 1)),
        (replace(GRANTED, appealed=APPEALED), "appeal", at(11, 12), date(2026, 12, 12)),
        (replace(REFUSED, appealed=APPEALED), "appeal", at(11, 12), date(2026, 12, 12)),
        (
            replace(REFUSED, appealed=replace(APPEALED, status="forwarded", forwarded_at=at(11, 20))),
            "appeal",
            at(11, 20),
            None,
        ),
        (replace(GRANTED, heard=FOUND), "case_worker", at(11, 15), None),
        (replace(GRANTED, heard=NOTICED), "answer", at(11, 16), date(2026, 12, 7)),
        (
            replace(GRANTED, heard=replace(NOTICED, state="answered", answered_at=at(11, 19))),
            "case_worker",
            at(11, 19),
            date(2026, 12, 7),
        ),
        # nobody has answered in time: it is the case worker's turn
        (
            replace(GRANTED, heard=replace(NOTICED, answer_by=date(2026, 11, 22))),
            "case_worker",
            at(11, 16),
            date(2026, 11, 22),
        ),
        # what may be wrong comes before what follows from it
        (replace(GRANTED, heard=NOTICED, appealed=APPEALED), "answer", at(11, 16), date(2026, 12, 7)),
        # opened again: what was decided before does not count
        (
            replace(GRANTED, status="manual", waits_for="case_worker"),
            "case_worker",
            at(11, 2),
            date(2026, 12, 2),
        ),
    ],
)
def test_what_a_case_waits_for(opened: Opened, waits_for: str, since: datetime, next_day: date | None):
    standing = standing_of_case(opened, TODAY)
    assert standing is not None
    assert (standing.waits_for, standing.since, standing.next_day) == (waits_for, since, next_day)
    assert standing.number == 202600001


def test_what_is_over_is_not_shown():
    assert standing_of_case(REFUSED, TODAY) is None
    assert standing_of_case(GRANTED, date(2027, 8, 1)) is None


def test_an_errand_that_is_begun_waits_for_the_person():
    standing = standing_of_errand(Begun("errand", "apply_reduced_fee", at(11, 20)))
    assert (standing.waits_for, standing.next_day, standing.number) == ("person", None, None)
    assert days_waited(standing, TODAY) == 3


def _all():
    late = replace(NEW, id="late", due_on=date(2026, 11, 20))
    cases = [standing_of_case(one, TODAY) for one in (GRANTED, MANUAL, late)]
    return [standing_of_errand(Begun("errand", "apply_reduced_fee", at(11, 20))), *filter(None, cases)]


def test_the_nearest_day_comes_first_and_everything_is_counted():
    flow = flow_of(_all(), Choice(), TODAY, 2)
    assert [one.id for one in flow.lines] == ["late", "case"]
    assert (flow.total, flow.overdue) == (4, 1)
    assert list(flow.counts) == list(WAITS_FOR)
    assert {what: n for what, n in flow.counts.items() if n} == {
        "person": 1,
        "register": 1,
        "case_worker": 1,
        "deadline": 1,
    }


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Choice(waits_for="person"), ["errand"]),
        (Choice(kind="apply_reduced_fee"), ["errand"]),
        (Choice(overdue=True), ["late"]),
        (Choice(waits_for="appeal"), []),
    ],
)
def test_some_are_chosen_and_all_are_counted(choice: Choice, found: list[str]):
    flow = flow_of(_all(), choice, TODAY, 10)
    assert [one.id for one in flow.lines] == found
    assert sum(flow.counts.values()) == 4
