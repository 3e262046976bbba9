"""From a changed determination to messages: whom to tell what, in which words, by which channel, once."""

from assistant.guidance.delivery import Delivery
from assistant.guidance.mattering import LifeEventRow
from assistant.guidance.planning import PlannedGuidance, plan
from assistant.guidance.rows import StillSending
from assistant.guidance.sandbox import TemplateFault
from assistant.guidance.store import Guidance
from assistant.guidance.tact import Telling, telling
from assistant.guidance.writing import KINDS, Written, write

__all__ = [
    "KINDS",
    "Delivery",
    "Guidance",
    "LifeEventRow",
    "PlannedGuidance",
    "StillSending",
    "Telling",
    "TemplateFault",
    "Written",
    "plan",
    "telling",
    "write",
]
