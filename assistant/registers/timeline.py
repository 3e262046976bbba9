"""From a register's list of elements with history to spans that do not overlap.

The population register keeps every element it ever had: `erGjeldende` marks what now counts; the others are
history or mistakes put right, often without a day on which they ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any

from assistant.registers.reading import Fields
from assistant.twin.facts import Span

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Element:
    """One element of a list with history: its fields, whether it counts, and its Norwegian days."""

    fields: Fields
    current: bool
    starts: date | None
    ends: date | None
    entered_at: datetime


def elements(document: Fields, name: str, *, start_fields: tuple[str, ...] = ()) -> tuple[Element, ...]:
    """The elements of a list, the one entered last is last.

    `start_fields`: days to go by where `gyldighetstidspunkt` is not given.
    """
    found = []
    for one in document.parts(name):
        starts = one.local_day_or_none("gyldighetstidspunkt")
        for start_field in start_fields:
            starts = starts or one.day_or_none(start_field)
        found.append(
            Element(
                fields=one,
                current=one.flag("erGjeldende", default=True),
                starts=starts,
                ends=one.local_day_or_none("opphoerstidspunkt"),
                entered_at=one.moment_or_none("ajourholdstidspunkt") or LONG_AGO,
            )
        )
    return tuple(sorted(found, key=lambda element: element.entered_at))


def current(found: Iterable[Element]) -> Element | None:
    """The element that counts now (of several, the one entered last)."""
    counting = [element for element in found if element.current]
    return counting[-1] if counting else None


SKIP = object()
"""Returned for an element that says nothing about the concept."""


def one_at_a_time(
    found: Iterable[Element],
    value: Callable[[Fields], Any],
    detail: Callable[[Fields], dict[str, Any]] = lambda _: {},
) -> tuple[Span, ...]:
    """Spans of a concept that has one value at a time: an address, a name, a marital status.

    Each holds until its own end or until the next begins. What counts now counts from the day it began: an
    element that no longer counts tells only of the days before, and nothing if it has neither an end nor a
    successor (then it was a mistake, put right or annulled). Of elements that begin the same day the one
    entered last counts. History of which nobody knows when it began tells nothing about any day.
    """
    all_found = tuple(found)
    now = current(all_found)
    ordered = sorted(_history(all_found, now), key=lambda element: element.starts or date.min)
    if now is not None:
        ordered.append(now)
    spans = []
    for element, following in zip_longest(ordered, ordered[1:]):
        ends = min(
            (day for day in (element.ends, following.starts if following else None) if day is not None),
            default=None,
        )
        if (ends is None and not element.current) or (ends and element.starts and ends <= element.starts):
            continue
        made = value(element.fields)
        if made is not SKIP:
            spans.append(Span(made, element.starts, ends, detail(element.fields)))
    return tuple(spans)


def _history(found: Iterable[Element], now: Element | None) -> Iterable[Element]:
    """What counted before, each day once: nothing from the day on which what counts now began."""
    if now is not None and now.starts is None:
        return ()
    by_start: dict[date, Element] = {}
    for element in found:
        began_before = element.starts is not None and (
            now is None or now.starts is None or element.starts < now.starts
        )
        if not element.current and element.starts is not None and began_before:
            by_start[element.starts] = element
    return by_start.values()


def side_by_side(
    found: Iterable[Element],
    value: Callable[[Fields], Any],
    detail: Callable[[Fields], dict[str, Any]] = lambda _: {},
) -> tuple[Span, ...]:
    """Spans of a concept that may have several values at once: children, parents, guardians.

    History without a day on which it ended was a mistake put right, and is left out.
    """
    spans: list[Span] = []
    for element in found:
        if not element.current and element.ends is None:
            continue
        if element.starts is not None and element.ends is not None and element.ends <= element.starts:
            continue
        made = value(element.fields)
        if made is SKIP:
            continue
        span = Span(made, element.starts, element.ends, detail(element.fields))
        if span not in spans:
            spans.append(span)
    return tuple(spans)


def otherwise(spans: tuple[Span, ...], value: Any) -> tuple[Span, ...]:
    """The spans, with `value` on all days they leave open: what holds when the register has no element."""
    filled: list[Span] = []
    open_from: date | None = None  # where the days begin that no span has covered yet
    for index, span in enumerate(spans):
        if span.valid_from is not None and (index == 0 or open_from != span.valid_from):
            filled.append(Span(value, open_from, span.valid_from))
        filled.append(span)
        open_from = span.valid_to
    if not spans or open_from is not None:
        filled.append(Span(value, open_from))
    return tuple(filled)
