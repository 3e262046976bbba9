"""Wishes as they are kept: one a person and theme, the newest choice with the moment it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select

from assistant.guidance.wishes import DEFAULT, Choice, Wish
from assistant.store import Transaction
from assistant.store.database import upsert
from assistant.store.tables import wish

WishesOf = Mapping[str, tuple[Wish, ...]]
"""Person → what they have chosen."""


async def wishes_of(tx: Transaction, people: Collection[str]) -> WishesOf:
    """What these people have chosen; those who have chosen nothing are not among them."""
    if not people:
        return {}
    found: dict[str, list[Wish]] = defaultdict(list)
    for row in await tx.all(select(wish).where(wish.c.person_id.in_(people)).order_by(wish.c.theme)):
        found[row["person_id"]].append(Wish(row["theme"], cast(Choice, row["choice"]), row["set_at"]))
    return {person: tuple(kept) for person, kept in found.items()}


async def wish_for(tx: Transaction, person_id: str, theme: str) -> Wish:
    kept = (await wishes_of(tx, [person_id])).get(person_id, ())
    return next((one for one in kept if one.theme == theme), Wish(theme, DEFAULT))


async def keep_wish(tx: Transaction, person_id: str, theme: str, choice: Choice, now: datetime) -> None:
    await upsert(tx, wish, {"person_id": person_id, "theme": theme}, {"choice": choice, "set_at": now})
