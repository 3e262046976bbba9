"""The second notice: what law wants opened, and was not within a week, is told of once more.

eForvaltningsforskriften (FOR-2004-06-25-988) § 8 fifth paragraph. By SMS where the first was an email and there is
a mobile, else the same way again. A text asks whether they want it on paper, where people can answer texts. Altinn
Notifications tells again by itself (`Channel.reminds`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog

from assistant.config import Clock, local_date
from assistant.guidance import notice_rows, rows, text_rows
from assistant.guidance.keeping import NewMessage, keep_message
from assistant.guidance.ladder import second_notice
from assistant.guidance.people import Person
from assistant.guidance.store import Guidance
from assistant.guidance.text_writing import write_question
from assistant.guidance.writing import Written, write
from assistant.store import Database, Transaction

log = structlog.get_logger()


async def wake_second_notices(tx: Transaction, now: datetime) -> None:
    """Enqueue a look at each notice whose week is over today."""
    await notice_rows.enqueue_looks(tx, now, local_date(now))


@dataclass(frozen=True)
class TellingAgain:
    """`tell_again` is the handler of the task of that name.

    `replies_to`: the number people can answer to; where there is one, a text asks whether they want it on paper.
    """

    database: Database
    guidance: Guidance
    clock: Clock
    replies_to: str = ""

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {notice_rows.TELL_AGAIN: self.tell_again, notice_rows.LOOK_FURTHER: self.look_further}

    async def look_further(self, args: Mapping[str, Any]) -> None:
        """Go on with the notices whose week is over, after those already enqueued."""
        async with self.database.begin() as tx:
            on, after = date.fromisoformat(args["on"]), str(args["after"])
            await notice_rows.enqueue_looks(tx, self.clock(), on, after)

    async def tell_again(self, args: Mapping[str, Any]) -> None:
        """Tell once more of what `args["message_id"]` was a notice of, if it is still unopened and stands."""
        message_id, now = str(args["message_id"]), self.clock()
        async with self.database.begin() as tx:
            await notice_rows.looked(tx, message_id)
            row = await rows.message_with_guidance(tx, message_id, for_update=True)
            if row is None or row["withdrawn_at"] is not None or row["state"] != "sent":
                return
            if await notice_rows.is_read(tx, row["guidance_id"]):
                return
            way = await self._second(tx, row, now)
        log.info("message.told_again", message=message_id, channel=way)

    async def _second(self, tx: Transaction, row: Mapping[str, Any], now: datetime) -> str:
        """Let the second notice wait its turn; by which channel. Whether it may go is asked when it is sent."""
        person, how, _ = await self.guidance.telling_now(tx, row, local_date(now))
        if second_notice(row["channel"], person, how) != row["channel"]:
            written = await self._written(tx, row, person)
            kept = await keep_message(tx, NewMessage(row["guidance_id"], person.id, written), now)
            if kept is not None:
                await notice_rows.count_as_second(tx, kept)
                await self._note_question(tx, kept)
                return "sms"
        if row["channel"] == "sms":
            await rows.rewrite(tx, row["id"], await self._written(tx, row, person))
            await self._note_question(tx, row["id"])
        await notice_rows.send_again(tx, row, now)
        return str(row["channel"])

    async def _written(self, tx: Transaction, row: Mapping[str, Any], person: Person) -> Written:
        """The text of a second notice: with the question where it can be answered."""
        content = row["content"]
        sender = await self.guidance.sender(tx, content.get("municipality", ""))
        if self.replies_to:
            return write_question(person.language, sender.name, self.replies_to, sender.language)
        return write(row["kind"], "sms", person.language, content, sender.name, sender.language)

    async def _note_question(self, tx: Transaction, message_id: str) -> None:
        if self.replies_to:
            await text_rows.set_paper(tx, message_id, "asked")
