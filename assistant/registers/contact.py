"""The contact and reservation register (KRR): how a person can be reached, and in which language.

Interface: docs.digdir.no, Kontaktregisteret; the base URL ends in `/rest/v2` (or `/rest/v1`). Identity
numbers go in the body, at most a thousand at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assistant.config import local_date
from assistant.registers.errors import MalformedAnswer
from assistant.registers.reading import Fields
from assistant.registers.transport import Transport

REGISTER = "contact_register"
SCOPE = "krr:global/kontaktinformasjon.read"
MOST_PERSONS = 1000

ACTIVE = "AKTIV"
STATUSES = (ACTIVE, "SLETTET", "IKKE_REGISTRERT")
"""The code list of `status`: in the register, deleted from it, never in it."""


@dataclass(frozen=True)
class Address:
    """An email address or mobile number and the Norwegian day its owner last changed or confirmed it."""

    value: str = field(repr=False)
    confirmed_on: date | None = None


@dataclass(frozen=True)
class Postbox:
    """A digital postbox: its address, the organisation that keeps it, and the certificate to seal letters for."""

    address: str = field(repr=False)
    provider: str
    certificate: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Contact:
    """What the register says of one person. `notifiable`: its own word on notifying, or None.

    `reserved_at`: since when; only of somebody who has reserved. The postbox is read and not kept.
    """

    identifier: str = field(repr=False)
    status: str
    reserved: bool | None
    notifiable: bool | None
    email: Address | None
    mobile: Address | None
    language: str | None
    reserved_at: datetime | None = None
    reservation_updated_at: datetime | None = None
    language_updated_at: datetime | None = None
    postbox: Postbox | None = None


@dataclass(frozen=True)
class ContactClient:
    """Questions to the contact register. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    async def persons(self, identifiers: Sequence[str]) -> tuple[Contact, ...]:
        """What is known of each, in no particular order; asked in portions of a thousand."""
        found: list[Contact] = []
        for start in range(0, len(identifiers), MOST_PERSONS):
            portion = list(identifiers[start : start + MOST_PERSONS])
            answer = await self.transport.post(
                "/personer", "contact details", {"personidentifikatorer": portion}
            )
            said = read_contacts(answer.body)
            for index, one in enumerate(said):
                if one.identifier not in portion:
                    where = f"personer[{index}].personidentifikator"
                    raise MalformedAnswer(REGISTER, "contact details", where, "is not a person asked about")
            found += said
        return tuple(found)


def read_contacts(answer: Any) -> tuple[Contact, ...]:
    """The persons of an answer."""
    return tuple(_contact(one) for one in Fields.of(REGISTER, "contact details", answer).parts("personer"))


def _contact(one: Fields) -> Contact:
    details = one.part_or_none("kontaktinformasjon")
    return Contact(
        identifier=one.text("personidentifikator"),
        status=_status(one),
        reserved=_yes_or_no(one, "reservasjon", yes="JA", no="NEI"),
        notifiable=_yes_or_no(one, "varslingsstatus", yes="KAN_VARSLES", no="KAN_IKKE_VARSLES"),
        email=_address(details, "epostadresse"),
        mobile=_address(details, "mobiltelefonnummer"),
        language=one.text_or_none("spraak"),
        reserved_at=one.moment_or_none("reservasjonstidspunkt"),
        reservation_updated_at=one.moment_or_none("reservasjon_oppdatert"),
        language_updated_at=one.moment_or_none("spraak_oppdatert"),
        postbox=_postbox(one, details),
    )


def _status(one: Fields) -> str:
    status = one.text("status")
    if status not in STATUSES:
        raise one.fault("status", f"is none of {', '.join(STATUSES)}")
    return status


def _postbox(one: Fields, details: Fields | None) -> Postbox | None:
    """The table of attributes does not tell where these three stand: with the person or the contact details."""

    def text(name: str) -> str | None:
        return one.text_or_none(name) or (details.text_or_none(name) if details else None)

    address, provider = text("postkasseadresse"), text("postkasseleverandoeradresse")
    return Postbox(address, provider, text("sertifikat")) if address and provider else None


def _yes_or_no(one: Fields, name: str, *, yes: str, no: str) -> bool | None:
    value = one.text_or_none(name)
    if value not in (yes, no, None):
        raise MalformedAnswer(one.register, one.task, one.at(name), f"is neither {yes} nor {no}")
    return None if value is None else value == yes


def _address(details: Fields | None, name: str) -> Address | None:
    value = details.text_or_none(name) if details else None
    if details is None or value is None:
        return None
    moments = [
        moment
        for suffix in ("oppdatert", "sist_verifisert")
        if (moment := details.moment_or_none(f"{name}_{suffix}")) is not None
    ]
    latest: datetime | None = max(moments, default=None)
    return Address(value, local_date(latest) if latest else None)
