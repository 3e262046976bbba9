"""What every channel is: it says what it can carry, takes an outgoing message, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

Address = Literal["address", "national_id", "postal_address"]
"""What a recipient is known by: the channel's own kind of address, identity number, or name and postal address."""

Receipts = Literal["none", "asked", "told"]
"""Whether it is learnt later what became of a message: never; we ask the other side; the other side tells us."""


@dataclass(frozen=True)
class Reminder:
    """To be told once more after so many days, if `condition_url` then answers that it is still to be told."""

    after_days: int
    condition_url: str
    title: str = ""  # empty: as the message itself
    body: str = ""


@dataclass(frozen=True)
class Attachment:
    """A document that goes along. `name` is what people see, with its ending."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Outgoing:
    """A message ready to go. `id` is the idempotency key: the same id is the same message, always.

    `recipient`: what the channel's `addressed_by` says: the person's email address, E.164 number or our id of
    the person; the identity number; or name and postal address, a line each. `reminder`: only for a channel that
    can `remind`. `whole`: the text is the matter itself, not only word that it is there.
    """

    id: str
    recipient: str = field(repr=False)
    language: str
    title: str
    body: str
    link: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reminder: Reminder | None = None
    whole: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Carries:
    """What a channel can carry. `whole`: the matter itself; else only word that something is there.

    `longest_text`: so many characters of text and link at most; None: it sets no limit.
    """

    whole: bool
    attachments: bool = False
    longest_text: int | None = None


@dataclass(frozen=True)
class Cost:
    """What sending costs; `amount` None: not known, which is never zero. `unit`: what the price is for.

    >>> str(Cost(Decimal("0.35"), "NOK", "SMS part")), str(Cost()), str(Cost(Decimal(0)))
    ('0.35 NOK/SMS part', 'unknown', '0 NOK/message')
    """

    amount: Decimal | None = None
    currency: str = "NOK"
    unit: str = "message"

    def __str__(self) -> str:
        return "unknown" if self.amount is None else f"{self.amount} {self.currency}/{self.unit}"


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
    """`send` never raises for what the other side does: that is a result. It raises for our own faults.

    It is safe to call twice with the same message. `cost` and `can_carry` neither send nor wait.
    """

    name: str

    @property
    def addressed_by(self) -> Address:
        """What a recipient is known by here."""

    @property
    def reminds(self) -> bool:
        """Whether it can tell once more by itself (`Outgoing.reminder`)."""

    @property
    def carries(self) -> Carries:
        """What it can carry."""

    @property
    def receipts(self) -> Receipts:
        """Whether it is learnt later what became of a message it took."""

    def cost(self, message: Outgoing) -> Cost:
        """What this message costs in all: parts, pages and postage reckoned in."""

    def can_carry(self, message: Outgoing) -> str | None:
        """Why it cannot carry this message, told without its content; None where it can."""

    async def send(self, message: Outgoing) -> Result: ...

    async def close(self) -> None: ...


def too_much(message: Outgoing, carries: Carries) -> str | None:
    """What of a message is beyond what a channel carries; None: nothing.

    >>> too_much(Outgoing("1", "a@b.example", "nb", "Vedtak", "Du har fått …", whole=True), Carries(whole=False))
    'it carries only word that something is there, and this is the matter itself'
    """
    if message.whole and not carries.whole:
        return "it carries only word that something is there, and this is the matter itself"
    if message.attachments and not carries.attachments:
        return "it carries no attachments"
    length = len(message.body) + len(message.link)
    if carries.longest_text is not None and length > carries.longest_text:
        return f"it carries {carries.longest_text} characters, and this has {length}"
    return None
