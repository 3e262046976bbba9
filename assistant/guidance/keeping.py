"""Guidance and its messages are kept once, however often they are planned: many at once, each new one told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, literal_column, null, select
from sqlalchemy.dialects import postgresql, sqlite

from assistant.guidance.rows import REACHED, enqueue_delivery, morning_of, words_of
from assistant.guidance.writing import Written
from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.database import insert_into
from assistant.store.tables import guidance, message

ONE_GUIDANCE = ("person_id", "subject_id", "rule", "kind", "cause")
ONE_MESSAGE = ("guidance_id", "channel")


@dataclass(frozen=True)
class NewMessage:
    """A message to keep: its words, for a person, of a guidance. `state`: waiting, or manual for a human to bring."""

    guidance_id: str
    person_id: str
    written: Written
    state: str = "waiting"
    not_before: date | None = None

    def send_at(self, now: datetime) -> datetime:
        return now if self.not_before is None else max(now, morning_of(self.not_before))


async def keep_guidance(tx: Transaction, several: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """Keep guidance once: of each its id, or None where the same was kept before, or stands before it here.

    What was taken back before it reached anybody is kept anew.
    """
    # Nothing is bound in these two but what is kept: SQLAlchemy would else write row by row.
    states: list[ColumnElement[str]] = [literal_column(f"'{one}'") for one in REACHED]
    reached = select(message.c.guidance_id).where(message.c.state.in_(states))
    statement = insert_into(tx, guidance)
    statement = statement.on_conflict_do_update(
        index_elements=ONE_GUIDANCE,
        set_={name: statement.excluded[name] for name in ("content", "determination_id", "created_at")}
        | {"withdrawn_at": null()},
        where=guidance.c.withdrawn_at.is_not(None) & guidance.c.id.not_in(reached),
    )
    return await _keep(tx, statement, guidance, ONE_GUIDANCE, several)


async def keep_messages(tx: Transaction, several: Sequence[NewMessage], now: datetime) -> list[str | None]:
    """Keep written messages once a channel, and enqueue the delivery of those that wait for one; their ids.

    One that was taken back is written anew; None for one that is there already.
    """
    statement = insert_into(tx, message)
    words = ("language", "title", "body", "why")
    statement = statement.on_conflict_do_update(
        index_elements=ONE_MESSAGE,
        set_={name: statement.excluded[name] for name in (*words, "created_at", "send_at", "state")},
        where=message.c.state == literal_column("'withdrawn'"),
    )
    values = [
        {
            "guidance_id": one.guidance_id,
            "person_id": one.person_id,
            "channel": one.written.channel,
            "created_at": now,
            "send_at": one.send_at(now),
            "state": one.state,
            **words_of(one.written),
        }
        for one in several
    ]
    ids = await _keep(tx, statement, message, ONE_MESSAGE, values)
    for one, message_id in zip(several, ids, strict=True):
        if message_id is not None and one.state == "waiting":
            # A key of the channel's own: a mail server that is away must hold up neither the chat nor the
            # person's events.
            channel = one.written.channel
            await enqueue_delivery(tx, message_id, channel, one.person_id, one.send_at(now), now)
    return ids


async def keep_message(tx: Transaction, one: NewMessage, now: datetime) -> str | None:
    """As `keep_messages`, of one."""
    return (await keep_messages(tx, [one], now))[0]


async def _keep(
    tx: Transaction,
    statement: sqlite.Insert | postgresql.Insert,
    table: Table,
    unique: Sequence[str],
    several: Sequence[Mapping[str, Any]],
) -> list[str | None]:
    """Insert rows or update those that may be; the id of each that was, None for the others."""
    firsts: dict[tuple[Any, ...], int] = {}
    for place, values in enumerate(several):
        firsts.setdefault(tuple(values[name] for name in unique), place)
    if not firsts:
        return []
    columns = [table.c[name] for name in unique]
    kept = await tx.execute(
        statement.returning(table.c.id, *columns),
        [{"id": new_id(), **several[place]} for place in firsts.values()],
    )
    ids: list[str | None] = [None] * len(several)
    for row in kept.all():
        ids[firsts[tuple(row[1:])]] = row[0]
    return ids
