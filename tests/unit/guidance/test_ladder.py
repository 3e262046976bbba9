"""The ladder as a table: what follows when, for whom, and where it ends."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guidance.ladder import (
    FIRST,
    MUST_REACH,
    SECOND,
    TOLD_TWICE,
    Step,
    after_failure,
    is_told_twice,
    needs_a_letter,
    second_notice,
    second_notice_on,
)
from assistant.guidance.people import Person
from assistant.guidance.tact import Telling
from assistant.guidance.wishes import law_behind
from assistant.guidance.writing import KINDS

BOTH = Person("a", email="a@post.example", mobile="+4793456789")
MAIL = Person("a", email="a@post.example")
PHONE = Person("a", mobile="+4793456789")
NONE = Person("a")
OPEN, CLOSED = Telling(("chat", "email")), Telling(("chat",), because=("contact_too_old",))


@pytest.mark.parametrize(
    ("kind", "tried", "person", "how", "next_step"),
    [
        ("right_found", {"chat", "email"}, BOTH, OPEN, "sms"),
        ("right_found", {"chat", "sms"}, BOTH, OPEN, "email"),  # a text was chosen, and cannot arrive
        ("right_found", {"chat", "email", "sms"}, BOTH, OPEN, None),
        ("right_found", {"chat", "email"}, MAIL, OPEN, None),
        ("right_found", {"chat", "email"}, BOTH, CLOSED, None),
        ("decision_made", {"chat", "email"}, BOTH, OPEN, "sms"),
        ("decision_made", {"chat", "email", "sms"}, BOTH, OPEN, "letter"),
        ("decision_made", {"chat", "email"}, MAIL, OPEN, "letter"),
        ("decision_made", {"chat", "email"}, BOTH, CLOSED, "letter"),  # reserved or too old since
        ("request_answered", {"chat", "sms"}, PHONE, OPEN, "letter"),
    ],
)
def test_what_follows_a_notice_that_cannot_arrive(
    kind: str, tried: set[str], person: Person, how: Telling, next_step: Step | None
) -> None:
    assert after_failure(kind, tried, person, how) == next_step


@given(st.sampled_from(KINDS), st.sampled_from([BOTH, MAIL, PHONE, NONE]), st.sampled_from([OPEN, CLOSED]))
def test_the_ladder_ends_and_tries_no_channel_twice(kind: str, person: Person, how: Telling) -> None:
    tried, steps = {"chat", "email"}, []
    while (step := after_failure(kind, tried, person, how)) is not None:
        assert step not in tried
        steps.append(step)
        if step == "letter":
            break
        tried.add(step)
    assert len(steps) <= 2
    assert ("letter" in steps) == (kind in MUST_REACH)


@pytest.mark.parametrize(
    ("kind", "notice", "again"),
    [
        ("decision_made", FIRST, True),
        ("decision_made", SECOND, False),  # the law asks for no third
        ("advance_notice", FIRST, True),
        ("request_answered", FIRST, False),
        ("right_found", FIRST, False),
    ],
)
def test_who_is_told_twice(kind: str, notice: int, again: bool) -> None:
    assert is_told_twice(kind, notice) is again
    assert second_notice_on(date(2026, 12, 28)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("first", "person", "how", "second"),
    [
        ("email", BOTH, OPEN, "sms"),
        ("email", MAIL, OPEN, "email"),
        ("sms", BOTH, OPEN, "sms"),
        ("email", BOTH, CLOSED, "email"),  # whether it may go is asked when it goes
    ],
)
def test_the_way_of_the_second_notice(first: str, person: Person, how: Telling, second: str) -> None:
    assert second_notice(first, person, how) == second


@pytest.mark.parametrize(
    ("kind", "how", "letter"),
    [
        ("decision_made", CLOSED, True),
        ("decision_made", Telling(("chat",), because=("no_address",)), True),
        ("decision_made", OPEN, False),
        ("decision_made", Telling(by_hand="reserved"), False),  # a human has it already
        ("decision_made", Telling(("chat",), because=("answers_at_once",)), False),
        ("right_found", CLOSED, False),
    ],
)
def test_who_gets_a_letter_because_no_notice_can_reach_them(kind: str, how: Telling, letter: bool) -> None:
    assert needs_a_letter(kind, how) is letter


def test_what_must_reach_is_what_law_demands() -> None:
    assert all(law_behind(kind) for kind in MUST_REACH)
    assert TOLD_TWICE < MUST_REACH
