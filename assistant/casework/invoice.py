"""The invoice basis of a month: for each place its fee before and after reduction, and food beside it.

Food is never reduced (FOR-2005-12-16-1478 § 1). Nothing of income, household or reasons is in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.casework import wording
from assistant.casework.flags import Flag
from assistant.casework.period import Period, next_month

ZERO = Decimal(0)


class NoSuchMonth(ValueError):
    """The text is no month."""


@dataclass(frozen=True)
class Place:
    """A kindergarten place as the municipality's system has it that month. Amounts are NOK a month."""

    place_number: str
    kindergarten: str
    price: Decimal
    food: Decimal


@dataclass(frozen=True)
class InvoiceLine:
    """What to bill for a place in a month, NOK. `flag`: the flag that lowers the fee; empty: full price."""

    place_number: str
    kindergarten: str
    fee_before: Decimal
    fee_after: Decimal
    food: Decimal
    flag: str

    @property
    def total(self) -> Decimal:
        return self.fee_after + self.food

    def as_json(self) -> dict[str, Any]:
        return {
            "place_number": self.place_number,
            "fee_before": str(self.fee_before),
            "fee_after": str(self.fee_after),
            "food": str(self.food),
            "total": str(self.total),
            "flag": self.flag or None,
        }


@dataclass(frozen=True)
class KindergartenBasis:
    kindergarten: str
    lines: tuple[InvoiceLine, ...]

    @property
    def fee_before(self) -> Decimal:
        return sum((line.fee_before for line in self.lines), ZERO)

    @property
    def fee_after(self) -> Decimal:
        return sum((line.fee_after for line in self.lines), ZERO)

    @property
    def food(self) -> Decimal:
        return sum((line.food for line in self.lines), ZERO)

    def as_json(self) -> dict[str, Any]:
        return {
            "kindergarten": self.kindergarten,
            "fee_before": str(self.fee_before),
            "fee_after": str(self.fee_after),
            "food": str(self.food),
            "lines": [line.as_json() for line in self.lines],
        }


def month_of(text: str) -> Period:
    """The month 'YYYY-MM' means. Raises `NoSuchMonth`.

    >>> month_of("2026-12").valid_to
    datetime.date(2027, 1, 1)
    """
    try:
        first = date.fromisoformat(f"{text}-01")
        return Period(first, next_month(first))
    except ValueError:  # also the last month of the calendar, which nothing follows
        raise NoSuchMonth(f"{text!r} is no month: write it as 2026-08") from None


def month_name(text: str, language: str) -> str:
    """'august 2026', in the language. Raises `NoSuchMonth`."""
    return wording.month(month_of(text).valid_from, language)


def invoice_basis(
    places: Iterable[Place], flags: Iterable[Flag], month: Period
) -> tuple[KindergartenBasis, ...]:
    """The basis of a month by kindergarten. A place without a flag that holds in it is billed its full price.

    A flag counts for each month it holds a day of; decisions begin on the first of a month unless the
    place itself begins later. A fee never becomes higher than the price.
    """
    holding: dict[str, Flag] = {}
    for flag in sorted(flags, key=lambda flag: flag.sequence):
        if flag.period.overlaps(month):
            holding[flag.place_number] = flag
    by_kindergarten: dict[str, list[InvoiceLine]] = {}
    for place in sorted(places, key=lambda place: (place.kindergarten, place.place_number)):
        reduced = holding.get(place.place_number)
        line = InvoiceLine(
            place_number=place.place_number,
            kindergarten=place.kindergarten,
            fee_before=place.price,
            fee_after=place.price if reduced is None else min(place.price, reduced.monthly_amount),
            food=place.food,
            flag="" if reduced is None else reduced.id,
        )
        by_kindergarten.setdefault(place.kindergarten, []).append(line)
    return tuple(KindergartenBasis(name, tuple(lines)) for name, lines in by_kindergarten.items())


COLUMNS = ("kindergarten", "place_number", "fee_before", "fee_after", "food", "total", "flag")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def as_csv(basis: Sequence[KindergartenBasis], headings: Mapping[str, str] | None = None) -> str:
    """The basis as CSV (RFC 4180) with a heading row; amounts with a point, no thousands mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell((headings or {}).get(column, column)) for column in COLUMNS])
    for kindergarten in basis:
        for line in kindergarten.lines:
            row = [
                line.kindergarten,
                line.place_number,
                str(line.fee_before),
                str(line.fee_after),
                str(line.food),
                str(line.total),
                line.flag,
            ]
            writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue()
