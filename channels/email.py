"""Email: one message to one person over SMTP, the same message each time the same id is sent."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Literal

import aiosmtplib

from channels.interface import (
    Accepted,
    Carries,
    Cost,
    Failed,
    Outgoing,
    Receipts,
    Refused,
    Result,
    too_much,
)
from channels.signing import DkimKey

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f]{1,253}")
_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
ASCII_ONLY = "quoted-printable"
_HEADERS_OF_OTHERS = re.compile(r"(List-[A-Za-z-]+|X-[A-Za-z-]+)")


class UnusableAddress(ValueError):
    """Not one plain email address. The message says what is wrong, never the address itself."""


@dataclass(frozen=True)
class SmtpServer:
    """The server that takes our mail, and who we say it is from.

    `tls`: 'starttls' refuses to go on unencrypted; 'implicit' is TLS from the first byte (port 465). The server's
    certificate is checked against `ca_file` (PEM), or without one against what this machine trusts.
    `returns`: where mail that cannot be delivered comes back to; the message's mark is put into it
    ('returned@b.example' → 'returned+<mark>@b.example'). Without it, it comes back to `sender`.
    """

    host: str
    port: int = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    ca_file: Path | None = None
    sender: str = "varde@kommune.example"
    sender_name: str = "Varde"
    username: str = ""
    password: str = field(default="", repr=False)
    returns: str = ""
    timeout_seconds: float = 10.0  # for each answer from the server
    whole_seconds: float = 30.0  # for one message from first to last
    price: Decimal | None = None  # NOK a message; None: not known


class _Wire(EmailPolicy):
    """As messages go out. An address a machine reads stands on one line: folded, it becomes an encoded word."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name in ("List-Unsubscribe", "Message-ID"):
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


WIRE = _Wire(linesep="\r\n")


def one_address(text: str) -> Address:
    """The address `text` is, with its domain in ASCII (RFC 5891).

    >>> one_address('kari@blåbær.example').addr_spec
    'kari@xn--blbr-roah.example'

    A comma or a line break would make it several recipients, or a header of its own: UnusableAddress.
    """
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise UnusableAddress("an email address holds a control character")
    if "," in text or ";" in text:
        raise UnusableAddress("a message has one recipient, and this is a list of addresses")
    if not _MAILBOX.fullmatch(text):
        raise UnusableAddress("not a plain email address (name@domain)")
    local, _, domain = text.partition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise UnusableAddress("the domain of an email address is not a valid name") from None
    if not _HOST.fullmatch(host) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise UnusableAddress("not a plain email address (name@domain)")
    return Address(username=local, domain=host)


def compose(message: Outgoing, server: SmtpServer, now: datetime, mark: str = "") -> EmailMessage:
    """The message as text and HTML (RFC 2046 multipart/alternative), marked as automatic (RFC 3834).

    Message-ID and boundary come from `message.id` alone: whoever gets it twice can see that it is one. `mark`
    stands for the id in the Message-ID, where only we can make one. All of it is ASCII: no server on the way
    has to write it anew, which would break a signature.
    Raises UnusableAddress for the recipient, ValueError for a line break in what becomes a header.
    """
    to = one_address(message.recipient)
    sender = one_address(server.sender)
    email = EmailMessage()
    email["From"] = Address(server.sender_name, username=sender.username, domain=sender.domain)
    email["To"] = to
    email["Subject"] = message.title
    email["Date"] = now
    email["Message-ID"] = f"<{mark or _token(message.id)}@{sender.domain}>"
    email["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        if not _HEADERS_OF_OTHERS.fullmatch(name):
            raise ValueError(f"header {name!r} is not one a message may bring: only List-… and X-… are")
        email[name] = value
    email.set_content(
        "\n\n".join(part for part in (message.body.strip(), message.link) if part) + "\n", cte=ASCII_ONLY
    )
    email.add_alternative(_as_html(message), subtype="html", cte=ASCII_ONLY)
    email.set_boundary(f"=_{sha256(message.id.encode()).hexdigest()[:40]}")
    if message.language:
        email["Content-Language"] = message.language
    for name, value in email.items():
        # The policy refuses a line break, but not one inside an encoded word (=?utf-8?q?=0D=0ABcc:…?=), which
        # it decodes and would write out as a header of its own.
        if any(ord(c) < 32 or ord(c) == 127 for c in str(value)):
            raise ValueError(f"header {name} would hold a control character")
    return email


def _token(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9-]{1,64}", text) else sha256(text.encode()).hexdigest()


def _as_html(message: Outgoing) -> str:
    paragraphs = [f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", message.body.strip())]
    if message.link:
        paragraphs.append(f'<p><a href="{escape(message.link)}">{escape(message.link)}</a></p>')
    head = f'<meta charset="utf-8"><title>{escape(message.title)}</title>'
    return f'<!doctype html>\n<html lang="{escape(message.language)}"><head>{head}</head>\n<body>\n' + (
        "\n".join(part.replace("\n", "<br>\n") for part in paragraphs) + "\n</body></html>\n"
    )


class EmailChannel:
    """Hands messages to one SMTP server, with a connection of its own for each.

    `signer` signs them; `mark` makes of a message's id what only we can make, and the same each time.

    A refusal of the recipient or of the message (5xx after RCPT or DATA) is final. Everything else is not:
    a 4xx, silence, a broken connection, and a server that does not want *us* (5xx before any recipient was
    named), because that is for those who run it to put right, and no message should be lost meanwhile.
    """

    name = "email"
    addressed_by: Literal["address"] = "address"
    reminds = False
    carries = Carries(whole=False)

    def __init__(
        self,
        server: SmtpServer,
        clock: Callable[[], datetime],
        signer: DkimKey | None = None,
        mark: Callable[[str], str] | None = None,
    ) -> None:
        self.server = server
        self.clock = clock
        self.signer = signer
        self.mark = mark
        # Read now: a file that is no certificate is found at the start, not by the first message.
        self.tls = None if server.tls == "none" else ssl.create_default_context(cafile=server.ca_file)

    @property
    def receipts(self) -> Receipts:
        """What cannot be delivered comes back, where there is an address for it to come back to."""
        return "told" if self.server.returns else "none"

    def cost(self, message: Outgoing) -> Cost:
        return Cost(self.server.price)

    def can_carry(self, message: Outgoing) -> str | None:
        return too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        if reason := self.can_carry(message):
            return Refused(reason)
        try:
            one_address(message.recipient)
        except UnusableAddress as error:
            return Refused(str(error))
        mark = self.mark(message.id) if self.mark else ""
        email = compose(message, self.server, self.clock(), mark)
        try:
            async with asyncio.timeout(self.server.whole_seconds):
                return await self._hand_over(
                    email, await self._signed(email), _returning_to(self.server, mark)
                )
        except TimeoutError:
            return Failed("the mail server was silent")
        except aiosmtplib.SMTPResponseException as error:
            return Failed(f"the mail server said {error.code} before it took a recipient")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Failed(f"no mail server: {type(error).__name__}")

    async def _signed(self, email: EmailMessage) -> bytes:
        content = email.as_bytes(policy=WIRE)
        if self.signer is None:
            return content
        # It takes 8 ms: others have turns too.
        return await asyncio.to_thread(self.signer.signed, content, email.keys())

    async def _hand_over(self, email: EmailMessage, content: bytes, returns: str) -> Result:
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout_seconds,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=self.tls,
            username=server.username or None,
            password=server.password or None,
        )
        try:
            await client.connect()
            await client.mail(returns)
            try:
                await client.rcpt(email["To"].addresses[0].addr_spec)
                answer = await client.data(content)
            except aiosmtplib.SMTPResponseException as error:
                return _judged(error.code)
            return Accepted(receipt=answer.message[:200])
        finally:
            client.close()

    async def close(self) -> None:
        """Nothing stays open between messages."""


def _returning_to(server: SmtpServer, mark: str) -> str:
    """The envelope's sender: what comes back says by it which message it was (a variable return path)."""
    if not server.returns or not mark:
        return one_address(server.sender).addr_spec
    back = one_address(server.returns)
    return f"{back.username}+{mark}@{back.domain}"


def _judged(code: int) -> Refused | Failed:
    # The server's own words may repeat the address, and what we say here is logged and kept.
    if 500 <= code < 600:
        return Refused(f"the mail server refused it for good ({code})")
    return Failed(f"the mail server could not take it now ({code})")
