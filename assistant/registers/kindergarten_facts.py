"""From a kindergarten place to facts: that the child has it, and what it is like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from assistant.registers.kindergarten import Place, Terms
from assistant.registers.population_facts import person_ref
from assistant.twin.facts import Identifier, Span, Statement, SubjectRef


def place_ref(number: str) -> SubjectRef:
    """The place with that number."""
    return SubjectRef("kindergarten_place", Identifier("place_number", number))


def statements_from_place(place: Place) -> tuple[Statement, ...]:
    """The child's relation to the place (one scope a place: a child may change kindergarten), and the place.

    Of an annulled place everything is taken back: the child never had it, and nobody is to be billed for it.
    """
    said = _all_of(place)
    return tuple(replace(one, spans=()) for one in said) if place.annulled else said


def _all_of(place: Place) -> tuple[Statement, ...]:
    covers = () if place.covers_whole_stay is None else (Span(place.covers_whole_stay),)
    deferred = () if place.deferred_school_start is None else (Span(place.deferred_school_start),)
    return (
        Statement(person_ref(place.child), "person.kindergarten_place", (_held(place),), scope=place.number),
        Statement(person_ref(place.child), "person.deferred_school_start", deferred, scope=place.number),
        _said(place, "place_number", Span(place.number)),
        _said(place, "kindergarten", Span(place.kindergarten)),
        _said(place, "municipality", Span(place.municipality)),
        _said(place, "starts_on", Span(place.starts_on.isoformat())),
        _said(place, "ends_on", Span(place.ends_on.isoformat() if place.ends_on else None)),
        _said(place, "covers_whole_stay_application", *covers),
        _said(place, "weekly_hours", *_over_time(place, lambda terms: terms.weekly_hours)),
        _said(place, "price", *_over_time(place, lambda terms: terms.price)),
        _said(place, "food", *_over_time(place, lambda terms: terms.food)),
    )


def _held(place: Place) -> Span:
    detail = {"accepted_on": place.accepted_on.isoformat()} if place.accepted_on else {}
    return Span(place_ref(place.number), place.starts_on, _day_after(place.ends_on), detail)


def _said(place: Place, attribute: str, *spans: Span) -> Statement:
    return Statement(place_ref(place.number), f"kindergarten_place.{attribute}", spans)


def _over_time(place: Place, value: Callable[[Terms], Any]) -> tuple[Span, ...]:
    starts = [terms.starts_on for terms in place.terms]
    return tuple(
        Span(value(terms), terms.starts_on, until)
        for terms, until in zip(place.terms, [*starts[1:], None], strict=True)
        if until is None or terms.starts_on < until
    )


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)
