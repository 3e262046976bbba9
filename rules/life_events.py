"""Recognising what has happened in a life from what changed in a person's facts: forward chaining, pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from rules.determination import Texts
from rules.feel import Expression, FeelError
from rules.feel.values import Context

NAMES = ("before", "after", "valid_from", "detail", "on", "who", "occurred_on")
"""What an expression of a life-event file may ask of the change it looks at.

`who` is our id of the one it happened to, which for a signal with `of` is somebody else than the one it concerns.
"""

Concerned = Mapping[tuple[str, str], tuple[str, ...]]
"""(concept of a relation, our id of somebody) → those who have that somebody in it: whose parent they are …"""


@dataclass(frozen=True)
class FactChange:
    """One fact of one subject that is no longer what it was. None: there was, or is, no such value.

    For a concept that is a subject (a place, a spouse) the values are our ids of it. `withdrawn`: the source
    has taken back `before` as never true; `valid_from` and `detail` are then those of what was withdrawn.
    """

    subject: str  # our id of the subject the fact is about
    concept: str  # 'person.birth_date'
    before: Any
    after: Any
    valid_from: date | None = None  # the day `after` is true from
    detail: Mapping[str, Any] = field(default_factory=dict)  # what else the source said: stage, income year …
    withdrawn: bool = False


@dataclass(frozen=True)
class Signal:
    """What a life event is recognised by: a changed concept or another life event, on a condition."""

    concept: str  # empty where another life event is the signal
    life_event: str
    when: Expression
    of: str = ""  # 'person.parents': it concerns those who have the one it happened to there


@dataclass(frozen=True)
class LifeEventDefinition:
    """One kind of life event, as its file says it."""

    kind: str
    title: Texts
    summary: Texts
    about: str  # the subject type it happens to
    signals: tuple[Signal, ...]
    occurred_on: Expression
    key: Expression  # what tells two happenings of the kind apart; within one kind and subject
    within_months: int | None = None  # what is longer ago is no news
    not_before: Expression | None = None  # the day from which it counts as having happened
    unless: tuple[Signal, ...] = ()  # any of these changes, of the one it happened to, and it did not happen
    brings: tuple[str, ...] = ()  # the rules that now matter to the one it happened to, the weightiest first
    opening: Texts = field(default_factory=dict)  # how one speaks to people it concerns: 'We are sorry …'
    text: str = field(default="", repr=False)
    filename: str = ""


@dataclass(frozen=True)
class RecognisedLifeEvent:
    """A life event. The same happening always gives the same `key`, however often its facts are told.

    `annulled`: the source has taken back what it was recognised by, so it did not happen.
    """

    kind: str
    subject: str
    occurred_on: date
    key: str  # '<kind>:<subject>:…'
    annulled: bool = False


def recognise(
    definitions: Iterable[LifeEventDefinition],
    changes: Iterable[FactChange],
    on: date,
    concerned: Concerned | None = None,
    kept: Iterable[RecognisedLifeEvent] = (),
) -> tuple[RecognisedLifeEvent, ...]:
    """The life events that people's recent changes mean on a day, each once, in the order recognised.

    `kept` are those recognised earlier: what now speaks against one of them (a death taken back), or moves it to a
    day still to come (a corrected birth date), annuls it, and what followed from it. What is too long ago to be
    news is not spoken against any more: a child who dies at six has been born. It is still annulled where its own
    source takes it back.

    Life events may be signals of further ones, until nothing new is recognised. What is both withdrawn and
    stated anew (a corrected birth date) has happened; what something speaks against (`unless`) has not, and is
    annulled. The order of the changes does not matter. Raises `FeelError` when an expression meets a limit.
    """
    earlier = tuple(kept)
    known = {event.key for event in earlier}
    return tuple(
        replace(event, annulled=True) if _is_to_come(day, on) else event
        for event, day in _found(definitions, changes, on, concerned, earlier)
        if event.key in known or not _is_to_come(day, on)
    )


def waits_until(
    definitions: Iterable[LifeEventDefinition],
    changes: Iterable[FactChange],
    on: date,
    concerned: Concerned | None = None,
) -> date | None:
    """The next day on which the same changes may mean more, as a job not followed by another in two weeks."""
    days = (day for _, day in _found(definitions, changes, on, concerned) if day and _is_to_come(day, on))
    return min(days, default=None)


def _is_to_come(day: date | None, on: date) -> bool:
    return day is not None and day > on


def _found(
    definitions: Iterable[LifeEventDefinition],
    changes: Iterable[FactChange],
    on: date,
    concerned: Concerned | None,
    kept: Iterable[RecognisedLifeEvent] = (),
) -> Iterable[tuple[RecognisedLifeEvent, date | None]]:
    """Each event with the day it counts from, where it has one; one still to come leads to no further ones."""
    known, told, stood = tuple(definitions), tuple(changes), tuple(kept)
    standing = {event.key for event in stood}
    found: dict[str, tuple[RecognisedLifeEvent, date | None]] = {}
    waiting: list[FactChange | RecognisedLifeEvent] = list(told)
    by_kind = {definition.kind: definition for definition in known}
    by_signal: dict[str, list[LifeEventDefinition]] = {}
    for one in known:
        for name in dict.fromkeys(signal.concept or signal.life_event for signal in one.signals):
            by_signal.setdefault(name, []).append(one)
    for event in stood:
        definition = by_kind.get(event.kind)
        if definition is None or _is_long_ago(definition, event.occurred_on, on):
            continue
        if _spoken_against(definition, event.subject, event.occurred_on, told, on):
            found[event.key] = (replace(event, annulled=True), None)
            waiting.append(found[event.key][0])
    while waiting:
        fact = waiting.pop(0)
        for definition in by_signal.get(fact.concept if isinstance(fact, FactChange) else fact.kind, ()):
            for event, day in _recognised(definition, fact, told, on, concerned or {}):
                earlier = found.get(event.key)
                if earlier is None or (earlier[0].annulled and not event.annulled):
                    found[event.key] = (event, day)
                    if not _is_to_come(day, on):
                        waiting.append(event)
                    elif event.key in standing:
                        waiting.append(replace(event, annulled=True))
    return found.values()


def _recognised(
    definition: LifeEventDefinition,
    fact: FactChange | RecognisedLifeEvent,
    told: Sequence[FactChange],
    on: date,
    concerned: Concerned,
) -> Iterator[tuple[RecognisedLifeEvent, date | None]]:
    scope = scope_of(fact, on)
    for signal in definition.signals:
        if not _concerns(signal, fact) or asked(signal.when, scope, definition) is not True:
            continue
        occurred_on = asked(definition.occurred_on, scope, definition)
        key = asked(definition.key, scope, definition)
        if not isinstance(occurred_on, date) or not isinstance(key, str):
            continue  # the source did not say what the event is told by: nothing we can stand for
        day = None if definition.not_before is None else asked(definition.not_before, scope, definition)
        if definition.not_before is not None and not isinstance(day, date):
            continue
        taken_back = fact.withdrawn if isinstance(fact, FactChange) else fact.annulled
        if not taken_back and _is_long_ago(definition, occurred_on, on):
            continue
        annulled = taken_back or _spoken_against(definition, fact.subject, occurred_on, told, on)
        for subject in concerned.get((signal.of, fact.subject), ()) if signal.of else (fact.subject,):
            name = f"{definition.kind}:{subject}:{key}"
            yield RecognisedLifeEvent(definition.kind, subject, occurred_on, name, annulled), day
        return


def _spoken_against(
    definition: LifeEventDefinition, subject: str, occurred_on: date, told: Sequence[FactChange], on: date
) -> bool:
    return any(
        asked(signal.when, scope_of(change, on) | {"occurred_on": occurred_on}, definition) is True
        for signal in definition.unless
        for change in told
        if change.subject == subject and _concerns(signal, change) and not change.withdrawn
    )


def _concerns(signal: Signal, fact: FactChange | RecognisedLifeEvent) -> bool:
    if isinstance(fact, FactChange):
        return signal.concept == fact.concept
    return signal.life_event == fact.kind


def scope_of(fact: FactChange | RecognisedLifeEvent, on: date) -> dict[str, Any]:
    if isinstance(fact, RecognisedLifeEvent):
        values = {"before": None, "after": fact.kind, "valid_from": fact.occurred_on, "detail": Context()}
        return {**values, "on": on, "who": fact.subject, "occurred_on": fact.occurred_on}
    # What was withdrawn is judged as it was when it was stated, so that it gives the key of that event.
    before, after = (None, fact.before) if fact.withdrawn else (fact.before, fact.after)
    detail = Context(
        {name: _plain(value) for name, value in fact.detail.items() if not isinstance(value, Mapping | list)}
    )
    return {
        "before": _plain(before),
        "after": _plain(after),
        "valid_from": fact.valid_from,
        "detail": detail,
        "on": on,
        "who": fact.subject,
        "occurred_on": None,
    }


def _plain(value: Any) -> Any:
    """An entity by its id, ISO text of a date as a date, a number exactly; any other value as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return value.get("id")
    if isinstance(value, str) and len(value) == len("2024-08-01") and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def asked(expression: Expression, scope: Mapping[str, Any], definition: LifeEventDefinition) -> Any:
    try:
        return expression.evaluate(scope)
    except FeelError as error:
        raise FeelError(f"life event {definition.kind}: {error.message}", error.line, error.column) from error


def _is_long_ago(definition: LifeEventDefinition, occurred_on: date, on: date) -> bool:
    within = definition.within_months
    return within is not None and months_between(occurred_on, on) >= within


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another; negative for the future."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)
