"""Whom not to disturb, what not to reveal, and which ways to a person are open: pure rules, no I/O.

Law: eForvaltningsforskriften (FOR-2004-06-25-988) § 8 (notice to the registered address), § 9 (reservation),
§ 32 (contact information not confirmed for 18 months is not used).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.guidance.people import Person
from assistant.twin.household import full_years

CONTACT_HOLDS_MONTHS = 18  # § 32
SPEAKS_FOR_ITSELF_AT = 15  # years; younger children are told through those who have parental responsibility

Silence = Literal["dead", "subject_dead", "not_resident", "child", "not_concerned"]
ByHand = Literal["reserved", "protected_other", "protection_unknown", "subject_dead"]


@dataclass(frozen=True)
class Telling:
    """How somebody may be told: by these channels, or by hand (and why), or not at all (and why).

    `chat` also stands for the pages a person opens by own will. `notice` channels only say that a message is
    waiting there. `because` says what closed a channel, for those who ask.
    """

    channels: tuple[str, ...] = ()
    by_hand: ByHand | None = None
    silent: Silence | None = None
    because: tuple[str, ...] = ()

    @property
    def notice(self) -> str | None:
        """The channel that says a message is waiting, if any."""
        return next((channel for channel in self.channels if channel != "chat"), None)


def telling(
    person: Person, subject: Person, others: Iterable[Person], on: date, *, party: bool = False
) -> Telling:
    """How `person` may be told something about `subject`; `others` are those the matter may touch.

    Nothing goes to the dead or about the dead: a letter about a fee to parents in grief is for a human to
    think of. Where somebody in the matter has a protected address and does not verifiably live with the
    person, a machine says nothing at all, because even a kindergarten's name can lead to a door.

    A `party` is told of the case they opened themselves: of what they know already, nothing is held back, and
    what cannot be sent is handed to a human, for a party has a right to hear (forvaltningsloven § 27).
    """
    if person.alive is False:
        return Telling(silent="dead")
    if subject.alive is False:
        return Telling(by_hand="subject_dead") if party else Telling(silent="subject_dead")
    if person.resident is False and not party:
        return Telling(silent="not_resident")
    if person.born is not None and full_years(person.born, on) < SPEAKS_FOR_ITSELF_AT:
        return Telling(silent="child")
    touched = [] if party else [one for one in (subject, *others) if one.id != person.id]
    if any(one.protected and not _live_together(person, one) for one in touched):
        return Telling(by_hand="protected_other")
    if subject.protected is None and not party:
        return Telling(by_hand="protection_unknown")
    if person.reserved:
        return Telling(by_hand="reserved")
    closed = tuple(_what_closes_notices(person, on))
    if closed:
        return Telling(("chat",), because=closed)
    return Telling(("chat", "email" if person.email else "sms"))


def may_go(channel: str, how: Telling) -> bool:
    """Whether a channel is open; SMS also stands in where email was chosen and could not arrive."""
    return channel in how.channels or (channel == "sms" and how.notice is not None)


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
