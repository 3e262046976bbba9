"""A month's invoice basis: what was known before the month was over, and what was corrected in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from assistant.casework import flags, invoice, places
from assistant.casework.flags import Flag
from assistant.casework.period import Period
from assistant.config import OSLO
from assistant.store import Transaction


@dataclass(frozen=True)
class MonthlyBasis:
    """`disclosed`: the flags the reader is told of by it."""

    kindergartens: tuple[invoice.KindergartenBasis, ...]
    disclosed: tuple[Flag, ...]


def _midnight(month: Period) -> tuple[datetime, datetime]:
    """When the month begins and when it is over, in Norway."""
    begins, ends = (datetime.combine(day, time(), OSLO) for day in (month.valid_from, month.valid_to))
    return begins, ends


async def monthly_basis(tx: Transaction, municipality: str, month: Period) -> MonthlyBasis:
    """The basis of one municipality. Read it again whenever: a month that is over does not change."""
    begins, ends = _midnight(month)
    held = await places.places_in(tx, municipality, month)
    holding = await flags.holding_flags(tx, municipality, during=month, known_before=ends)
    basis = invoice.invoice_basis(held, holding, month)
    late = await flags.late_flags(tx, municipality, (begins, ends))
    touched = {flag.place_number for flag in late}
    found: list[invoice.Correction] = []
    first = min((flag.valid_from for flag in late), default=month.valid_from)
    for earlier in invoice.months_before(first, month):
        there = [
            place
            for place in await places.places_in(tx, municipality, earlier)
            if place.place_number in touched
        ]
        billed = await flags.holding_flags(tx, municipality, during=earlier, known_before=begins)
        known = await flags.holding_flags(tx, municipality, during=earlier, known_before=ends)
        found += invoice.corrections(there, billed, known, earlier)
    return MonthlyBasis(invoice.with_corrections(basis, found), (*holding, *late))
