"""The browsers a person is told in, as kept: sealed, and found by a keyed hash of their address."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from assistant.store import IdentityKeys, Transaction
from assistant.store.columns import new_id
from assistant.store.tables import push_browser

MOST_BROWSERS = 10
"""So many of one person's: with one more, the one switched on first is left out."""


@dataclass(frozen=True)
class Browser:
    """Where a browser takes push messages, and the keys only it can read them with (RFC 8291)."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


async def keep_browser(
    tx: Transaction, keys: IdentityKeys, person_id: str, browser: Browser, now: datetime
) -> None:
    """Tell the person in this browser from now on, and whoever used it before no more."""
    lookup, browser_id = keys.digest("push", browser.endpoint), new_id()
    key_id, sealed = keys.seal(json.dumps(asdict(browser)).encode(), about=f"push:{browser_id}")
    await tx.execute(delete(push_browser).where(push_browser.c.lookup == lookup))
    await tx.execute(
        insert(push_browser).values(
            id=browser_id, person_id=person_id, lookup=lookup, sealed=sealed, key_id=key_id, created_at=now
        )
    )
    newest = (
        select(push_browser.c.id)
        .where(push_browser.c.person_id == person_id)
        .order_by(push_browser.c.created_at.desc(), push_browser.c.id)
    )
    too_many = [row["id"] for row in await tx.all(newest)][MOST_BROWSERS:]
    if too_many:
        await tx.execute(delete(push_browser).where(push_browser.c.id.in_(too_many)))


async def browsers_of(tx: Transaction, person_id: str) -> int:
    """In how many browsers the person is told."""
    count = select(func.count()).select_from(push_browser).where(push_browser.c.person_id == person_id)
    return int(await tx.scalar(count))


async def recipient_of(tx: Transaction, keys: IdentityKeys, person_id: str) -> str:
    """The person's browsers as `channels.push` takes them; empty where there is none."""
    question = select(push_browser).where(push_browser.c.person_id == person_id).order_by(push_browser.c.id)
    found = [
        {"id": row["id"], **json.loads(keys.open(row["key_id"], row["sealed"], f"push:{row['id']}"))}
        for row in await tx.all(question)
    ]
    return json.dumps(found) if found else ""


async def forget_browser(tx: Transaction, browser_id: str) -> None:
    await tx.execute(delete(push_browser).where(push_browser.c.id == browser_id))


async def forget_browsers_of(tx: Transaction, person_id: str) -> int:
    """Tell the person in no browser any more; how many there were."""
    return (await tx.execute(delete(push_browser).where(push_browser.c.person_id == person_id))).rowcount
