"""The second notice: what law wants opened, and was not within a week, is told of once more.

eForvaltningsforskriften (FOR-2004-06-25-988) § 8 fifth paragraph. By SMS where the first was an email and there is
a mobile, else the same way again. Altinn Notifications does this itself (`Channel.reminds`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from assistant.config import Clock, local_date
from assistant.guidance import notice_rows, rows
from assistant.guidance.ladder import second_notice
from assistant.guidance.store import Guidance
from assistant.store import Database, Transaction

log = structlog.get_logger()


async def wake_second_notices(tx: Transaction, now: datetime) -> None:
    """Enqueue a look at each notice whose week is over today."""
    await notice_rows.enqueue_looks(tx, now, local_date(now))


@dataclass(frozen=True)
class TellingAgain:
    """`tell_again` is the handler of the task of that name."""

    database: Database
    guidance: Guidance
    clock: Clock

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {notice_rows.TELL_AGAIN: self.tell_again}

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
            kept = await self.guidance.knock(tx, row, person, "sms", now)
            if kept is not None:
                await notice_rows.count_as_second(tx, kept)
                return "sms"
        await notice_rows.send_again(tx, row, now)
        return str(row["channel"])
