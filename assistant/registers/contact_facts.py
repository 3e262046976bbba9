"""From the contact register to facts: language, addresses, reservation, and whether one may be notified.

eForvaltningsforskriften § 32: an address that has been neither changed nor confirmed for 18 months is not
used to notify. It stops by itself on that day, so nobody has to ask the register again in time.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from assistant.config import local_date
from assistant.registers.contact import ACTIVE, Address, Contact
from assistant.registers.population_facts import person_ref
from assistant.twin.facts import Span, Statement

MONTHS_AN_ADDRESS_LASTS = 18
LANGUAGES = frozenset({"nb", "nn", "en", "se"})


def statements_from_contact(contact: Contact) -> tuple[Statement, ...]:
    """All facts of one person. Somebody who is not in the register has no address and has not reserved."""
    person = person_ref(contact.identifier)
    absent = contact.status != ACTIVE
    known = [address for address in (contact.email, contact.mobile) if address is not None and not absent]
    confirmed = max((one.confirmed_on for one in known if one.confirmed_on is not None), default=None)
    language = contact.language if contact.language in LANGUAGES else None
    reserved = contact.reserved if contact.reserved is not None else (False if absent else None)
    return (
        Statement(person, "person.email", _usable(None if absent else contact.email)),
        Statement(person, "person.mobile", _usable(None if absent else contact.mobile)),
        Statement(person, "person.language", (Span(language),) if language else ()),
        Statement(person, "person.reserved", _reserved(contact, reserved)),
        Statement(
            person, "person.contact_verified_on", (Span(confirmed.isoformat() if confirmed else None),)
        ),
        Statement(person, "person.may_be_notified", _may_be_notified(contact, known)),
    )


def _reserved(contact: Contact, reserved: bool | None) -> tuple[Span, ...]:
    """Whether somebody has reserved (§ 9), and since which day where the register tells."""
    if reserved and contact.reserved_at is not None:
        since = local_date(contact.reserved_at)
        return (Span(False, None, since), Span(True, since))
    return () if reserved is None else (Span(reserved),)


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day.

    >>> months_later(date(2025, 8, 31), 18)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expires_on(address: Address) -> date | None:
    """The first day the address may no longer be used; None where nobody knows when confirmed."""
    if address.confirmed_on is None:
        return None
    return months_later(address.confirmed_on, MONTHS_AN_ADDRESS_LASTS)


def _usable(address: Address | None) -> tuple[Span, ...]:
    if address is None:
        return (Span(None),)
    until = expires_on(address)
    if until is None:
        return (Span(address.value),)
    confirmed = address.confirmed_on.isoformat() if address.confirmed_on else None
    return (Span(address.value, None, until, {"confirmed_on": confirmed}), Span(None, until))


def _may_be_notified(contact: Contact, known: list[Address]) -> tuple[Span, ...]:
    """§ 32 by date. The register's own "no" always counts; its "yes" does not make an old address young."""
    if contact.notifiable is False or contact.reserved or not known:
        return (Span(False),)
    ends = [until for one in known if (until := expires_on(one)) is not None]
    if not ends:
        # No day of confirmation was given: only the register itself can say, and it may not have.
        return (Span(True),) if contact.notifiable else ()
    return (Span(True, None, max(ends)), Span(False, max(ends)))
