"""Addresses of the population register: how they are shown, and a key that is equal for the same dwelling."""

from __future__ import annotations

from hashlib import sha256

from assistant.registers.reading import Fields

PROTECTION = {
    "ugradert": "none",
    "klientadresse": "confidential",  # a place of refuge or treatment: as good as confidential to others
    "fortrolig": "confidential",
    "strengtfortrolig": "strictly_confidential",
}


def protection_of(grading: str | None) -> str:
    """The grading of an address as `none`, `confidential` or `strictly_confidential`.

    A grading we do not know is taken for the strictest: to show an address too little does no harm.
    """
    if grading is None:
        return "none"
    return PROTECTION.get(grading.lower(), "strictly_confidential")


def municipality_of(address: Fields) -> str | None:
    """The number of the municipality of residence."""
    if road := address.part_or_none("vegadresse"):
        return road.text_or_none("kommunenummer")
    if plot := address.part_or_none("matrikkeladresse"):
        number = plot.part_or_none("matrikkelnummer")
        return (number or plot).text_or_none("kommunenummer")
    if unknown := address.part_or_none("ukjentBosted"):
        return unknown.text_or_none("bostedskommune")
    return None


def shown(address: Fields) -> str | None:
    """The address on one line, or None where the person has no known dwelling."""
    if road := address.part_or_none("vegadresse"):
        number = road.part_or_none("adressenummer")
        house = "" if number is None else _joined("", number, "husnummer", "husbokstav")
        street = " ".join(part for part in (road.text_or_none("adressenavn"), house) if part)
        return _with_place(street, road)
    if plot := address.part_or_none("matrikkeladresse"):
        number = plot.part_or_none("matrikkelnummer") or plot
        farm = "/".join(_number(number, name) for name in ("gaardsnummer", "bruksnummer"))
        return _with_place(plot.text_or_none("adressetilleggsnavn") or farm, plot)
    return None


def key_of(address: Fields) -> str | None:
    """Equal if and only if two addresses are the same dwelling; None where there is no known dwelling.

    Made from the address itself, not from the register's id of it: that id is missing in many documents. It
    is a digest, so that a key can be compared, logged and shown without telling where somebody lives.
    """
    if road := address.part_or_none("vegadresse"):
        street = road.text_or_none("adressekode") or (road.text_or_none("adressenavn") or "").casefold()
        number = road.part_or_none("adressenummer")
        house = (
            [] if number is None else [number.text_or_none("husnummer"), number.text_or_none("husbokstav")]
        )
        parts = ["road", road.text_or_none("kommunenummer"), street, *house]
        return _digest(*parts, road.text_or_none("bruksenhetsnummer"))
    if plot := address.part_or_none("matrikkeladresse"):
        number = plot.part_or_none("matrikkelnummer") or plot
        names = ("gaardsnummer", "bruksnummer", "festenummer")
        parts = ["plot", number.text_or_none("kommunenummer"), *(_number(number, name) for name in names)]
        return _digest(*parts, _number(plot, "undernummer"), plot.text_or_none("bruksenhetsnummer"))
    return None


def _digest(*parts: str | None) -> str:
    canonical = "|".join((part or "").strip().casefold() for part in parts)
    return sha256(canonical.encode()).hexdigest()[:32]


def _number(fields: Fields, name: str) -> str:
    value = fields.values.get(name)
    return "" if value in (None, 0) else str(value)


def _joined(between: str, fields: Fields, *names: str) -> str:
    return between.join(part for name in names if (part := fields.text_or_none(name)))


def _with_place(street: str, address: Fields) -> str:
    place = address.part_or_none("poststed")
    town = "" if place is None else _joined(" ", place, "postnummer", "poststedsnavn")
    return ", ".join(part for part in (street, town) if part)
