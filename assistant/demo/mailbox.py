"""The demo's mail server: real SMTP on loopback, each message a file, a repeat kept once and counted."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP

from channels.listening import MailDoor, cut_off

Mischief = Literal[
    "refuse_sender",
    "refuse_recipient",
    "refuse_recipient_for_now",
    "refuse_for_now",
    "refuse_for_good",
    "drop",
    "take_and_drop",
    "take_and_refuse_for_now",
    "slow",
]


@dataclass
class Misbehaviour:
    """How the server fails the next `times` deliveries, to see that the sender bears it.

    'refuse_sender' wants nothing from us (5xx before any recipient); 'drop' breaks the connection in the middle of
    DATA; 'take_and_drop' keeps the message first and breaks it before saying so, and 'take_and_refuse_for_now' says
    4xx then, so that it comes twice; 'slow' answers after `seconds`.
    """

    kind: Mischief
    times: int = 1
    seconds: float = 30.0


@dataclass(frozen=True)
class ReceivedMail:
    """One message in the mailbox. `times` says how often it came under the same Message-ID."""

    id: str
    recipient: str = field(repr=False)
    sender: str
    subject: str
    received_at: datetime
    times: int
    text: str = field(repr=False)
    html: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    envelope_sender: str = field(default="", repr=False)  # where it goes back to if it cannot be delivered


class Mailbox:
    """`async with Mailbox(folder) as mailbox:` receives on `mailbox.port` and lists what came.

    With `tls`, what it shows who it is by: encrypted from the first byte, or after STARTTLS where `starttls` is set.
    """

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        *,
        starttls: bool = False,
    ) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self.tls = tls
        self.starttls = starttls
        self.misbehaviour: Misbehaviour | None = None
        # How each message in turn is met, while there is one.
        self.moods: Iterator[Mischief | None] = iter(())
        self.done: Counter[Mischief] = Counter()  # what mischief there has been
        self.greylisting = False  # who writes to somebody for the first time is asked to come again
        self._seen: set[tuple[str, str]] = set()
        self.at_data = asyncio.Event()  # somebody has come as far as DATA
        self._door = MailDoor(lambda: _Conversation(self))

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        tls = None if self.starttls else self.tls
        self.port = await self._door.open(self.host, self.port, ssl=tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._door.close()

    def listed(self, recipient: str = "") -> list[ReceivedMail]:
        """What has come, newest first; to one recipient, or to all."""
        found = [_read(path) for path in self.folder.glob("*.eml")]
        chosen = [mail for mail in found if not recipient or mail.recipient == recipient]
        return sorted(chosen, key=lambda mail: (mail.received_at, mail.id), reverse=True)

    def one(self, id: str) -> ReceivedMail | None:
        path = self.folder / f"{id}.eml"
        return _read(path) if id.isalnum() and path.exists() else None

    def empty(self) -> None:
        for path in (*self.folder.glob("*.eml"), *self.folder.glob("*.json")):
            path.unlink()

    def next_mischief(self, *kinds: Mischief) -> Misbehaviour | None:
        """The misbehaviour due now if it is one of these; each call uses one of its times up."""
        wanted = self.misbehaviour
        if wanted is None or wanted.times < 1 or wanted.kind not in kinds:
            return None
        wanted.times -= 1
        self.done[wanted.kind] += 1
        return wanted

    def wake(self) -> None:
        """Another message comes: the mailbox is in its next mood, once the one before has been let out."""
        if self.misbehaviour is not None and self.misbehaviour.times > 0:
            return
        if (kind := next(self.moods, None)) is not None:
            self.misbehaviour = Misbehaviour(kind, seconds=1.0)

    def knows(self, sender: str, recipient: str) -> bool:
        """Whether the two have met before; from now on they have."""
        known = (sender, recipient) in self._seen
        self._seen.add((sender, recipient))
        return known

    def content(self, id: str) -> bytes:
        """The message as it came."""
        return (self.folder / f"{id}.eml").read_bytes()

    def keep(self, content: bytes, recipient: str, now: datetime, envelope_sender: str = "") -> None:
        """Write the message to disk before it is acknowledged, under the hash of its Message-ID."""
        email = message_from_bytes(content, policy=default)
        name = sha256(f"{email['Message-ID']} {recipient}".encode()).hexdigest()[:32]
        path, beside = self.folder / f"{name}.eml", self.folder / f"{name}.json"
        if path.exists():
            known = json.loads(beside.read_text())
            known["times"] += 1
        else:
            known = {"recipient": recipient, "received_at": now.isoformat(), "times": 1}
            known["envelope_sender"] = envelope_sender
        _write(beside, json.dumps(known).encode())
        _write(path, content)


class _Conversation(SMTP):
    """One SMTP session, with the mailbox's mischief in it."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(
            _Handler(mailbox),
            hostname="mailbox.example",
            timeout=60,
            decode_data=False,
            tls_context=mailbox.tls if mailbox.starttls else None,
            require_starttls=mailbox.starttls,
        )
        self.mailbox = mailbox

    async def smtp_DATA(self, arg: str) -> None:
        self.mailbox.at_data.set()
        if self.mailbox.next_mischief("drop"):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            cut_off(self)
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.mailbox.wake()
        if self.mailbox.next_mischief("refuse_sender"):
            return "554 5.7.1 Nothing from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.mailbox.next_mischief("refuse_recipient"):
            return "550 5.1.1 No such mailbox"
        if self.mailbox.next_mischief("refuse_recipient_for_now"):
            return "450 4.2.1 Mailbox busy"
        if self.mailbox.greylisting and not self.mailbox.knows(envelope.mail_from, address):
            return "451 4.7.1 Greylisted, come back later"
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient a message"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.mailbox.next_mischief("refuse_for_now"):
            return "451 4.3.0 Come back later"
        if self.mailbox.next_mischief("refuse_for_good"):
            return "554 5.7.1 Not wanted"
        if slow := self.mailbox.next_mischief("slow"):
            await asyncio.sleep(slow.seconds)
        now = datetime.now(UTC)
        await asyncio.to_thread(
            self.mailbox.keep, envelope.content, envelope.rcpt_tos[0], now, envelope.mail_from
        )
        if self.mailbox.next_mischief("take_and_drop"):
            cut_off(server)
        if self.mailbox.next_mischief("take_and_refuse_for_now"):
            return "451 4.3.0 Come back later"
        return "250 2.0.0 Kept"


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read(path: Path) -> ReceivedMail:
    known = json.loads(path.with_suffix(".json").read_text())
    email = message_from_bytes(path.read_bytes(), policy=default)
    return ReceivedMail(
        id=path.stem,
        recipient=known["recipient"],
        sender=str(email["From"]),
        subject=str(email["Subject"]),
        received_at=datetime.fromisoformat(known["received_at"]),
        times=known["times"],
        text=_part(email, "plain"),
        html=_part(email, "html"),
        headers=tuple((name, str(value)) for name, value in email.items()),
        envelope_sender=known.get("envelope_sender", ""),
    )


def _part(email: EmailMessage, kind: str) -> str:
    part = email.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
