"""SMS: a short text to a Norwegian mobile through a municipality's HTTP gateway (docs/channels.md)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
import phonenumbers

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

# 3GPP TS 23.038, the default alphabet and its extension (each of the latter takes two places).
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")
MAX_SEGMENTS = 4
LONGEST_TEXT = MAX_SEGMENTS * 153
"""Characters in the most parts we send, in the roomier alphabet: some texts that are shorter take more parts."""
LONGEST_WAIT_SECONDS = 86_400.0


@dataclass(frozen=True)
class Segments:
    """How a text travels: its alphabet, and how many messages the receiver's network counts it as."""

    encoding: Literal["gsm7", "ucs2"]
    count: int


def segments(text: str) -> Segments:
    """Segments by 3GPP TS 23.038/23.040: 160 places alone or 153 each in GSM-7; 70 or 67 in UCS-2.

    >>> segments('Du har en melding frå kommunen.')
    Segments(encoding='gsm7', count=1)
    >>> segments('Buorre beaivi, čálus' * 4).encoding
    'ucs2'
    """
    if not beyond_gsm7(text):
        return Segments("gsm7", _parts([2 if c in _GSM7_EXTENSION else 1 for c in text], 160, 153))
    return Segments("ucs2", _parts([2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67))


def _parts(places: Sequence[int], alone: int, each: int) -> int:
    """How many messages characters of so many places fill. One of two places is not cut in two."""
    if sum(places) <= alone:
        return 1
    count, left = 1, each
    for place in places:
        if place > left:
            count, left = count + 1, each
        left -= place
    return count


def beyond_gsm7(text: str) -> tuple[str, ...]:
    """The characters for whose sake a text travels as UCS-2, each once.

    >>> beyond_gsm7('Velkommen «hit» – og hit')
    ('«', '»', '–')
    """
    return tuple(dict.fromkeys(c for c in text if c not in _GSM7 and c not in _GSM7_EXTENSION))


def norwegian_mobile(number: str) -> str | None:
    """The number in E.164 form when it is a Norwegian mobile (+47 4… or 9…), else None.

    >>> norwegian_mobile('934 56 789')
    '+4793456789'
    >>> norwegian_mobile('+46701234567') is None
    True
    """
    try:
        parsed = phonenumbers.parse(number, "NO")
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code != 47 or parsed.extension or not phonenumbers.is_valid_number(parsed):
        return None
    e164: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164 if len(e164) == 11 and e164[3] in "49" else None


def clean(text: str) -> str:
    """The text without control and invisible formatting characters; line breaks stay.

    >>> clean('Hei\\x00 \\u202edu\\r\\n')
    'Hei du'
    """
    kept = (c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"})
    return "".join(kept).strip()


@dataclass(frozen=True)
class SmsGateway:
    """Where the gateway answers and the fixed sender people see (at most eleven letters or digits)."""

    url: str
    token: str = field(default="", repr=False)
    sender: str = "Varde"
    timeout_seconds: float = 10.0
    price_per_part: Decimal | None = None  # NOK; None: not known
    tells: bool = False  # it sends receipts


def text_of(body: str, link: str) -> str:
    """The text as it is sent, the link on a line of its own. Raises ValueError for a link that says too much."""
    text = clean(body)
    return f"{text}\n{plain_link(link)}" if link else text


def too_many_parts(text: str) -> str | None:
    """Why a text as it is sent is too long; None where it is not."""
    parts = segments(text).count
    return f"{parts} SMS parts; at most {MAX_SEGMENTS} are sent" if parts > MAX_SEGMENTS else None


def too_long(message: Outgoing) -> str | None:
    """Why a message is too long for one text; None where it is not."""
    reason = too_many_parts(text_of(message.body, message.link))
    return f"the text would be {reason}" if reason else None


class SmsChannel:
    """Posts to the gateway under the message's id, so that a repeat is the same text message."""

    name = "sms"
    addressed_by: Literal["address"] = "address"
    reminds = False
    carries = Carries(whole=False, longest_text=LONGEST_TEXT)

    def __init__(self, gateway: SmsGateway, clock: Callable[[], datetime]) -> None:
        if not (1 <= len(gateway.sender) <= 11 and gateway.sender.isascii() and gateway.sender.isalnum()):
            raise ValueError(f"sms.sender {gateway.sender!r}: give 1 to 11 letters a–z or digits")
        self.gateway = gateway
        self.clock = clock
        self._session: aiohttp.ClientSession | None = None

    @property
    def receipts(self) -> Receipts:
        return "told" if self.gateway.tells else "none"

    def cost(self, message: Outgoing) -> Cost:
        price = self.gateway.price_per_part
        text = text_of(message.body, message.link)
        return Cost(None if price is None else price * segments(text).count)

    def can_carry(self, message: Outgoing) -> str | None:
        return too_long(message) or too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        number = norwegian_mobile(message.recipient)
        if number is None:
            return Refused("not a Norwegian mobile number (+47 4… or 9…)")
        if reason := self.can_carry(message):
            return Refused(reason)
        text = text_of(message.body, message.link)
        parts = segments(text)
        body = {
            "sender": self.gateway.sender,
            "recipient": number,
            "text": text,
            "encoding": parts.encoding,
            "segments": parts.count,
        }
        headers = {"Authorization": f"Bearer {self.gateway.token}", "Idempotency-Key": message.id}
        try:
            async with self._client().post(
                self.gateway.url, json=body, headers=headers, allow_redirects=False
            ) as answer:
                return await self._judged(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Failed(f"no SMS gateway: {type(error).__name__}")

    async def _judged(self, answer: aiohttp.ClientResponse) -> Result:
        if answer.status in {200, 201, 202}:
            try:
                said = await answer.json()
            except (ValueError, aiohttp.ContentTypeError):
                said = None
            receipt = said.get("id", "") if isinstance(said, dict) else ""
            return Accepted(receipt=str(receipt)[:200])
        if answer.status in {400, 404, 409, 413, 422}:
            return Refused(f"the SMS gateway refused it ({answer.status})")
        # Not only 429 and 5xx: a token that has run out (401) is put right by those who run it, then sent.
        return Failed(
            f"the SMS gateway could not take it now ({answer.status})",
            retry_after=seconds_to_wait(answer.headers.get("Retry-After"), self.clock()),
        )

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self.gateway.timeout_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def plain_link(link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"link {link!r}: a link in an SMS is an address without query, nothing else")
    if not link.isascii() or any(c.isspace() or ord(c) < 33 for c in link):
        raise ValueError("a link in an SMS holds only visible ASCII")
    return link


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3): seconds, or a date; never more than a day."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        seconds = float(retry_after)
    else:
        try:
            seconds = (parsedate_to_datetime(retry_after) - now).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
