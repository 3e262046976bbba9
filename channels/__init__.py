"""Ways to reach a person: chat, email, SMS, one module each. A channel knows nothing of rules."""

from channels.interface import (
    Accepted,
    Attachment,
    Carries,
    Channel,
    Cost,
    Failed,
    Outgoing,
    Receipts,
    Refused,
    Reminder,
    Result,
    too_much,
)

__all__ = [
    "Accepted",
    "Attachment",
    "Carries",
    "Channel",
    "Cost",
    "Failed",
    "Outgoing",
    "Receipts",
    "Refused",
    "Reminder",
    "Result",
    "too_much",
]
