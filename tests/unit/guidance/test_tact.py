"""Whom not to disturb and what not to reveal, as a table of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.guidance import tact
from assistant.guidance.people import Person
from assistant.guidance.tact import Telling, contact_holds, may_go
from rules import Catalogue, Matter

RULES = Catalogue.load().tact

ON = date(2026, 9, 1)
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
    mobile="+4793456789",
    language="nb",
)
LISE = Person(
    id="lise", first_name="Lise", alive=True, resident=True, born=date(2024, 3, 1), protected=False, home="A"
)
OLA = replace(KARI, id="ola", first_name="Ola", home="A")


def telling(
    person: Person, subject: Person | None, others: list[Person], on: date, *, party: bool = False
) -> Telling:
    """How Kari is told that a child has a right to a reduced fee."""
    matter = Matter("kindergarten.reduced_fee", "right", "right_found", party)
    return tact.telling(RULES, person, subject, others, matter, on)


def test_a_parent_is_told_in_the_chat_and_by_one_notice() -> None:
    assert telling(KARI, LISE, [OLA], ON) == Telling(("chat", "email"))
    assert telling(replace(KARI, email=""), LISE, [OLA], ON) == Telling(("chat", "sms"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"alive": False}, "dead"),
        ({"resident": False}, "not_resident"),
        ({"born": date(2011, 9, 2)}, "child"),
    ],
)
def test_who_is_not_told_at_all(changed: dict[str, object], why: str) -> None:
    how = telling(replace(KARI, **changed), LISE, [OLA], ON)  # type: ignore[arg-type]
    assert (how.channels, how.by_hand, how.silent) == ((), None, why)


def test_a_fifteen_year_old_is_told() -> None:
    assert telling(replace(KARI, born=date(2011, 9, 1)), LISE, [OLA], ON).channels == ("chat", "email")


def test_nothing_is_told_about_a_dead_child() -> None:
    assert telling(KARI, replace(LISE, alive=False), [OLA], ON).silent == "subject_dead"


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"alive": None}, "person_unknown"),
        ({"resident": None}, "person_unknown"),
        ({"born": None}, "person_unknown"),
        ({"protected": True}, "protected"),
        ({"protected": None}, "protected"),
        ({"reserved": None}, "reservation_unknown"),
        ({"may_be_notified": False}, "may_not_be_notified"),
        ({"may_be_notified": None}, "may_not_be_notified"),
        ({"verified_on": None}, "contact_too_old"),
        ({"verified_on": date(2025, 2, 28)}, "contact_too_old"),
        ({"email": "", "mobile": ""}, "no_address"),
    ],
)
def test_who_finds_it_in_the_chat_but_is_sent_nothing(changed: dict[str, object], because: str) -> None:
    how = telling(replace(KARI, **changed), LISE, [OLA], ON)  # type: ignore[arg-type]
    assert how == Telling(("chat",), because=(because,))


def test_who_has_reserved_against_electronic_messages_is_told_by_hand() -> None:
    how = telling(replace(KARI, reserved=True), LISE, [OLA], ON)
    assert (how.channels, how.by_hand) == ((), "reserved")


@pytest.mark.parametrize(
    ("kari", "lise", "ola", "expected"),
    [
        # protected?, home: of Kari, who is to be told; of the child; of the other parent
        ((False, "A"), (False, "A"), (True, "B"), "by_hand"),
        ((False, "B"), (True, "A"), (True, "A"), "by_hand"),
        ((False, "B"), (True, "A"), (False, "A"), "by_hand"),
        ((True, "B"), (True, "A"), (True, "A"), "by_hand"),
        ((True, None), (True, None), (False, "B"), "by_hand"),
        ((True, "A"), (True, "A"), (False, "B"), "chat"),
        ((True, "A"), (False, "A"), (False, "B"), "chat"),
        ((True, "A"), (True, "A"), (True, "A"), "chat"),
        ((False, "A"), (True, "A"), (False, "B"), "notice"),
        ((False, "A"), (False, "A"), (False, "B"), "notice"),
        ((False, "A"), (None, "A"), (False, "A"), "by_hand"),
    ],
)
def test_nobody_is_told_where_somebody_protected_lives_elsewhere(
    kari: tuple[bool, str | None],
    lise: tuple[bool | None, str | None],
    ola: tuple[bool, str | None],
    expected: str,
) -> None:
    def as_they_are(person: Person, state: tuple[bool | None, str | None]) -> Person:
        return replace(person, protected=state[0], home=state[1])

    how = telling(as_they_are(KARI, kari), as_they_are(LISE, lise), [as_they_are(OLA, ola)], ON)
    if expected == "by_hand":
        assert how.channels == ()
        assert how.by_hand in ("protected_other", "protection_unknown")
    else:
        assert how.channels == (("chat",) if expected == "chat" else ("chat", "email"))


def test_a_party_hears_of_their_own_case_or_is_told_by_hand() -> None:
    protected = replace(OLA, protected=True, home="B")
    assert telling(KARI, LISE, [protected], ON, party=True).channels == ("chat", "email")
    assert telling(KARI, replace(LISE, alive=False), [], ON, party=True).by_hand == "subject_dead_party"
    assert telling(replace(KARI, resident=False), LISE, [], ON, party=True).channels == ("chat", "email")
    assert telling(replace(KARI, alive=False), LISE, [], ON, party=True).silent == "dead"
    assert telling(replace(KARI, reserved=True), LISE, [], ON, party=True).by_hand == "reserved"


@pytest.mark.parametrize(
    ("verified_on", "holds"),
    [
        (date(2026, 9, 1), True),
        (date(2025, 3, 1), True),
        (date(2025, 2, 28), False),
        (date(2024, 9, 1), False),
    ],
)
def test_contact_information_holds_eighteen_months(verified_on: date, holds: bool) -> None:
    assert contact_holds(verified_on, ON) is holds


def test_one_notice_stands_in_for_the_other_but_not_for_silence() -> None:
    assert may_go("sms", Telling(("chat", "email")))
    assert not may_go("sms", Telling(("chat",)))
    assert may_go("email", Telling(("chat", "sms")))
    assert not may_go("email", Telling(("chat",)))
