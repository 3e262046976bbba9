"""Whom not to disturb, what not to reveal, and which ways to a person are open: pure rules, no I/O.

What tact asks is decided by the rules of tact in the catalogue, with their tests. Which ways are open for a notice
follows from the contact register.

Law: eForvaltningsforskriften (FOR-2004-06-25-988) § 8 (notice to the registered address), § 9 (reservation),
§ 32 (contact information not confirmed for 18 months is not used).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.guidance.people import Person
from assistant.twin.household import full_years
from rules import Matter, Situation, TactRule, judge
from rules import Party as PartyOfTact

CONTACT_HOLDS_MONTHS = 18  # § 32
ON_PAPER = "reserved"
"""The rule of tact by which a human sends what would have been sent, unchanged: on paper."""


NEEDS_NO_ADDRESS = frozenset({"contact_too_old", "no_address", "not_theirs"})
"""What closes email and SMS, and not a browser the person has switched notices on in."""


@dataclass(frozen=True)
class Telling:
    """How somebody may be told: by these channels, or by hand (and why), or not at all (and why).

    `chat` also stands for the pages a person opens by own will. `notice` channels only say that a message is
    waiting there. `because` says what closed a channel, for those who ask. `silent` and `by_hand` are ids of
    rules of tact; `not_before` is the day one of them waits for.
    """

    channels: tuple[str, ...] = ()
    by_hand: str | None = None
    silent: str | None = None
    because: tuple[str, ...] = ()
    not_before: date | None = None

    @property
    def notice(self) -> str | None:
        """The channel that says a message is waiting, if any."""
        return next((channel for channel in self.channels if channel != "chat"), None)


def telling(
    rules: Sequence[TactRule],
    person: Person,
    subject: Person | None,
    others: Iterable[Person],
    matter: Matter,
    on: date,
) -> Telling:
    """How `person` may be told of a matter about `subject`; `others` are those the matter may touch.

    `subject` is None where it is no human being. A party is told of the case they opened themselves: of what
    they know already nothing is held back, and what cannot be sent is handed to a human, for a party has a
    right to hear (forvaltningsloven § 27).
    """
    verdict = judge(rules, _situation(person, subject, others, matter, on))
    if verdict is not None and verdict.way == "silent":
        return Telling(silent=verdict.rule)
    if verdict is not None and verdict.way == "by_hand":
        return Telling(by_hand=verdict.rule)
    not_before = verdict.until if verdict else None
    closed = tuple(_what_closes_notices(person, on))
    if closed:
        return Telling(("chat",), because=closed, not_before=not_before)
    return Telling(("chat", "email" if person.email else "sms"), not_before=not_before)


def _situation(
    person: Person, subject: Person | None, others: Iterable[Person], matter: Matter, on: date
) -> Situation:
    touched = [one for one in (*([subject] if subject else []), *others) if one.id != person.id]
    return Situation(
        today=on,
        person=_as_seen(person, on),
        subject=PartyOfTact() if subject is None else _as_seen(subject, on),
        matter=matter,
        own=subject is not None and subject.id == person.id,
        about_person=subject is not None,
        protected_elsewhere=any(one.protected and not _live_together(person, one) for one in touched),
    )


def _as_seen(person: Person, on: date) -> PartyOfTact:
    return PartyOfTact(
        alive=person.alive,
        resident=person.resident,
        age=None if person.born is None else full_years(person.born, on),
        reserved=person.reserved,
        protected=person.protected,
        represented=person.represented,
        lost_child_on=person.lost_child_on,
        lost_spouse_on=person.lost_spouse_on,
        marital_status=person.marital_status,
    )


def is_open_to(how: Telling) -> bool:
    """Whether the person may read of it on their own page: nothing that tact keeps from them."""
    return how.silent is None and how.by_hand in (None, ON_PAPER)


def may_go(channel: str, how: Telling) -> bool:
    """Whether a channel is open; of email and SMS one also stands in where the other could not arrive."""
    if channel == "push":
        return may_push(how)
    return channel in how.channels or (channel in ("email", "sms") and how.notice is not None)


def may_push(how: Telling) -> bool:
    """Whether a browser in which the person has asked for notices may be told: it needs no address of a register.

    >>> may_push(Telling(("chat",), because=("no_address",))), may_push(Telling(("chat",), because=("protected",)))
    (True, False)
    """
    return how.notice is not None or (
        "chat" in how.channels and bool(how.because) and NEEDS_NO_ADDRESS.issuperset(how.because)
    )


def _live_together(one: Person, other: Person) -> bool:
    return one.home is not None and one.home == other.home


def _what_closes_notices(person: Person, on: date) -> Iterable[str]:
    """Why nothing may be sent out to the person; the chat and the pages stay open."""
    if person.alive is None or person.resident is None or person.born is None:
        yield "person_unknown"
    if person.protected is None or person.protected:
        yield "protected"
    if person.reserved is None:
        yield "reservation_unknown"
    if person.may_be_notified is not True:
        yield "may_not_be_notified"
    if person.verified_on is None or not contact_holds(person.verified_on, on):
        yield "contact_too_old"
    if not person.email and not person.mobile:
        yield "no_address"


def contact_holds(verified_on: date, on: date) -> bool:
    """Whether contact information confirmed on a day may still be used (eForvaltningsforskriften § 32).

    >>> contact_holds(date(2025, 1, 31), date(2026, 7, 31))
    True
    >>> contact_holds(date(2025, 1, 31), date(2026, 8, 1))
    False
    """
    months = on.year * 12 + on.month - (verified_on.year * 12 + verified_on.month)
    if months != CONTACT_HOLDS_MONTHS:
        return months < CONTACT_HOLDS_MONTHS
    return on.day <= verified_on.day
