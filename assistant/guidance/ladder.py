"""The ladder: chat, then a notice, a week later a second one, and a letter where no notice can reach. Pure.

eForvaltningsforskriften (FOR-2004-06-25-988) § 8 third paragraph: word that a decision has been made is sent to an
address of the register. Fifth paragraph: who has not opened it within a week is told once more, in the same way.
It asks for no third notice and for no letter after the second, so there is none. A letter is for those whom no notice
can reach: the reserved (§ 9), and those without an address that may be used or that takes it (§ 32;
forvaltningsloven §§ 16 and 27, word of a decision is as a rule given in writing).

Every step stops where the thing has been read, withdrawn or is past its day; what law wants sent goes though it was
read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from assistant.guidance.people import Person
from assistant.guidance.tact import Telling

MUST_REACH = frozenset(
    {
        "decision_made",
        "flag_renewed",
        "flag_set",
        "appeal_settled",
        "advance_notice",
        "decision_reversed",
        "request_answered",
    }
)
"""Kinds of which the law wants a notice sent: eForvaltningsforskriften § 8 third paragraph; of an answered request
the General Data Protection Regulation article 12 nos. 3 and 4, which ask no more than that the person is informed."""

TOLD_TWICE = MUST_REACH - {"request_answered"}
"""Kinds told of once more to somebody who has not opened it within a week (eForvaltningsforskriften § 8 fifth
paragraph)."""

SECOND_NOTICE_AFTER_DAYS = 7

FIRST, SECOND = 1, 2
"""The `notice` of a message: the first of something, or the second where it was not opened within a week."""

Notice = Literal["email", "sms"]
Step = Literal["email", "sms", "letter"]

CLOSED_FOR_NOW = frozenset({"told_with_another", "answers_at_once", "only_on_the_page"})
"""Why there may be no notice though there is an address: the person hears of it some other way."""


def needs_a_letter(kind: str, how: Telling) -> bool:
    """Whether law wants it sent to somebody who has it in the chat, and whom no notice can reach.

    >>> needs_a_letter("decision_made", Telling(("chat",), because=("contact_too_old",)))
    True
    >>> needs_a_letter("right_found", Telling(("chat",), because=("contact_too_old",)))
    False
    """
    closed = bool(how.because) and not CLOSED_FOR_NOW.intersection(how.because)
    return kind in MUST_REACH and bool(how.channels) and how.notice is None and closed


def after_failure(kind: str, tried: Collection[str], person: Person, how: Telling) -> Step | None:
    """What follows a notice that cannot arrive: the other address, a letter where law wants it, or nothing.

    `tried`: the channels the thing has been told by, the one that failed among them.
    """
    if how.notice is not None:
        for other, address in _addresses(person):
            if address and other not in tried:
                return other
    return "letter" if kind in MUST_REACH else None


def is_told_twice(kind: str, notice: int) -> bool:
    """Whether somebody is to look, a week after the notice went, that the thing has been opened."""
    return kind in TOLD_TWICE and notice == FIRST


def second_notice_on(sent: date) -> date:
    """The day on which what was told of then, and is unopened, is told of once more.

    >>> second_notice_on(date(2026, 11, 3))
    datetime.date(2026, 11, 10)
    """
    return sent + timedelta(days=SECOND_NOTICE_AFTER_DAYS)


def second_notice(channel: str, person: Person, how: Telling) -> str:
    """By which channel the second notice goes: a text where the first was an email, else the same way again."""
    return "sms" if channel == "email" and person.mobile and how.notice else channel


def _addresses(person: Person) -> tuple[tuple[Notice, str], ...]:
    return (("email", person.email), ("sms", person.mobile))
