"""Ways to reach a person: chat, email, SMS, one module each. A channel knows nothing of rules."""

from channels.interface import Accepted, Channel, Failed, Outgoing, Refused, Reminder, Result

__all__ = ["Accepted", "Channel", "Failed", "Outgoing", "Refused", "Reminder", "Result"]
