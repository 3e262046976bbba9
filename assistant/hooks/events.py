"""What may be subscribed to, and an event as it is sent: CloudEvents 1.0 in structured mode. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.casework.announcing import CASE_TYPES, FLAG_TYPES
from assistant.store.columns import to_json

TEST = "no.varde.subscription.test.v1"
TYPES = (*FLAG_TYPES, *CASE_TYPES)
"""What a subscriber may choose among. A test event goes to the subscription that is tested, whatever it chose."""

DIGITS = 16


@dataclass(frozen=True)
class OutgoingEvent:
    """A row of the outbox."""

    sequence: int
    id: str
    municipality: str
    type: str
    subject: str
    data: Mapping[str, Any]
    at: datetime


def cloud_event(event: OutgoingEvent, public_url: str) -> bytes:
    """The body of a delivery: the same bytes at each attempt.

    `sequence` (the CloudEvents extension) orders the events of one source by plain comparison of texts.
    """
    return to_json(
        {
            "specversion": "1.0",
            "id": event.id,
            "source": f"{public_url.rstrip('/')}/municipalities/{event.municipality}",
            "type": event.type,
            "subject": event.subject,
            "time": event.at.isoformat(),
            "datacontenttype": "application/json",
            "sequence": f"{event.sequence:0{DIGITS}d}",
            "data": event.data,
        }
    ).encode()
