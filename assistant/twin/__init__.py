"""The digital twin: facts about a person and theirs, with provenance, and the log of their use."""

from assistant.twin.facts import Changed, Identifier, Provenance, Span, Statement, SubjectRef
from assistant.twin.generations import BEFOREHAND, GENERATIONS, Generation, generation_of
from assistant.twin.neighbourhood import UNKNOWN, Fact, Neighbourhood, Unknown
from assistant.twin.recording import FactChange, Recorded
from assistant.twin.twin import Municipality, Twin, is_adult, is_minor
from assistant.twin.usage import (
    Action,
    OnBehalf,
    UsageFilter,
    UsagePage,
    UsageRow,
    Use,
    log_usage,
    on_behalf,
    standing_in,
    usage_entry,
    usage_page,
)
from assistant.twin.usage_signing import UsageKey, UsageSigning, exported
from assistant.twin.view import View

__all__ = [
    "BEFOREHAND",
    "GENERATIONS",
    "UNKNOWN",
    "Action",
    "Changed",
    "Fact",
    "FactChange",
    "Generation",
    "Identifier",
    "Municipality",
    "Neighbourhood",
    "OnBehalf",
    "Provenance",
    "Recorded",
    "Span",
    "Statement",
    "SubjectRef",
    "Twin",
    "Unknown",
    "UsageFilter",
    "UsageKey",
    "UsagePage",
    "UsageRow",
    "UsageSigning",
    "Use",
    "View",
    "exported",
    "generation_of",
    "is_adult",
    "is_minor",
    "log_usage",
    "on_behalf",
    "standing_in",
    "usage_entry",
    "usage_page",
]
