"""What every channel is: it takes an outgoing message and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """A message ready to go. `id` is the idempotency key: the same id is the same message, always."""

    id: str
    recipient: str = field(repr=False)  # an email address, an E.164 number, a person's id for chat
    language: str
    title: str
    body: str
    link: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """The other side has taken it over; `receipt` is its name for it."""

    receipt: str = ""


@dataclass(frozen=True)
class Refused:
    """It will never be taken (unknown mailbox, number not allowed): do not try again."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """It was not taken now (busy, silent, 4xx SMTP, 429/5xx HTTP): try again after `retry_after` seconds."""

    reason: str
    retry_after: float | None = None


Result = Accepted | Refused | Failed


class Channel(Protocol):
    """`send` never raises for what the other side does: that is a result. It raises for our own faults."""

    name: str

    async def send(self, message: Outgoing) -> Result: ...

    async def close(self) -> None: ...
