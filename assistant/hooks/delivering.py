"""Handing events to subscribers: at least once, in order per subject, given up after a day in sight of all.

What a receiver sees again is the same event under the same id: when a process dies between the answer and our note
of it, or when it answered too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy import exists, select, update

from assistant.casework.announcing import FLAG_TYPES
from assistant.casework.case_rows import case_by_id
from assistant.casework.errands import billing_basis, errand_of
from assistant.config import Clock
from assistant.hooks.events import OutgoingEvent, cloud_event
from assistant.hooks.sending import Answer, Sender
from assistant.hooks.subscriptions import Subscriptions
from assistant.store import Database, Postpone, Transaction
from assistant.store.outgoing import DELIVER, hurry_deliveries
from assistant.store.signing import signed_headers
from assistant.store.tables import outgoing_delivery, outgoing_event, subscription
from assistant.store.work import Handler
from assistant.twin import Use, log_usage

log = structlog.get_logger()

BACK_OFF = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=12),
)
"""How long to wait after each attempt that failed; after the last one the delivery is given up."""

PROBED_EVERY = timedelta(minutes=2)
"""How often a subscriber that is silent is tried with something new: it must not keep those who do the work busy."""

Verdict = Literal["taken", "again", "given_up", "gone"]


@dataclass(frozen=True)
class Next:
    """What an answer leads to. `silent`: the subscriber as a whole does not answer, not just to this event."""

    verdict: Verdict
    after: timedelta = timedelta(0)
    silent: bool = False


def judged(answer: Answer, attempts: int) -> Next:
    """What to do after attempt number `attempts` (from 1) was answered so."""
    if answer.taken:
        return Next("taken")
    if answer.gone:
        return Next("gone")
    silent = answer.status is None or answer.status == 429 or answer.status >= 500
    if attempts > len(BACK_OFF):
        return Next("given_up", silent=silent)
    asked = timedelta(seconds=answer.retry_after or 0)
    return Next("again", max(BACK_OFF[attempts - 1], asked), silent)


@dataclass(frozen=True)
class _Attempt:
    """A delivery that is about to be tried."""

    delivery_id: str
    number: int
    event: OutgoingEvent
    subscription: Mapping[str, Any]


@dataclass(frozen=True)
class Delivering:
    """The job of this room. `wall_clock` stamps what is sent: receivers compare it with the time it really is."""

    database: Database
    subscriptions: Subscriptions
    sender: Sender
    public_url: str
    clock: Clock
    wall_clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {DELIVER: self.deliver}

    async def deliver(self, args: Mapping[str, Any]) -> None:
        """Try one delivery. Raises `Postpone` to be called again."""
        attempt = await self._begin(args["delivery_id"])
        if attempt is None:
            return
        body = cloud_event(attempt.event, self.public_url)
        live = self.subscriptions.live_secrets(attempt.subscription)
        headers = signed_headers(live, attempt.event.id, self.wall_clock(), body)
        answer = await self.sender.send(attempt.subscription["url"], body, headers)
        await self._note(attempt, answer)

    async def _begin(self, delivery_id: str) -> _Attempt | None:
        """Count the attempt, and log the disclosure before anything leaves; None where there is nothing to send."""
        now = self.clock()
        async with self.database.begin() as tx:
            delivery = await tx.first(
                select(outgoing_delivery).where(
                    outgoing_delivery.c.id == delivery_id, outgoing_delivery.c.state == "waiting"
                )
            )
            if delivery is None:
                return None
            subscriber = await tx.first(
                select(subscription).where(subscription.c.id == delivery["subscription_id"])
            )
            if subscriber is None or not subscriber["active"]:
                return None  # resuming it enqueues what has waited
            is_new, is_silent = delivery["attempts"] == 0, subscriber["failing_since"] is not None
            if is_new and is_silent and await _tried_since(tx, subscriber["id"], now - PROBED_EVERY):
                raise Postpone("the subscriber does not answer", PROBED_EVERY)
            row = await tx.first(
                select(outgoing_event).where(outgoing_event.c.sequence == delivery["sequence"])
            )
            assert row is not None
            event = OutgoingEvent(**{one.name: row[one.name] for one in fields(OutgoingEvent)})
            if is_new:
                await log_usage(tx, await disclosed_by(tx, event, subscriber["name"]), now)
            number = delivery["attempts"] + 1
            await _set(tx, delivery_id, attempts=number, changed_at=now)
        return _Attempt(delivery_id, number, event, subscriber)

    async def _note(self, attempt: _Attempt, answer: Answer) -> None:
        now = self.clock()
        follows = judged(answer, attempt.number)
        subscription_id: str = attempt.subscription["id"]
        state = {"taken": "taken", "given_up": "failed"}.get(follows.verdict, "waiting")
        async with self.database.begin() as tx:
            await _set(tx, attempt.delivery_id, state=state, note=answer.says, changed_at=now)
            mine = update(subscription).where(subscription.c.id == subscription_id)
            if follows.verdict == "gone":
                await tx.execute(mine.values(active=False))
            elif follows.silent:
                silent = mine.where(subscription.c.failing_since.is_(None))
                await tx.execute(silent.values(failing_since=now))
            elif attempt.subscription["failing_since"] is not None:
                await tx.execute(mine.values(failing_since=None))
                await hurry_deliveries(tx, subscription_id, now)
        if follows.verdict != "taken":
            log.warning(
                "hook.not_taken",
                subscription=subscription_id,
                number=attempt.event.sequence,
                says=answer.says,
            )
        if follows.verdict == "again":
            raise Postpone(answer.says, follows.after)


async def _set(tx: Transaction, delivery_id: str, **values: Any) -> None:
    await tx.execute(update(outgoing_delivery).where(outgoing_delivery.c.id == delivery_id).values(**values))


async def _tried_since(tx: Transaction, subscription_id: str, moment: datetime) -> bool:
    """Has anything been tried with the subscriber after that moment?"""
    tried = exists().where(
        outgoing_delivery.c.subscription_id == subscription_id,
        outgoing_delivery.c.attempts > 0,
        outgoing_delivery.c.changed_at > moment,
    )
    return bool(await tx.scalar(select(tried)))


async def disclosed_by(tx: Transaction, event: OutgoingEvent, subscriber: str) -> list[Use]:
    """Whose data an event hands over, for the usage log; nobody's where it tells of none of our cases."""
    if event.type in FLAG_TYPES:
        return [_use(event.subject, subscriber, billing_basis(event.data["fee"]), "flag.monthly_amount")]
    about = await case_by_id(tx, event.subject)
    if about is None:
        return []
    law = errand_of(about.kind).automation
    basis = f"{law.act} {law.section}"
    people = sorted({about.person_id, about.subject_id})
    return [_use(person, subscriber, basis, "case.state") for person in people]


def _use(subject_id: str, subscriber: str, basis: str, concept: str) -> Use:
    purpose = (
        "to bill the fee that was decided" if concept.startswith("flag.") else "to follow how a case goes"
    )
    return Use(subject_id, "service", subscriber, "disclosed", purpose, basis, (concept,))
