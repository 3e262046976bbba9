"""Life events recognised by durable-rules, where it can: the optional extra `varde[durable-rules]`.

Not what the assistant uses: `rules.recognise` does the same for every definition, without a compiler or a child
process. docs/life-events.md says what durable-rules can do and what it cannot.
"""

from __future__ import annotations

from rules.durable.canonical import NotCanonical
from rules.durable.recognising import recognise, recognise_each
from rules.durable.ruleset import NotExpressible, Ruleset, compile_ruleset, reasons_against
from rules.durable.running import DurableRulesError, is_installed
from rules.durable.session import Case, TooManyFacts

__all__ = [
    "Case",
    "DurableRulesError",
    "NotCanonical",
    "NotExpressible",
    "Ruleset",
    "TooManyFacts",
    "compile_ruleset",
    "is_installed",
    "reasons_against",
    "recognise",
    "recognise_each",
]
