"""`recognise` with durable-rules doing the matching, joining and chaining.

The engine says which changes are signals of what, for whom, and what speaks against them. What it says nothing of is
concluded here, with what `rules.life_events` does it by: on what day, under which key, whether that is too long
ago or still to come, and which of several tellings stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rules.durable.ruleset import compile_ruleset
from rules.durable.running import SECONDS, run
from rules.durable.session import Case, Cause, Matches, fill
from rules.life_events import (
    Concerned,
    FactChange,
    LifeEventDefinition,
    RecognisedLifeEvent,
    _is_long_ago,
    asked,
    scope_of,
)

Fact = FactChange | RecognisedLifeEvent


def recognise(
    definitions: Iterable[LifeEventDefinition],
    changes: Iterable[FactChange],
    on: date,
    concerned: Concerned | None = None,
) -> tuple[RecognisedLifeEvent, ...]:
    """What `rules.recognise` gives, by way of durable-rules in a child process of its own.

    Raises `NotExpressible` where `reasons_against` the definitions says so, `DurableRulesError` when the process
    cannot answer, and `FeelError` as `rules.recognise` does.
    """
    (events,) = recognise_each(definitions, [Case(tuple(changes), on, concerned or {})])
    return events


def recognise_each(
    definitions: Iterable[LifeEventDefinition], cases: Sequence[Case], seconds: float = SECONDS
) -> list[tuple[RecognisedLifeEvent, ...]]:
    """`recognise` for each of several people, with fewer processes; no session knows of another."""
    ruleset = compile_ruleset(definitions)
    matched = run(ruleset, [fill(ruleset, case) for case in cases], seconds)
    return [_concluded(ruleset.definitions, *pair) for pair in zip(cases, matched, strict=True)]


def _concluded(
    definitions: Sequence[LifeEventDefinition], case: Case, matches: Matches
) -> tuple[RecognisedLifeEvent, ...]:
    """The events that the matches mean. A happening keeps the first telling that was not taken back."""
    found: dict[str, tuple[RecognisedLifeEvent, bool]] = {}
    waiting: deque[tuple[Cause, Fact]] = deque(enumerate(case.changes))
    while waiting:
        cause, fact = waiting.popleft()
        for definition in definitions:
            for event, has_come in _events(definition, cause, fact, matches, case.on):
                earlier = found.get(event.key)
                if earlier is None or (earlier[0].annulled and not event.annulled):
                    found[event.key] = (event, has_come)
                    if has_come:
                        waiting.append(((event.kind, event.subject), event))
    return tuple(event for event, has_come in found.values() if has_come)


def _events(
    definition: LifeEventDefinition, cause: Cause, fact: Fact, matches: Matches, on: date
) -> Iterator[tuple[RecognisedLifeEvent, bool]]:
    """What one cause makes of one kind, each with whether its day has come."""
    match = (definition.kind, cause)
    if match not in matches.recognised:
        return
    scope = scope_of(fact, on)
    occurred_on = asked(definition.occurred_on, scope, definition)
    key = asked(definition.key, scope, definition)
    if not isinstance(occurred_on, date) or not isinstance(key, str):
        return
    day = occurred_on if definition.not_before is None else asked(definition.not_before, scope, definition)
    if not isinstance(day, date):
        return
    taken_back = fact.withdrawn if isinstance(fact, FactChange) else fact.annulled
    if not taken_back and _is_long_ago(definition, occurred_on, on):
        return
    annulled = taken_back or match in matches.spoken_against
    for subject in matches.recognised[match]:
        name = f"{definition.kind}:{subject}:{key}"
        has_come = definition.not_before is None or day <= on
        yield RecognisedLifeEvent(definition.kind, subject, occurred_on, name, annulled), has_come
