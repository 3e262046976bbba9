"""The kindergarten places of a municipality in a month, as its own system has stated them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from assistant.casework.invoice import Place
from assistant.casework.period import Period
from assistant.store import Transaction
from assistant.store.tables import fact, subject

KIND = "kindergarten_place"
READ = ("municipality", "place_number", "kindergarten", "price", "food", "starts_on", "ends_on")


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _held_in(values: dict[str, Any], month: Period) -> bool:
    starts, ends = _day(values.get("starts_on")), _day(values.get("ends_on"))
    return starts is not None and starts < month.valid_to and (ends is None or ends >= month.valid_from)


async def places_in(tx: Transaction, municipality: str, month: Period) -> tuple[Place, ...]:
    """The places held in the municipality at some time in the month; those without a price are left out.

    A value is the one that holds on the last day of the month; of several, the one that began last.
    """
    last_day = month.valid_to
    rows = await tx.all(
        select(fact.c.subject_id, fact.c.concept, fact.c.value)
        .join(subject, subject.c.id == fact.c.subject_id)
        .where(
            subject.c.kind == KIND,
            fact.c.superseded_at.is_(None),
            fact.c.concept.in_([f"{KIND}.{name}" for name in READ]),
            fact.c.valid_from.is_(None) | (fact.c.valid_from < last_day),
            fact.c.valid_to.is_(None) | (fact.c.valid_to >= last_day),
        )
        .order_by(fact.c.valid_from.nulls_first(), fact.c.recorded_at)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["subject_id"], {})[row["concept"].partition(".")[2]] = row["value"]
    return tuple(
        Place(
            place_number=str(values["place_number"]),
            kindergarten=str(values.get("kindergarten") or ""),
            price=Decimal(str(values["price"])),
            food=Decimal(str(values.get("food") or 0)),
        )
        for values in found.values()
        if values.get("municipality") == municipality
        and values.get("place_number")
        and values.get("price") is not None
        and _held_in(values, month)
    )
