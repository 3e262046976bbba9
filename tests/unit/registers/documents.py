"""Person documents for tests: the register's shape, filled with made-up people."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.registers import PersonDocument
from assistant.registers.national_id import synthetic_ids

MOTHER = next(synthetic_ids(date(1990, 3, 4)))
FATHER = next(synthetic_ids(date(1988, 7, 9)))
CHILD = next(synthetic_ids(date(2022, 5, 6)))
OTHER = next(synthetic_ids(date(1991, 1, 2)))


def element(
    start: str | None = None,
    end: str | None = None,
    *,
    current: bool = True,
    entered: str = "2026-01-01T08:00:00Z",
    **fields: Any,
) -> dict[str, Any]:
    """One element of a list with history; `start` and `end` are moments."""
    return {
        "ajourholdstidspunkt": entered,
        "erGjeldende": current,
        "kilde": "KILDE_DSF",
        "aarsak": None,
        "gyldighetstidspunkt": start,
        "opphoerstidspunkt": end,
        **fields,
    }


def road(number: str = "1", *, unit: str | None = "H0101", municipality: str = "9999") -> dict[str, Any]:
    return {
        "kommunenummer": municipality,
        "bruksenhetsnummer": unit,
        "adressenavn": "Steinveien",
        "adressenummer": {"husnummer": number, "husbokstav": None},
        "adressekode": "1000",
        "poststed": {"poststedsnavn": "VARDEVIK", "postnummer": "9999"},
    }


def lives(number: str = "1", start: str | None = "2020-01-31T23:00:00Z", **more: Any) -> dict[str, Any]:
    grading = more.pop("grading", "ugradert")
    return element(start, vegadresse=road(number), adressegradering=grading, **more)


def relation(other: str | None, role: str, mine: str, **more: Any) -> dict[str, Any]:
    more.setdefault("start", "2022-05-05T22:00:00Z")
    return element(relatertPerson=other, relatertPersonsRolle=role, minRolleForPerson=mine, **more)


def person(identifier: str = CHILD, **parts: Any) -> PersonDocument:
    """A document with the parts given; the rest is null, as the register writes it."""
    content: dict[str, Any] = {
        "identifikasjonsnummer": [
            element(foedselsEllerDNummer=identifier, status="iBruk", identifikatortype="foedselsnummer")
        ],
        "status": [element("2022-05-05T22:00:00Z", status="bosatt")],
        "foedsel": [element(foedselsdato="2022-05-06", foedselsaar="2022")],
        "doedsfall": None,
        "familierelasjon": None,
        "sivilstand": None,
        "navn": None,
        "adressebeskyttelse": None,
        "bostedsadresse": None,
        "foreldreansvar": None,
        "deltBosted": None,
    }
    return PersonDocument(identifier, content | parts)
