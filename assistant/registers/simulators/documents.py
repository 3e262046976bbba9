"""Making person documents for a simulated population register, and changing them as the register would.

Pure: each function gives a new document. What was current gets its end and stays as history; a mistake put
right stays without an end, as in the real register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from assistant.config import OSLO

Document = dict[str, Any]

SOURCE = "KILDE_VARDE_OPPDIKTET"
LISTS = (
    "falskIdentitet",
    "identitetsgrunnlag",
    "deltBosted",
    "familierelasjon",
    "sivilstand",
    "doedsfall",
    "navn",
    "adressebeskyttelse",
    "bostedsadresse",
    "oppholdsadresse",
    "foreldreansvar",
    "statsborgerskap",
)


@dataclass(frozen=True)
class Home:
    """A dwelling in a made-up municipality."""

    municipality: str
    street: str
    street_code: str
    house: str
    unit: str
    postal_code: str
    town: str


def moment(day: date) -> str:
    """The beginning of a Norwegian day, as the register writes moments."""
    return datetime.combine(day, time(), OSLO).astimezone(UTC).isoformat().replace("+00:00", "Z")


def element(starts: date | None, entered: date, **fields: Any) -> dict[str, Any]:
    return {
        "ajourholdstidspunkt": moment(entered),
        "erGjeldende": True,
        "kilde": SOURCE,
        "aarsak": None,
        "gyldighetstidspunkt": moment(starts) if starts else None,
        "opphoerstidspunkt": None,
        **fields,
    }


def person(identifier: str, born: date, entered: date) -> Document:
    """Somebody resident, of whom no more is registered than number, birth and status."""
    number = element(
        born, entered, foedselsEllerDNummer=identifier, status="iBruk", identifikatortype="foedselsnummer"
    )
    birth = element(born, entered, foedselsdato=born.isoformat(), foedselsaar=str(born.year), foedeland="NOR")
    made: Document = dict.fromkeys(LISTS)
    made["identifikasjonsnummer"] = [number]
    made["status"] = [element(born, entered, status="bosatt")]
    made["foedsel"] = [birth]
    return made


def with_name(document: Document, first: str, last: str, since: date, entered: date) -> Document:
    return _next(document, "navn", element(since, entered, fornavn=first, mellomnavn=None, etternavn=last))


def living_at(
    document: Document, home: Home, since: date, entered: date, *, grading: str = "ugradert"
) -> Document:
    """Moved to a dwelling that day."""
    moved = element(
        since,
        entered,
        vegadresse=_road(home),
        matrikkeladresse=None,
        ukjentBosted=None,
        adressegradering=grading,
        flyttedato=since.isoformat(),
    )
    return _next(document, "bostedsadresse", moved)


def protected(document: Document, level: str, since: date) -> Document:
    """`level`: fortrolig or strengtFortrolig. The address is graded likewise."""
    made = _next(document, "adressebeskyttelse", element(since, since, graderingsnivaa=level))
    for address in made["bostedsadresse"] or ():
        if address["erGjeldende"]:
            address["adressegradering"] = level
    return made


def with_marital_status(
    document: Document, status: str, since: date, entered: date, spouse: str | None = None
) -> Document:
    """`status` in the register's words: ugift, gift, separert …"""
    made = element(
        since,
        entered,
        sivilstand=status,
        sivilstandsdato=since.isoformat(),
        relatertVedSivilstand=spouse,
    )
    return _next(document, "sivilstand", made)


def related(document: Document, other: str, role: str, mine: str, since: date, entered: date) -> Document:
    """`role`: what the other is to this person (mor, far, medmor, barn); `mine`: the opposite."""
    made = element(since, entered, relatertPerson=other, relatertPersonsRolle=role, minRolleForPerson=mine)
    return _added(document, "familierelasjon", made)


def responsible(
    document: Document, kind: str, child: str, holder: str, since: date, entered: date
) -> Document:
    """Parental responsibility, as it stands in the child's and in the holder's document alike."""
    made = element(since, entered, ansvar=kind, ansvarssubjekt=child, ansvarlig=holder)
    return _added(document, "foreldreansvar", made)


def sharing_residence(document: Document, other_home: Home, since: date, entered: date) -> Document:
    """A child that lives with both parents in turn; `other_home` is the one it is not registered at."""
    made = element(
        since,
        entered,
        startdatoForKontrakt=since.isoformat(),
        sluttdatoForKontrakt=None,
        vegadresse=_road(other_home),
        adressegradering="ugradert",
    )
    return _next(document, "deltBosted", made)


def dead(document: Document, died: date, entered: date) -> Document:
    made = _next(document, "doedsfall", element(died, entered, doedsdato=died.isoformat()))
    return _next(made, "status", element(entered, entered, status="doed"))


def alive_after_all(document: Document, entered: date) -> Document:
    """A death registered by mistake, annulled."""
    made = deepcopy(document)
    for death in made["doedsfall"] or ():
        death["erGjeldende"] = False
    for status in made["status"]:
        status["erGjeldende"] = status["status"] != "doed"
        if status["erGjeldende"]:
            status["opphoerstidspunkt"] = None
        status["ajourholdstidspunkt"] = moment(entered)
    return made


def _road(home: Home) -> Mapping[str, Any]:
    return {
        "kommunenummer": home.municipality,
        "bruksenhetsnummer": home.unit,
        "bruksenhetstype": "bolig",
        "adressenavn": home.street,
        "adressenummer": {"husnummer": home.house, "husbokstav": None},
        "adressekode": home.street_code,
        "adressetilleggsnavn": None,
        "poststed": {"poststedsnavn": home.town, "postnummer": home.postal_code},
        "coAdressenavn": None,
    }


def _added(document: Document, name: str, made: dict[str, Any]) -> Document:
    changed = deepcopy(document)
    changed[name] = [*(changed.get(name) or ()), made]
    return changed


def _next(document: Document, name: str, made: dict[str, Any]) -> Document:
    """What counted until now ends where the new element begins."""
    changed = deepcopy(document)
    for earlier in _current(changed.get(name)):
        earlier["erGjeldende"] = False
        earlier["opphoerstidspunkt"] = made["gyldighetstidspunkt"]
    changed[name] = [made, *(changed.get(name) or ())]
    return changed


def _current(found: Iterable[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [one for one in found or () if one["erGjeldende"]]
