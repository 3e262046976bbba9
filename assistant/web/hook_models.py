"""What the API takes and answers about subscriptions and about where each case is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.hooks.subscriptions import State


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SubscriptionIn(_Strict):
    name: str = Field(max_length=200, description="Who is told, in words")
    url: str = Field(max_length=2000, description="https, on a public address")
    types: list[str] = Field(max_length=50, description="Event types")


class SubscriptionOut(_Strict):
    """Who is told of what, and where."""

    id: str
    name: str
    url: str
    types: list[str]
    active: bool
    created_at: datetime
    failing_since: datetime | None = Field(description="Since when the subscriber has not answered")
    secrets: int = Field(description="How many secrets are live: two while one is changed")
    deliveries: dict[str, int] = Field(description="How many are waiting, taken and failed")


class SubscriptionsOut(_Strict):
    subscriptions: list[SubscriptionOut]


class NewSecretOut(_Strict):
    """A subscription and its newest secret, which is shown this once."""

    subscription: SubscriptionOut
    secret: str


class DeliveryOut(_Strict):
    """An event to a subscriber, and what has become of it."""

    sequence: int
    event: str
    type: str
    state: State
    attempts: int
    at: datetime
    changed_at: datetime
    note: str


class DeliveriesOut(_Strict):
    deliveries: list[DeliveryOut]


class ReplayIn(_Strict):
    since: int = Field(ge=0, le=2**31 - 1, description="The last sequence number you have")


class ReplayOut(_Strict):
    events: int
    last: int = Field(description="The last sequence number that is sent again")
    more: bool = Field(description="There are more: ask again since the last one")


class TestOut(_Strict):
    event: str = Field(description="The id of the event that is sent")


class DoneOut(_Strict):
    done: Literal[True] = True


class FlowQuery(_Strict):
    waits_for: Literal["", "person", "register", "case_worker", "appeal", "answer", "deadline"] = ""
    kind: str = Field("", max_length=80, description="The errand, as case events name it")
    overdue: bool = Field(False, description="Only what should have happened")
    limit: int = Field(500, ge=1, le=500, description="At most so many lines")


class FlowLineOut(_Strict):
    """Where one errand or case is. No fact and no name."""

    id: str
    what: Literal["errand", "case"]
    kind: str
    waits_for: str
    since: datetime
    next_day: date | None = Field(
        description="The next day on which something happens by itself, or must have"
    )
    overdue: bool


class FlowOut(_Strict):
    counts: dict[str, int] = Field(description="How many wait for each, whatever was chosen")
    overdue: int
    total: int = Field(description="How many were chosen")
    lines: list[FlowLineOut] = Field(description="What has a day comes first, the nearest first")
