"""What every channel is: it takes an outgoing message and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True)
class Reminder:
    """To be told once more after so many days, if `condition_url` then answers that it is still to be told."""

    after_days: int
    condition_url: str
    title: str = ""  # empty: as the message itself
    body: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A message ready to go. `id` is the idempotency key: the same id is the same message, always.

    `recipient`: what the channel's `addressed_by` says: the person's email address, E.164 number or our id of
    the person; or the identity number. `reminder`: only for a channel that can `remind`.
    """

    id: str
    recipient: str = field(repr=False)
    language: str
    title: str
    body: str
    link: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reminder: Reminder | None = None


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

    @property
    def addressed_by(self) -> Literal["address", "national_id"]:
        """What a recipient is known by here."""

    @property
    def reminds(self) -> bool:
        """Whether it can tell once more by itself (`Outgoing.reminder`)."""

    async def send(self, message: Outgoing) -> Result: ...

    async def close(self) -> None: ...
