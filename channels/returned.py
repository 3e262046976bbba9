"""What comes back by email: reports of what was not delivered (RFC 3464) and complaints (RFC 5965). Pure.

Anybody can send us such a report. It is therefore only believed together with a mark that was in the message
itself: in the address it came back to, or in the message's id, as the report quotes it. Whoever reads a `Report`
must ask whether one of its marks is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from typing import Literal

Kind = Literal["gone", "undelivered", "delayed", "complaint"]
"""No such mailbox, now or later; this message did not arrive; it is still being tried; the reader wants no more."""

COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "other", "virus"})
"""Feedback types (RFC 5965 section 3.5 and RFC 6650); 'not-spam' is none."""

NO_SUCH_MAILBOX = re.compile(r"5\.(0|1)\.\d{1,3}|5\.2\.1")
"""Status codes (RFC 3463) that say of the address itself that it is of no use. A full mailbox (5.2.2), a size or a
policy (5.3, 5.7) are of this message or this day."""

LONGEST_MARK = 200

MOST_BOUNDARIES = 10
"""A report has one, and the message it quotes one or two."""


@dataclass(frozen=True)
class Report:
    """What became of a message. `status`: as RFC 3463 has it, or the feedback type. `marks`: what may be ours."""

    kind: Kind
    status: str
    marks: tuple[str, ...]


def read_report(content: bytes, came_to: Sequence[str]) -> Report | None:
    """The report that an email is; None for anything else: an answer, an out-of-office, a receipt, a letter.

    `came_to`: the recipients of the envelope, 'returned+<mark>@bounces.example'.
    """
    if not _may_be_a_report(content):
        return None
    try:
        return _read(BytesParser(policy=compat32).parsebytes(content), came_to)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None  # what Python's parser cannot make sense of is no report either


def _may_be_a_report(content: bytes) -> bool:
    """What is to be seen without reading it all: Python's parser tries each line against each open boundary.

    >>> _may_be_a_report(b"Content-Type: multipart/report; boundary=a\\n\\n")
    True
    >>> _may_be_a_report(b"Content-Type: text/plain\\n\\nmultipart/report boundary=")
    False
    """
    text = content.lower()
    head = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    return b"multipart/report" in head and text.count(b"boundary") <= MOST_BOUNDARIES


def _read(email: Message, came_to: Sequence[str]) -> Report | None:
    if email.get_content_type() != "multipart/report" or not email.is_multipart():
        return None
    parts = [part for part in email.get_payload() if isinstance(part, Message)]
    kind = str(email.get_param("report-type", "")).lower()
    if kind == "delivery-status":
        found = _delivery_status(_blocks(parts, "message/delivery-status"))
    elif kind == "feedback-report":
        found = _feedback(_blocks(parts, "message/feedback-report"))
    else:
        return None
    if found is None:
        return None
    return Report(*found, tuple(dict.fromkeys(_marks(parts, came_to))))


def _blocks(parts: Sequence[Message], media_type: str) -> list[Message]:
    """The groups of fields of the part of a report that machines read."""
    payloads = (part.get_payload() for part in parts if part.get_content_type() == media_type)
    listed = (payload for payload in payloads if isinstance(payload, list))
    return [block for blocks in listed for block in blocks if isinstance(block, Message)]


def _delivery_status(blocks: Sequence[Message]) -> tuple[Kind, str] | None:
    """Of one recipient: our messages have one."""
    for block in blocks:
        action = str(block.get("Action", "")).strip().lower()
        status = _status(str(block.get("Status", "")))
        if action == "delayed":
            return "delayed", status
        if action == "failed":
            return ("gone" if NO_SUCH_MAILBOX.fullmatch(status) else "undelivered"), status
    return None


def _status(text: str) -> str:
    """
    >>> _status("5.1.1 (bad destination mailbox address)"), _status("kari@post.example")
    ('5.1.1', '')
    """
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)", text)
    return found[1] if found else ""


def _feedback(blocks: Sequence[Message]) -> tuple[Kind, str] | None:
    for block in blocks:
        said = str(block.get("Feedback-Type", "")).strip().lower()
        if said in COMPLAINTS:
            return "complaint", said
    return None


def _marks(parts: Sequence[Message], came_to: Sequence[str]) -> Iterator[str]:
    """What may be a mark of ours: in the address it came to, in whom it was from and in the quoted message's id."""
    for address in came_to:
        yield from _behind_plus(address)
    for block in _blocks(parts, "message/feedback-report"):
        yield from _behind_plus(str(block.get("Original-Mail-From", "")))
    for quoted in _quoted(parts):
        yield from _behind_plus(str(quoted.get("Return-Path", "")))
        found = re.search(r"<([^@<>\s]+)@", str(quoted.get("Message-ID", ""))[:LONGEST_MARK])
        if found:
            yield found[1]


def _behind_plus(address: str) -> Iterator[str]:
    found = re.search(r"\+([a-z0-9]+)@", address[:LONGEST_MARK].lower())
    if found:
        yield found[1]


def _quoted(parts: Sequence[Message]) -> Iterator[Message]:
    """The message that a report is about, or its headers."""
    for part in parts:
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
            yield from (one for one in payload[:1] if isinstance(one, Message))
        elif part.get_content_type() == "text/rfc822-headers" and isinstance(payload, str):
            yield Parser(policy=compat32).parsestr(payload, headersonly=True)
