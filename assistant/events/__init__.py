"""From an event in the inbox to what follows from it: facts, life events, determinations, guidance."""

from assistant.events.cloudevents import IncomingEvent, MalformedEvent, read_events
from assistant.events.handling import Handling
from assistant.events.inbox import Stored, receive_event, store_event
from assistant.events.polling import Polling
from assistant.events.types import KINDERGARTEN_PLACE, POPULATION, TAX_ASSESSMENT
from assistant.events.waking import wake_determinations

__all__ = [
    "KINDERGARTEN_PLACE",
    "POPULATION",
    "TAX_ASSESSMENT",
    "Handling",
    "IncomingEvent",
    "MalformedEvent",
    "Polling",
    "Stored",
    "read_events",
    "receive_event",
    "store_event",
    "wake_determinations",
]
