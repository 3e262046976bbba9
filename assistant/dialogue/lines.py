"""The chat as it is kept: each line once, the person's and the assistant's, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select

from assistant.store import Transaction
from assistant.store.news import CHAT_LINES, tell
from assistant.store.tables import chat_line
from assistant.store.turns import in_turn

Author = Literal["person", "assistant"]

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""The widget's own name of a line. Ours have a colon in them, so that the two never meet."""


@dataclass(frozen=True)
class ChatLine:
    id: int
    author: Author
    content: Mapping[str, Any]
    client_id: str | None
    at: datetime

    def as_json(self) -> dict[str, Any]:
        own = self.client_id if self.author == "person" else None
        return {
            "id": self.id,
            "author": self.author,
            "content": self.content,
            "client_id": own,
            "at": self.at.isoformat(),
        }


_COLUMNS = [chat_line.c[name] for name in ChatLine.__dataclass_fields__]


async def line_named(tx: Transaction, person_id: str, client_id: str) -> ChatLine | None:
    row = await tx.first(
        select(*_COLUMNS).where(chat_line.c.person_id == person_id, chat_line.c.client_id == client_id)
    )
    return None if row is None else ChatLine(**row)


async def add_line(
    tx: Transaction,
    person_id: str,
    author: Author,
    content: Mapping[str, Any],
    client_id: str,
    now: datetime,
) -> tuple[ChatLine, bool]:
    """The line of that name, and whether it is new: the same line twice is one line.

    In turn with other lines of the person: who has read one must never find one before it committed later.
    The person's other open chats are told of it.
    """
    await in_turn(tx, f"chat:{person_id}")
    if (known := await line_named(tx, person_id, client_id)) is not None:
        return known, False
    await tx.execute(
        insert(chat_line).values(
            person_id=person_id, author=author, content=dict(content), client_id=client_id, at=now
        )
    )
    made = await line_named(tx, person_id, client_id)
    assert made is not None
    await tell(tx, CHAT_LINES, person_id)
    return made, True


async def history(tx: Transaction, person_id: str, *, after: int = 0, limit: int = 100) -> Sequence[ChatLine]:
    """The person's newest lines after one they have, oldest first."""
    question = (
        select(*_COLUMNS)
        .where(chat_line.c.person_id == person_id, chat_line.c.id > after)
        .order_by(chat_line.c.id.desc())
        .limit(limit)
    )
    return [ChatLine(**row) for row in reversed(await tx.all(question))]


async def last_said(tx: Transaction, person_id: str, limit: int = 20) -> Sequence[ChatLine]:
    """What the assistant said last, newest first: what "why?" and "yes" refer to."""
    question = (
        select(*_COLUMNS)
        .where(chat_line.c.person_id == person_id, chat_line.c.author == "assistant")
        .order_by(chat_line.c.id.desc())
        .limit(limit)
    )
    return [ChatLine(**row) for row in await tx.all(question)]
