"""What an SMS gateway tells us: receipts for texts we sent, and texts people sent us (docs/channels.md). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast, get_args

Status = Literal["delivered", "failed", "expired"]
"""What became of a text: on the telephone; refused on the way; not on the telephone in time."""

Word = Literal["yes", "no", "stop", "start", "help", "other"]
"""What a text from a person says; `other` is none of what we understand."""

MOST_RECEIPTS = 100
LONGEST_ID = 200
LONGEST_TEXT = 1_600  # ten segments; what is longer is none of the words
MOST_SEGMENTS = 255  # 3GPP TS 23.040 section 9.2.3.24.1: one octet counts the parts

_WORDS: Mapping[str, Word] = {
    "ja": "yes",
    "yes": "yes",
    "nei": "no",
    "no": "no",
    "stopp": "stop",
    "stop": "stop",
    "start": "start",
    "hjelp": "help",
    "help": "help",
}
_POLITE = frozenset(["takk", "tusen", "mange", "gjerne", "please", "thanks", "thank", "you"])
_NEED_NO_MORE = frozenset({"stop", "help"})
"""Understood whatever follows: who begins with STOPP is left in peace, who begins with HJELP gets it."""


class MalformedSms(ValueError):
    """The gateway's request is not as agreed. Says where, never whose number or what text."""


@dataclass(frozen=True)
class Receipt:
    """What became of the text sent under the Idempotency-Key `sent_as`.

    `segments` and `price` (with its ISO 4217 currency) are None where the gateway does not say.
    """

    sent_as: str
    status: Status
    segments: int | None = None
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Reply:
    """A text from a person: `id` is the gateway's, the same each time it is handed to us."""

    id: str
    sender: str = field(repr=False)
    word: Word


def read_receipts(value: Any) -> tuple[Receipt, ...]:
    """One receipt, or a list of at most a hundred. Raises MalformedSms.

    >>> read_receipts({"message": "m1", "status": "delivered", "segments": 1, "price": "0.39", "currency": "NOK"})
    (Receipt(sent_as='m1', status='delivered', segments=1, price=Decimal('0.39'), currency='NOK'),)
    """
    listed = value if isinstance(value, list) else [value]
    if not 1 <= len(listed) <= MOST_RECEIPTS:
        raise MalformedSms(f"give 1 to {MOST_RECEIPTS} receipts at a time")
    return tuple(_receipt(one) for one in listed)


def _receipt(value: Any) -> Receipt:
    given = _object(value)
    status = given.get("status")
    if status not in get_args(Status):
        raise MalformedSms(f"status must be one of {', '.join(get_args(Status))}")
    count = given.get("segments")
    if count is not None and (type(count) is not int or not 1 <= count <= MOST_SEGMENTS):
        raise MalformedSms(f"segments must be a whole number from 1 to {MOST_SEGMENTS}, or left out")
    price, currency = _price(given.get("price")), given.get("currency", "NOK")
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise MalformedSms("currency must be three capital letters (ISO 4217), or left out")
    sent_as = _short(given, "message")
    return Receipt(sent_as, cast("Status", status), count, price, currency if price is not None else "")


def _price(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        price = Decimal(str(value)) if isinstance(value, (str, int, Decimal)) and value is not True else None
    except InvalidOperation:
        price = None
    if price is None or not price.is_finite() or not 0 <= price < 10_000:
        raise MalformedSms("price must be a number from 0 up to 10 000, or left out")
    return round(price, 4).normalize()


def read_reply(value: Any) -> Reply:
    """A text from a person. Raises MalformedSms.

    >>> read_reply({"id": "in-1", "sender": "+4793456789", "text": "Ja takk!"}).word
    'yes'
    """
    given = _object(value)
    text = given.get("text")
    if not isinstance(text, str):
        raise MalformedSms("text is missing or not text")
    return Reply(_short(given, "id"), _short(given, "sender"), word_of(text))


def word_of(text: str) -> Word:
    """What somebody says by a text, in any case, with blanks, punctuation or thanks around it.

    An answer with more than that in it may mean something else, and is not taken for one.

    >>> [word_of(text) for text in (" ja ", "Nei, takk.", "STOP all", "Ja, men ikke på papir")]
    ['yes', 'no', 'stop', 'other']
    """
    if len(text) > LONGEST_TEXT:
        return "other"
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"\w+", plain)
    said = _WORDS.get(words[0], "other") if words else "other"
    if said in _NEED_NO_MORE or all(one in _POLITE or _WORDS.get(one) == said for one in words[1:]):
        return said
    return "other"


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedSms("give a JSON object")
    return value


def _short(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID:
        raise MalformedSms(f"{name} must be text of 1 to {LONGEST_ID} characters")
    return value
