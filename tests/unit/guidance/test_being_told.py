"""How somebody wants to be told: gathered or at once, by which channel, in which language; and what law overrules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import OSLO, NoticeSettings
from assistant.guidance.being_told import (
    PACES,
    VIAS,
    Pace,
    ToldHow,
    Via,
    as_wanted,
    gathered_at,
    in_browsers,
    in_their_language,
    is_urgent,
)
from assistant.guidance.people import Person
from assistant.guidance.tact import Telling
from assistant.guidance.timing import may_go_at
from assistant.guidance.writing import KINDS, write

NOTICES = NoticeSettings()
BOTH = Person("a", email="a@post.example", mobile="+4793456789", language="nb")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "pace", "told"),
    [
        ("2026-11-03T09:00", "at_once", "2026-11-03T09:00"),
        ("2026-11-03T09:00", "daily", "2026-11-03T12:00"),
        ("2026-11-03T12:00", "daily", "2026-11-03T12:00"),
        ("2026-11-03T12:01", "daily", "2026-11-04T12:00"),
        ("2026-11-03T09:00", "weekly", "2026-11-09T12:00"),
        ("2026-11-09T11:59", "weekly", "2026-11-09T12:00"),
        ("2026-11-09T12:01", "weekly", "2026-11-16T12:00"),
        ("2026-10-25T02:30", "daily", "2026-10-26T12:00"),  # the clocks go back, on a Sunday
        ("2026-04-02T09:00", "daily", "2026-04-04T12:00"),  # Maundy Thursday
        ("2026-04-06T13:00", "weekly", "2026-04-07T12:00"),  # Easter Monday
    ],
)
def test_what_is_gathered_waits_for_the_next_moment(written: str, pace: Pace, told: str) -> None:
    at = gathered_at(datetime.fromisoformat(written).replace(tzinfo=OSLO), pace, NOTICES)
    assert at == datetime.fromisoformat(told).replace(tzinfo=OSLO)


@given(MOMENTS, st.sampled_from(PACES))
def test_nothing_is_gathered_for_more_than_its_period(written: datetime, pace: Pace) -> None:
    waits = gathered_at(written, pace, NoticeSettings(days_off=False)) - written
    longest = {"at_once": timedelta(), "daily": timedelta(days=1), "weekly": timedelta(days=7)}[pace]
    assert (
        timedelta() <= waits <= longest + timedelta(hours=1)
    )  # the night the clocks go back has an hour more


@given(MOMENTS, st.sampled_from(PACES))
def test_what_was_written_in_one_period_is_told_of_at_one_moment(written: datetime, pace: Pace) -> None:
    at = gathered_at(written, pace, NOTICES)
    assert gathered_at(at, pace, NOTICES) == at


@given(MOMENTS, st.sampled_from(PACES), st.booleans())
def test_gathering_keeps_back_neither_a_deadline_nor_what_must_reach(
    written: datetime, pace: Pace, must: bool
) -> None:
    held = gathered_at(written, pace, NOTICES)
    deadline = None if must else held.date()
    said = {"deadline": deadline, "must_reach": must}
    assert may_go_at(written, NOTICES, **said, held_until=held) == may_go_at(written, NOTICES, **said)  # type: ignore[arg-type]


@given(MOMENTS, st.sampled_from(PACES))
def test_all_else_waits_for_its_moment_and_then_for_a_decent_hour(written: datetime, pace: Pace) -> None:
    held = gathered_at(written, pace, NOTICES)
    goes = may_go_at(written, NOTICES, held_until=held)
    assert goes >= held
    assert goes == may_go_at(held, NOTICES)


@pytest.mark.parametrize(
    ("via", "kind", "channels"),
    [
        ("", "right_found", ("chat", "email")),
        ("email", "right_found", ("chat", "email")),
        ("sms", "right_found", ("chat", "sms")),
        ("push", "right_found", ("chat", "email")),  # until a browser is there
        ("page", "right_found", ("chat",)),
        ("sms", "decision_made", ("chat", "sms")),
        ("page", "decision_made", ("chat", "email")),  # law wants it sent
    ],
)
def test_the_channel_is_the_chosen_one_where_it_may_be(
    via: Via, kind: str, channels: tuple[str, ...]
) -> None:
    assert as_wanted(Telling(("chat", "email")), BOTH, ToldHow(via=via), kind).channels == channels


@given(st.sampled_from(VIAS), st.sampled_from(KINDS), st.booleans(), st.booleans())
def test_a_choice_opens_nothing_and_never_silences_what_law_wants(
    via: Via, kind: str, email: bool, mobile: bool
) -> None:
    person = Person("a", email="a@post.example" if email else "", mobile="+4793456789" if mobile else "")
    for closed in (Telling(), Telling(("chat",)), Telling(silent="dead"), Telling(by_hand="reserved")):
        assert as_wanted(closed, person, ToldHow(via=via), kind) == closed
    if email or mobile:
        how = as_wanted(
            Telling(("chat", "email" if email else "sms")), person, ToldHow("weekly", via), "decision_made"
        )
        assert how.notice == ("sms" if (via == "sms" and mobile) or not email else "email")


def test_the_chosen_language_comes_before_the_registers() -> None:
    assert in_their_language(BOTH, ToldHow(language="en")).language == "en"
    assert in_their_language(BOTH, ToldHow()).language == "nb"


@pytest.mark.parametrize("kind", KINDS)
def test_what_law_demands_and_what_has_a_deadline_is_never_gathered(kind: str) -> None:
    assert is_urgent(kind, {"items": [{"deadline": "2026-12-01"}]})
    assert is_urgent("decision_made", {})
    assert not is_urgent("right_found", {"items": [{"deadline": None}]})


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Du har 3 meldinger fra E. Logg inn for å lese dem."),
        ("en", "You have 3 messages from E. Log in to read them."),
    ],
)
def test_a_gathered_notice_says_how_many_and_nothing_else(language: str, said: str) -> None:
    assert write("right_found", "sms", language, {}, "E", count=3).body == said


@pytest.mark.parametrize(
    ("via", "kind", "browsers", "channels"),
    [
        ("", "right_found", 1, ("chat", "push")),
        ("push", "right_found", 1, ("chat", "push")),
        ("push", "right_found", 0, ("chat", "email")),
        ("sms", "right_found", 1, ("chat", "email")),  # as was chosen before it comes here
        ("push", "decision_made", 1, ("chat", "email")),
    ],
)
def test_browsers_are_told_where_that_is_wanted(
    via: Via, kind: str, browsers: int, channels: tuple[str, ...]
) -> None:
    how = in_browsers(Telling(("chat", "email")), ToldHow(via=via), kind, browsers)
    assert how.channels == channels
