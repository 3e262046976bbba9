"""The invoice basis of a month: for each place its fee before and after reduction, and food beside it.

Food is never reduced (FOR-2005-12-16-1478 § 1). Nothing of income, household or reasons is in it.

A month's own lines are what was known before the month was over. What becomes known later is a correction: a line of
its own in the month in which it became known. So no sum that was billed changes afterwards, and all months together
come to what is right.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
class Correction:
    """The fee of a place in a month that is over, as it was billed and as it is now known to be, NOK."""

    place_number: str
    kindergarten: str
    month: str  # '2026-11'
    before: Decimal
    after: Decimal
    flag: str

    @property
    def difference(self) -> Decimal:
        """What is to be billed (positive) or paid back (negative)."""
        return self.after - self.before

    def as_json(self) -> dict[str, Any]:
        return {
            "place_number": self.place_number,
            "month": self.month,
            "before": str(self.before),
            "after": str(self.after),
            "difference": str(self.difference),
            "flag": self.flag or None,
        }


@dataclass(frozen=True)
class KindergartenBasis:
    """A kindergarten's lines of the month, and corrections of earlier months. `total` is the sum of all lines."""

    kindergarten: str
    lines: tuple[InvoiceLine, ...]
    corrections: tuple[Correction, ...] = ()

    @property
    def corrected(self) -> Decimal:
        return sum((one.difference for one in self.corrections), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO) + self.corrected

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
            "corrected": str(self.corrected),
            "total": str(self.total),
            "lines": [line.as_json() for line in self.lines],
            "corrections": [one.as_json() for one in self.corrections],
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


def corrections(
    places: Iterable[Place], billed: Iterable[Flag], known: Iterable[Flag], month: Period
) -> tuple[Correction, ...]:
    """What differs for a month that is over between the flags it was billed by and those that hold now."""
    before = {line.place_number: line for one in invoice_basis(places, billed, month) for line in one.lines}
    return tuple(
        Correction(
            line.place_number,
            line.kindergarten,
            f"{month.valid_from:%Y-%m}",
            before[line.place_number].fee_after,
            line.fee_after,
            line.flag,
        )
        for one in invoice_basis(places, known, month)
        for line in one.lines
        if line.fee_after != before[line.place_number].fee_after
    )


def with_corrections(
    basis: Iterable[KindergartenBasis], found: Iterable[Correction]
) -> tuple[KindergartenBasis, ...]:
    """The basis with each correction at its kindergarten, the oldest month first.

    A kindergarten that has nothing else this month is there for its corrections alone.
    """
    whole = {one.kindergarten: one for one in basis}
    for one in sorted(found, key=lambda one: (one.month, one.place_number)):
        at = whole.get(one.kindergarten, KindergartenBasis(one.kindergarten, ()))
        whole[one.kindergarten] = replace(at, corrections=(*at.corrections, one))
    return tuple(whole[name] for name in sorted(whole))


def months_before(first: date, month: Period) -> tuple[Period, ...]:
    """The months from that day's up to, and without, `month`.

    >>> [str(one.valid_from) for one in months_before(date(2026, 10, 15), month_of("2026-12"))]
    ['2026-10-01', '2026-11-01']
    """
    found = []
    begins = first.replace(day=1)
    while begins < month.valid_from:
        found.append(Period(begins, next_month(begins)))
        begins = next_month(begins)
    return tuple(found)


COLUMNS = (
    *("kindergarten", "place_number", "fee_before", "fee_after", "food", "total", "flag"),
    *("kind", "month", "billed", "corrected_to"),
)
"""`total` is what the row comes to: the sum of the column is the sum to bill. Of a correction it is the difference
between `billed` and `corrected_to`, for its own `month`; the fees of the month itself are empty there."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def as_csv(
    basis: Sequence[KindergartenBasis], month: str = "", headings: Mapping[str, str] | None = None
) -> str:
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
                "month",
                month,
                "",
                "",
            ]
            writer.writerow([safe_cell(cell) for cell in row])
        for one in kindergarten.corrections:
            plain = [one.kindergarten, one.place_number, one.flag, one.month]
            name, place, flag, of_month = (safe_cell(cell) for cell in plain)
            amounts = [str(one.before), str(one.after)]
            # The difference may be negative: a number of ours, and no formula of anybody's.
            writer.writerow(
                [name, place, "", "", "", str(one.difference), flag, "correction", of_month, *amounts]
            )
    return out.getvalue()
