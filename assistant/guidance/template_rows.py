"""Which edited texts of messages hold on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from assistant.store import Transaction
from assistant.store.tables import template_version


async def edited_on(tx: Transaction, on: date) -> Mapping[str, str]:
    """The edited texts that hold on a day, by the file name of the template each stands in for.

    Of those that apply, the one saved last holds. Asked of the database once a transaction.
    """
    kept: dict[date, Mapping[str, str]] = tx.memory.setdefault(edited_on, {})
    if on not in kept:
        t = template_version.c
        question = select(t.name, t.text).where(t.applies_from <= on).order_by(t.number)
        kept[on] = {row["name"]: row["text"] for row in await tx.all(question)}
    return kept[on]
