"""Subscriptions: who is told of what, where; their secrets, which are kept sealed; what became of each delivery."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from assistant.hooks.addresses import checked_url
from assistant.hooks.events import TEST, TYPES
from assistant.store import IdentityKeys, Transaction
from assistant.store.columns import new_id
from assistant.store.outgoing import News, enqueue_waiting, tell
from assistant.store.signing import new_secret
from assistant.store.tables import outgoing_delivery, outgoing_event, subscription

LONGEST_NAME = 100
LIVE_SECRETS = 2
MOST_REPLAYED = 1000


class NoSuchSubscription(LookupError):
    """This municipality has no subscription with that id."""


class CannotSubscribe(ValueError):
    """The subscription cannot be made; `field` names what is wrong with it, the message says how to mend it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


State = Literal["waiting", "taken", "failed"]
"""Of a delivery: to be tried, received, or given up."""


@dataclass(frozen=True)
class Subscription:
    """Who is told of what, and where. Its secrets are not here: see `live_secrets`."""

    id: str
    municipality: str
    name: str
    url: str
    types: Sequence[str]
    active: bool
    created_by: str
    created_at: datetime
    failing_since: datetime | None
    secrets: int = 1  # how many are live


@dataclass(frozen=True)
class WithSecret:
    """A subscription and the secret that was just made: shown now, and never again."""

    subscription: Subscription
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Tried:
    """A delivery: an event to a subscriber, and what has become of it."""

    id: str
    sequence: int
    event_id: str
    type: str
    state: State
    attempts: int
    at: datetime
    changed_at: datetime
    note: str


@dataclass(frozen=True)
class Replayed:
    """How many events are sent again, and the last one's number. `more`: there are more after it."""

    count: int
    last: int
    more: bool


@dataclass(frozen=True)
class Subscriptions:
    """The face of the room for those who manage subscriptions: each call is for one municipality."""

    keys: IdentityKeys
    this_machine: bool = False

    async def create(
        self,
        tx: Transaction,
        municipality: str,
        *,
        name: str,
        url: str,
        types: Sequence[str],
        by: str,
        now: datetime,
    ) -> WithSecret:
        """Subscribe to what happens from now on. Raises `CannotSubscribe`."""
        if not 0 < len(name.strip()) <= LONGEST_NAME:
            raise CannotSubscribe("name", f"a name has 1 to {LONGEST_NAME} characters")
        try:
            checked_url(url, this_machine=self.this_machine)
        except ValueError as fault:
            raise CannotSubscribe("url", str(fault)) from None
        unknown = sorted(set(types) - set(TYPES))
        if unknown:
            raise CannotSubscribe("types", f"there is no event type {unknown[0][:120]!r}")
        if not types:
            raise CannotSubscribe("types", "choose at least one event type")
        made, secret = new_id(), new_secret()
        key_id, sealed = self._seal(made, [secret])
        values = {
            "id": made,
            "municipality": municipality,
            "name": name.strip(),
            "url": url,
            "types": [one for one in TYPES if one in types],
            "secrets": sealed,
            "key_id": key_id,
            "active": True,
            "created_by": by,
            "created_at": now,
        }
        await tx.execute(insert(subscription).values(values))
        return WithSecret(await self.one(tx, municipality, made), secret)

    async def all(self, tx: Transaction, municipality: str) -> Sequence[Subscription]:
        """The municipality's subscriptions, the oldest first."""
        question = select(subscription).where(subscription.c.municipality == municipality)
        rows = await tx.all(question.order_by(subscription.c.created_at, subscription.c.id))
        return [self._of_row(row) for row in rows]

    async def one(self, tx: Transaction, municipality: str, subscription_id: str) -> Subscription:
        """Raises `NoSuchSubscription`, also for one of another municipality."""
        return self._of_row(await self._row(tx, municipality, subscription_id))

    async def rotate(self, tx: Transaction, municipality: str, subscription_id: str) -> WithSecret:
        """Make a new secret. The one before it signs too, until `retire` or the next rotation."""
        row = await self._row(tx, municipality, subscription_id)
        secret = new_secret()
        await self._keep(tx, subscription_id, [secret, *self._open(row)][:LIVE_SECRETS])
        return WithSecret(await self.one(tx, municipality, subscription_id), secret)

    async def retire(self, tx: Transaction, municipality: str, subscription_id: str) -> None:
        """Sign with the newest secret alone."""
        row = await self._row(tx, municipality, subscription_id)
        await self._keep(tx, subscription_id, self._open(row)[:1])

    async def pause(self, tx: Transaction, municipality: str, subscription_id: str) -> None:
        """Send nothing; what happens meanwhile waits."""
        await self._row(tx, municipality, subscription_id)
        await self._set(tx, subscription_id, active=False)

    async def resume(self, tx: Transaction, municipality: str, subscription_id: str, now: datetime) -> None:
        """Send again, first what has waited, in order."""
        await self._row(tx, municipality, subscription_id)
        await self._set(tx, subscription_id, active=True, failing_since=None)
        await enqueue_waiting(tx, subscription_id, now)

    async def remove(self, tx: Transaction, municipality: str, subscription_id: str) -> None:
        """End the subscription, with what waits for it."""
        await self._row(tx, municipality, subscription_id)
        await tx.execute(
            delete(outgoing_delivery).where(outgoing_delivery.c.subscription_id == subscription_id)
        )
        await tx.execute(delete(subscription).where(subscription.c.id == subscription_id))

    async def test(self, tx: Transaction, municipality: str, subscription_id: str, now: datetime) -> str:
        """Send an event that tells of nothing, to this subscriber alone; its id."""
        await self._row(tx, municipality, subscription_id)
        news = News(municipality, TEST, subscription_id, {"subscription": subscription_id})
        return await tell(tx, news, [subscription_id], now)

    async def replay(
        self, tx: Transaction, municipality: str, subscription_id: str, since: int, now: datetime
    ) -> Replayed:
        """Send again, in order, the chosen types' events after a sequence number: also those from before it began."""
        row = await self._row(tx, municipality, subscription_id)
        question = (
            select(outgoing_event.c.sequence)
            .where(
                outgoing_event.c.municipality == municipality,
                outgoing_event.c.type.in_(row["types"]),
                outgoing_event.c.sequence > since,
            )
            .order_by(outgoing_event.c.sequence)
            .limit(MOST_REPLAYED + 1)
        )
        found = [one["sequence"] for one in await tx.all(question)]
        chosen = found[:MOST_REPLAYED]
        for sequence in chosen:
            again = {"state": "waiting", "attempts": 0, "changed_at": now, "note": ""}
            key = {"subscription_id": subscription_id, "sequence": sequence}
            await _wait_again(tx, key, again)
        await enqueue_waiting(tx, subscription_id, now)
        return Replayed(len(chosen), chosen[-1] if chosen else since, len(found) > len(chosen))

    async def deliveries(
        self, tx: Transaction, municipality: str, subscription_id: str, limit: int = 100
    ) -> Sequence[Tried]:
        """The newest deliveries first."""
        await self._row(tx, municipality, subscription_id)
        question = (
            select(
                outgoing_delivery.c.id,
                outgoing_delivery.c.sequence,
                outgoing_event.c.id.label("event_id"),
                outgoing_event.c.type,
                outgoing_delivery.c.state,
                outgoing_delivery.c.attempts,
                outgoing_event.c.at,
                outgoing_delivery.c.changed_at,
                outgoing_delivery.c.note,
            )
            .join(outgoing_event, outgoing_event.c.sequence == outgoing_delivery.c.sequence)
            .where(outgoing_delivery.c.subscription_id == subscription_id)
            .order_by(outgoing_delivery.c.sequence.desc())
            .limit(limit)
        )
        return [Tried(**row) for row in await tx.all(question)]

    async def counts(
        self, tx: Transaction, subscription_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """How many deliveries each subscription has in each state."""
        question = (
            select(outgoing_delivery.c.subscription_id, outgoing_delivery.c.state, func.count().label("n"))
            .where(outgoing_delivery.c.subscription_id.in_(subscription_ids))
            .group_by(outgoing_delivery.c.subscription_id, outgoing_delivery.c.state)
        )
        found: dict[str, dict[str, int]] = {one: {} for one in subscription_ids}
        for row in await tx.all(question):
            found[row["subscription_id"]][row["state"]] = row["n"]
        return found

    async def moved(self, tx: Transaction, municipality: str, subscription_id: str, url: str) -> None:
        """Send to another URL from now on. Raises `CannotSubscribe`."""
        await self._row(tx, municipality, subscription_id)
        try:
            checked_url(url, this_machine=self.this_machine)
        except ValueError as fault:
            raise CannotSubscribe("url", str(fault)) from None
        await self._set(tx, subscription_id, url=url)

    def live_secrets(self, row: Mapping[str, Any]) -> list[str]:
        """The secrets of a row of the table: the newest first, at most two."""
        return self._open(row)

    async def _row(self, tx: Transaction, municipality: str, subscription_id: str) -> dict[str, Any]:
        mine = (subscription.c.id == subscription_id) & (subscription.c.municipality == municipality)
        row = await tx.first(select(subscription).where(mine).with_for_update())
        if row is None:
            raise NoSuchSubscription(f"no subscription {subscription_id}")
        return row

    async def _set(self, tx: Transaction, subscription_id: str, **values: Any) -> None:
        await tx.execute(update(subscription).where(subscription.c.id == subscription_id).values(**values))

    async def _keep(self, tx: Transaction, subscription_id: str, live: Sequence[str]) -> None:
        key_id, sealed = self._seal(subscription_id, live)
        await self._set(tx, subscription_id, key_id=key_id, secrets=sealed)

    def _seal(self, subscription_id: str, live: Sequence[str]) -> tuple[str, bytes]:
        return self.keys.seal(json.dumps(list(live)).encode(), about=f"subscription:{subscription_id}")

    def _open(self, row: Mapping[str, Any]) -> list[str]:
        plain = self.keys.open(row["key_id"], bytes(row["secrets"]), about=f"subscription:{row['id']}")
        live: list[str] = json.loads(plain)
        return live

    def _of_row(self, row: Mapping[str, Any]) -> Subscription:
        kept = {name: value for name, value in row.items() if name not in ("secrets", "key_id")}
        return Subscription(**kept, secrets=len(self._open(row)))


async def _wait_again(tx: Transaction, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Have a delivery made again, or for the first time."""
    mine = (outgoing_delivery.c.subscription_id == key["subscription_id"]) & (
        outgoing_delivery.c.sequence == key["sequence"]
    )
    done = await tx.execute(update(outgoing_delivery).where(mine).values(**values))
    if done.rowcount == 0:
        await tx.execute(insert(outgoing_delivery).values(id=new_id(), **key, **values))
