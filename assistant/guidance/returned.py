"""What follows when an email comes back, or its reader complains of it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from assistant.config import Clock
from assistant.guidance import email_rows, rows
from assistant.guidance.delivery import Delivery
from assistant.guidance.marks import of_messages
from assistant.guidance.notice_wish import set_notices
from assistant.store import Database
from channels.returned import Report

log = structlog.get_logger()

FINAL = ("gone", "undelivered")
"""After these the message goes another way."""


@dataclass(frozen=True)
class Returned:
    """`take` is what the inbox for returned mail hands its reports to."""

    database: Database
    delivery: Delivery
    clock: Clock

    async def take(self, report: Report) -> None:
        """Do what follows from a report, once however often it comes; nothing where no mark in it is ours."""
        marks = of_messages(self.delivery.guidance.twin.identities.keys)
        name = next((name for mark in report.marks if (name := marks.read(mark))), None)
        if name is None:
            log.info("mail.returned", kind=report.kind, because="no_mark_of_ours")
            return
        now = self.clock()
        async with self.database.begin() as tx:
            row = await rows.message_with_guidance(tx, name[:36], for_update=True)
            sent = await email_rows.emailed_as(tx, name)
            if row is None or sent is None or sent["returned"] in (report.kind, *FINAL):
                return
            await email_rows.note_returned(tx, name, report.kind, report.status, now)
            if report.kind == "complaint":
                await set_notices(tx, row["person_id"], "email", wanted=False, now=now)
            if report.kind == "gone":
                await email_rows.suppress(tx, sent["address"], report.status, now)
            if report.kind in FINAL:
                await self.delivery.came_back(tx, row, name, now)
        log.info("mail.returned", message=row["id"], kind=report.kind, status=report.status)
