"""The inbox for what comes back: a mail server that takes mail for one address, and hands on the reports in it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import structlog
from aiosmtpd.smtp import SMTP

from channels.email import one_address
from channels.listening import MailDoor
from channels.returned import Report, read_report

log = structlog.get_logger()

MOST_BYTES = 256 * 1024
"""A report quotes our message at most, and that has a few thousand bytes."""

SECONDS = 60.0
"""For each line from the other side."""

Take = Callable[[Report], Awaitable[None]]


class ReturnedMail:
    """`async with ReturnedMail(address, take):` listens, and awaits `take` with each report.

    A report is taken over (250) once `take` has returned; where it raises, the other side is asked to come again
    (451). Mail for any other address is refused: nothing is sent on. What is no report is taken and forgotten.
    """

    def __init__(self, address: str, take: Take, host: str = "127.0.0.1", port: int = 2525) -> None:
        self.address = one_address(address)
        self.take = take
        self.host = host
        self.port = port
        self.reading = asyncio.Semaphore(2)  # threads are for others too
        self._noting: set[asyncio.Future[None]] = set()
        self._door = MailDoor(self._conversation)

    async def __aenter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # below, it writes each address
        # Several workers on one machine share it.
        shared = hasattr(socket, "SO_REUSEPORT") or None
        self.port = await self._door.open(self.host, self.port, reuse_port=shared)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._door.close()
        if self._noting:  # what we have read is noted, though the other side is cut off and brings it again
            await asyncio.wait(self._noting, timeout=SECONDS)

    async def note(self, report: Report) -> None:
        """Have a report taken, whatever becomes of the conversation meanwhile."""
        noting = asyncio.ensure_future(self.take(report))
        self._noting.add(noting)
        noting.add_done_callback(self._noted)
        await asyncio.shield(noting)

    def _noted(self, noting: asyncio.Future[None]) -> None:
        self._noting.discard(noting)
        if not noting.cancelled() and noting.exception() is not None:
            log.warning("mail.not_noted", error=type(noting.exception()).__name__)  # it comes again

    def _conversation(self) -> SMTP:
        return SMTP(
            _Inbox(self),
            hostname=self.address.domain,
            ident="Varde",
            data_size_limit=MOST_BYTES,
            timeout=SECONDS,
            decode_data=False,
            command_call_limit=100,
        )

    def is_ours(self, recipient: str) -> bool:
        """Whether mail to an address is for us: 'returned@b.example' or 'returned+<mark>@b.example'."""
        local, _, domain = recipient.lower().rpartition("@")
        return domain == self.address.domain and local.partition("+")[0] == self.address.username


class _Inbox:
    def __init__(self, mail: ReturnedMail) -> None:
        self.mail = mail

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not self.mail.is_ours(address):
            return "550 5.7.1 Only returned mail is taken here"
        if len(envelope.rcpt_tos) >= 10:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        async with self.mail.reading:
            report = await asyncio.to_thread(read_report, envelope.content, tuple(envelope.rcpt_tos))
        if report is None:
            log.info("mail.returned", kind="no_report")
            return "250 2.0.0 Not a report"
        await self.mail.note(report)
        return "250 2.0.0 Noted"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong here is ours to put right: the other side keeps the report and comes again."""
        log.warning("mail.returned_later", error=type(error).__name__)
        return "451 4.3.0 Come again later"
