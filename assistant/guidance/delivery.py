"""Handing messages over: the task 'deliver'. Each message once, never after it was withdrawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from assistant.config import Clock, NoticeSettings, SmsSettings, local_date
from assistant.guidance import (
    delivery_rows,
    email_rows,
    gathering,
    notice_rows,
    receipts,
    rows,
    switches,
    text_rows,
)
from assistant.guidance.being_told import deadline_of
from assistant.guidance.ladder import (
    FIRST,
    MUST_REACH,
    SECOND_NOTICE_AFTER_DAYS,
    TOLD_TWICE,
    after_failure,
    is_told_twice,
    second_notice_on,
)
from assistant.guidance.mattering import DEADLINE_NEAR
from assistant.guidance.notice_wish import STOPPABLE, has_stopped, unsubscribe_headers
from assistant.guidance.people import Person
from assistant.guidance.push_rows import recipient_of
from assistant.guidance.store import BASIS, PURPOSE, Guidance
from assistant.guidance.tact import Telling, may_go
from assistant.guidance.timing import WEEK, is_too_late, may_go_at
from assistant.guidance.trial import EVERYBODY, Trial
from assistant.store import Database, Postpone, Transaction
from assistant.store.news import CHAT_LINES, tell
from assistant.twin import Use, log_usage
from channels import Accepted, Channel, Failed, Outgoing, Refused, Reminder, Result

log = structlog.get_logger()

PAUSES = (2, 5, 15, 60, 300, 900, 3600)  # seconds before the next attempt; the last again and again
GIVE_UP_AFTER = timedelta(hours=48)
A_MOMENT = timedelta(minutes=1)

SETTLED = ("sent", "failed")
"""States a receipt may have brought a message to before the gateway's own answer did."""

CONCEPT_OF = {"email": "person.email", "sms": "person.mobile", "push": "push_browser"}


@dataclass(frozen=True)
class _Attempt:
    channel: str
    outgoing: Outgoing
    delivery_id: str
    number: int


@dataclass(frozen=True)
class Delivery:
    """`deliver` is the handler of the task 'deliver'. `public_url` is where people log in.

    `notices`: when people may be interrupted. `sms`: as whom texts go, and how many an hour.
    """

    database: Database
    guidance: Guidance
    channels: Mapping[str, Channel]
    clock: Clock
    public_url: str
    notices: NoticeSettings
    trial: Trial = EVERYBODY
    sms: SmsSettings = field(default_factory=SmsSettings)

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {"deliver": self.deliver, receipts.HEED_RECEIPT: self.heed_receipt}

    async def deliver(self, args: Mapping[str, Any]) -> None:
        """Send the message `args["message_id"]`. Raises Postpone where it must be tried again.

        A process that dies between the other side's yes and our commit sends again under the same id, which
        over there is the same Message-ID or Idempotency-Key.
        """
        message_id = str(args["message_id"])
        async with self.database.begin() as tx:
            await gathering.in_their_turn(tx, message_id, args.get("channel"))
            attempt = await self._begin(tx, message_id)
        if attempt is None:
            return
        channel = self.channels[attempt.channel]
        beyond = channel.can_carry(attempt.outgoing)
        result = Refused(beyond) if beyond else await channel.send(attempt.outgoing)
        log.info(
            "message.attempted", message=message_id, channel=attempt.channel, result=type(result).__name__
        )
        if attempt.channel == "chat":
            return  # it was sent when it was committed: who is not listening now finds it in the store
        async with self.database.begin() as tx:
            wait = await self._end(tx, message_id, attempt, result)
        if wait is not None:
            raise wait

    async def _begin(self, tx: Transaction, message_id: str) -> _Attempt | None:
        """Ask, in the transaction that notes the attempt, whether the message may still go."""
        now = self.clock()
        row = await rows.message_with_guidance(tx, message_id, for_update=True)
        if row is None or row["state"] != "waiting":
            return None
        if row["withdrawn_at"] is not None or _is_old_news(row, now):
            await rows.withdraw_messages(tx, [row], now)
            return None
        if await switches.held_back(tx, row, self.trial, now):
            return None
        person, how, unsaid = await self.guidance.telling_now(tx, row, local_date(now))
        if unsaid:
            row = await self.guidance.tell_less(tx, row, unsaid, now)
        address = await self._address(tx, row["channel"], person)
        if not may_go(row["channel"], how) or not address:
            await self._stop(tx, row, person, how, now)
            return None
        if how.not_before is not None:
            await rows.send_later(tx, row, rows.morning_of(how.not_before), now)
            return None
        is_notice = row["channel"] in rows.NOTICES
        tried = is_notice and await delivery_rows.was_tried_as(tx, _sent_as(row))
        if is_notice and not await self._may_interrupt(tx, row, now, tried):
            return None
        if not await self._is_open(tx, row, person, now, tried):
            return None
        if is_notice and not tried:
            row = await gathering.gathered(tx, self.guidance, row, person, now, self.notices)
        delivery_id, number = await delivery_rows.begin_delivery(tx, message_id, now, _sent_as(row))
        if row["channel"] == "chat":
            await delivery_rows.end_delivery(tx, message_id, delivery_id, "accepted", "")
            await rows.set_state(tx, message_id, "sent", now)
            await tell(tx, CHAT_LINES, person.id)
        else:
            concept = CONCEPT_OF[row["channel"]]
            use = Use(person.id, "service", "varde", "used", PURPOSE, BASIS, (concept,))
            await log_usage(tx, [use], now)
        if self.channels[row["channel"]].addressed_by == "national_id":
            address = await self.guidance.twin.identities.reveal(tx, person.id, "national_id")
        return _Attempt(row["channel"], self._outgoing(row, address), delivery_id, number)

    async def _stop(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, how: Telling, now: datetime
    ) -> None:
        if row["channel"] == "push" and may_go("push", how):
            await self._another_way(tx, row, now)  # the last browser has gone while it waited
            return
        await self.guidance.stop(tx, row, person, how, now)
        log.info("message.withdrawn", message=row["id"], because=how.silent or how.by_hand or how.because)

    async def _may_interrupt(
        self, tx: Transaction, row: Mapping[str, Any], now: datetime, tried: bool
    ) -> bool:
        """Whether a notice may go now; else it waits, or is taken back where there is nothing left to tell."""
        must_reach = row["kind"] in MUST_REACH
        read = await notice_rows.is_read(tx, row["guidance_id"])
        deadline = deadline_of(row["content"])
        told_once_more = row["notice"] != FIRST  # § 8 fifth paragraph: only to who has not opened it
        if (read and (told_once_more or not must_reach)) or (is_too_late(now, deadline) and not must_reach):
            await rows.set_state(tx, row["id"], "withdrawn")
            log.info("message.withdrawn", message=row["id"], because="read" if read else "too_late")
            return False
        channel = row["channel"]
        if not must_reach and channel in STOPPABLE and await has_stopped(tx, row["person_id"], channel):
            await rows.set_state(tx, row["id"], "withdrawn")
            log.info("message.withdrawn", message=row["id"], because=f"{channel}_stopped")
            return False
        sent = await notice_rows.notified(tx, row["person_id"], now - WEEK)
        held = await gathering.held_until(tx, row, self.notices)
        at = may_go_at(
            now, self.notices, sent=sent, deadline=deadline, must_reach=must_reach, held_until=held
        )
        if at > now:
            await rows.send_later(tx, row, at, now)
            return False
        # What was tried may have gone: under its own name it is told of once.
        return held is None or tried or await self._is_not_spoken_for(tx, row, held, sent, now)

    async def _is_not_spoken_for(
        self, tx: Transaction, row: Mapping[str, Any], held: datetime, sent: list[datetime], now: datetime
    ) -> bool:
        """Of what is gathered: whether no other notice has told of it, or is about to."""
        if await gathering.was_spoken_for(tx, row, held, sent):
            await rows.set_state(tx, row["id"], "withdrawn")
            log.info("message.withdrawn", message=row["id"], because="told_with_another")
            return False
        if await gathering.another_is_going(tx, row, now):
            await rows.send_later(tx, row, now + A_MOMENT, now)
            return False
        return True

    async def _is_open(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, now: datetime, tried: bool
    ) -> bool:
        """Whether there is room for a text, or a mailbox for an email."""
        if row["channel"] == "sms":
            return await self._may_cost(tx, row, person, now, tried)
        return row["channel"] != "email" or await self._has_mailbox(tx, row, person, now)

    async def _may_cost(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, now: datetime, tried: bool
    ) -> bool:
        """Whether there is room for one more text in this hour; else it waits. A repeat costs nothing anew."""
        if not tried:
            urgent = row["kind"] in MUST_REACH
            at = await text_rows.place_at(tx, self.sms.sender, now, self.sms.most_an_hour, urgent=urgent)
            if at is not None:
                await rows.send_later(tx, row, at, now)
                log.warning("message.waits", message=row["id"], because="sms.most_an_hour")
                return False
        lookup = text_rows.lookup_of(self.guidance.twin.identities.keys, person.mobile)
        if lookup is not None:
            await text_rows.remember_number(tx, lookup, person.id, now)
        return True

    async def _has_mailbox(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, now: datetime
    ) -> bool:
        """Keep where an email goes, for when it comes back; where one has come back for good, go another way."""
        if self.channels["email"].addressed_by != "address":
            return True
        lookup = email_rows.lookup_of(self.guidance.twin.identities.keys, person.email)
        since = await email_rows.suppressed_since(tx, lookup)
        if since is not None and not _confirmed_after(person, since):
            log.info("message.another_way", message=row["id"], because="no_mailbox")
            await self._another_way(tx, row, now)
            return False
        await email_rows.note_emailed(tx, _sent_as(row), row["id"], lookup, now)
        return True

    async def came_back(self, tx: Transaction, row: Mapping[str, Any], sent_as: str, now: datetime) -> None:
        """What was sent under that name has not arrived: it goes another way, unless it has been read meanwhile."""
        under_way = row["withdrawn_at"] is None and row["state"] in ("waiting", "sent")
        if under_way and sent_as == _sent_as(row) and not await notice_rows.is_read(tx, row["guidance_id"]):
            await self._another_way(tx, row, now)

    async def _address(self, tx: Transaction, channel: str, person: Person) -> str:
        if channel == "push":
            return await recipient_of(tx, self.guidance.twin.identities.keys, person.id)
        return {"email": person.email, "sms": person.mobile, "chat": person.id}[channel]

    def _outgoing(self, row: Mapping[str, Any], address: str) -> Outgoing:
        # The link is the same for everyone: an address where one logs in, and nothing else.
        site = self.public_url.rstrip("/")
        link = "" if row["channel"] == "chat" else f"{site}/me"
        reminder = None
        if self.channels[row["channel"]].reminds and row["kind"] in TOLD_TWICE:
            reminder = Reminder(SECOND_NOTICE_AFTER_DAYS, f"{site}/altinn/unread/{row['id']}")
        headers = self._headers(row)
        return Outgoing(
            _sent_as(row), address, row["language"], row["title"], row["body"], link, headers, reminder
        )

    def _headers(self, row: Mapping[str, Any]) -> dict[str, str]:
        """An email says how to have no more of its like. What must reach its person cannot be stopped."""
        if row["channel"] != "email" or row["kind"] in MUST_REACH:
            return {}
        return unsubscribe_headers(self.guidance.twin.identities.keys, row["person_id"], self.public_url)

    async def _end(
        self, tx: Transaction, message_id: str, attempt: _Attempt, result: Result
    ) -> Postpone | None:
        """Keep what became of the attempt; when to try again, or None."""
        now = self.clock()
        row = await rows.message_with_guidance(tx, message_id, for_update=True)
        if row is None:
            return None
        if isinstance(result, Accepted):
            await delivery_rows.end_delivery(tx, message_id, attempt.delivery_id, "accepted", result.receipt)
            if row["state"] not in SETTLED:
                await self._taken(tx, row, now)
            return None
        outcome = "refused" if isinstance(result, Refused) else "failed"
        await delivery_rows.end_delivery(tx, message_id, attempt.delivery_id, outcome, result.reason)
        if row["state"] in SETTLED:
            return None
        if isinstance(result, Refused):
            await self._another_way(tx, row, now)
            return None
        since = now - await delivery_rows.first_attempt(tx, message_id)
        # What a night, a day off or a stop switch kept waiting was not tried meanwhile.
        if since > GIVE_UP_AFTER and attempt.number >= len(PAUSES):
            await self._another_way(tx, row, now)
            return None
        return Postpone(result.reason, pause(attempt.number, result))

    async def heed_receipt(self, args: Mapping[str, Any]) -> None:
        """Do what follows from the receipt of the attempt `args["delivery_id"]`, once.

        'delivered' settles an attempt whose answer never came. What failed or expired goes another way, unless the
        person has read it.
        """
        now = self.clock()
        async with self.database.begin() as tx:
            said = await receipts.receipt_of(tx, str(args["delivery_id"]))
            row = await rows.message_with_guidance(tx, said["message_id"], for_update=True) if said else None
            if said is None or row is None:
                return
            if said["receipt"] in receipts.NOT_ARRIVED:
                await self.came_back(tx, row, said["sent_as"], now)
            elif (
                row["state"] == "waiting" and row["withdrawn_at"] is None and said["sent_as"] == _sent_as(row)
            ):
                await self._taken(tx, row, now)
        log.info("message.receipt", message=row["id"], receipt=said["receipt"])

    async def _taken(self, tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
        await rows.set_state(tx, row["id"], "sent", now)
        if self._is_told_twice(row):
            again = second_notice_on(local_date(now))
            await notice_rows.look_again_on(tx, row["id"], row["person_id"], again)

    def _is_told_twice(self, row: Mapping[str, Any]) -> bool:
        """Whether we must see for ourselves, a week from now, that the person has opened it."""
        reminds = self.channels[row["channel"]].reminds
        return is_told_twice(row["kind"], row["notice"]) and not reminds

    async def _another_way(self, tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
        """The next step of the ladder: the other address, or a human where law wants it to arrive."""
        await rows.set_state(tx, row["id"], "failed")
        person, how, _ = await self.guidance.telling_now(tx, row, local_date(now))
        step = after_failure(row["kind"], await rows.channels_tried(tx, row["guidance_id"]), person, how)
        if step == "letter":
            await self.guidance.keep_letter(tx, row, person, how, now)
        elif step is not None:
            await self.guidance.knock(tx, row, person, step, now)


def _confirmed_after(person: Person, moment: datetime) -> bool:
    """Whether the person has told the contact register on a later day that their address is right."""
    return person.verified_on is not None and person.verified_on > local_date(moment)


def _is_old_news(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether it tells of a deadline that is past: of that not even the chat has news."""
    return row["kind"] == DEADLINE_NEAR and is_too_late(now, deadline_of(row["content"]))


def _sent_as(row: Mapping[str, Any]) -> str:
    """The id the other side knows a message by: under that of the first, a second notice would be a repeat."""
    first = row["notice"] == FIRST
    return str(row["id"]) if first else f"{row['id']}-{row['notice']}"


def pause(attempt: int, result: Failed) -> timedelta:
    """How long to wait after that attempt: what the other side asked for, or longer each time.

    >>> pause(1, Failed('busy')), pause(1, Failed('busy', retry_after=30.0)), pause(99, Failed('busy'))
    (datetime.timedelta(seconds=2), datetime.timedelta(seconds=30), datetime.timedelta(seconds=3600))
    """
    own = PAUSES[min(attempt, len(PAUSES)) - 1]
    return timedelta(seconds=max(own, result.retry_after or 0))
