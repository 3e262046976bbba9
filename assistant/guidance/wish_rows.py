"""Wishes as they are kept: one a person and theme, the newest choice with its moment; and how to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select

from assistant.guidance.being_told import Pace, ToldHow, Tongue, Via, wanted
from assistant.guidance.wishes import DEFAULT, Choice, Wish
from assistant.store import Transaction
from assistant.store.database import upsert
from assistant.store.tables import told_how, wish

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


async def told_how_of(tx: Transaction, person_id: str) -> Mapping[str, ToldHow]:
    """Theme → how the person has chosen to be told of it; themes they have chosen nothing for are not there.

    Within a transaction the database is asked once, until something is kept.
    """
    await ask_told_how(tx, [person_id])
    found: Mapping[str, ToldHow] = tx.memory[told_how_of][person_id]
    return found


async def ask_told_how(tx: Transaction, people: Collection[str]) -> None:
    """Ask at once how each of the people has chosen to be told, for when it is wanted in this transaction."""
    remembered: dict[str, dict[str, ToldHow]] = tx.memory.setdefault(told_how_of, {})
    asked = set(people) - remembered.keys()
    if not asked:
        return
    remembered |= {person_id: {} for person_id in asked}
    question = select(told_how).where(told_how.c.person_id.in_(asked)).order_by(told_how.c.theme)
    for row in await tx.all(question):
        remembered[row["person_id"]][row["theme"]] = ToldHow(
            cast(Pace, row["pace"]), cast(Via, row["via"]), cast(Tongue, row["language"]), row["set_at"]
        )


async def told_how_for(tx: Transaction, person_id: str, theme: str) -> ToldHow:
    return wanted(await told_how_of(tx, person_id), theme)


async def keep_told_how(tx: Transaction, person_id: str, theme: str, want: ToldHow, now: datetime) -> None:
    tx.memory.pop(told_how_of, None)
    values = {"pace": want.pace, "via": want.via, "language": want.language, "set_at": now}
    await upsert(tx, told_how, {"person_id": person_id, "theme": theme}, values)
