"""What registers say because of an event: fetched over the network before any transaction begins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.events.cloudevents import IncomingEvent, MalformedEvent
from assistant.events.inbox import Outcome
from assistant.events.types import KINDERGARTEN_PLACE, POPULATION, REGISTER_FACTS, TAX_ASSESSMENT
from assistant.registers import (
    Gone,
    MalformedAnswer,
    NoAssessment,
    Registers,
    is_national_id,
    read_feed_event,
    read_place_event,
    read_tax_event,
    statements_from_person_document,
    statements_from_place,
    statements_from_tax_basis,
    statements_without_assessment,
)
from assistant.twin import Provenance, Statement

Said = Sequence[tuple[Provenance, Sequence[Statement]]]
Line = TypeVar("Line")
Answer = TypeVar("Answer")

ASKED_AT_ONCE = 10
"""Questions to registers at a time, of those that are asked together: they are not ours alone."""


@dataclass(frozen=True)
class Gathered:
    """What was said, and what to write beside the event in the inbox."""

    said: Said = ()
    outcome: Outcome = "done"
    note: str = ""


async def gather(event: IncomingEvent, registers: Registers, income_matters: Container[str]) -> Gathered:
    """Ask the registers that the event points at. Raises what their clients raise, and `MalformedEvent`.

    `income_matters`: the identity numbers of those on whose income anybody's right rests; of others the
    assessment is none of our business and is not fetched.
    """
    if event.type == POPULATION:
        entry = _read(read_feed_event, event)
        if not is_national_id(entry.identifier, synthetic=True):
            raise MalformedEvent("folkeregisteridentifikator has not the form of an identity number")
        document = await registers.population.person(entry.identifier)
        statements = statements_from_person_document(document)
        return Gathered([(registers.population_provenance, statements)], note=entry.type)
    if event.type == TAX_ASSESSMENT:
        assessment = _read(read_tax_event, event)
        if assessment.identifier not in income_matters:
            return Gathered(outcome="ignored", note="nobody's right rests on this income: not fetched")
        year = assessment.income_year
        said = await income_said(registers, assessment.identifier, [year])
        return Gathered(said, note=f"income year {year}")
    if event.type == KINDERGARTEN_PLACE:
        place_event = _read(read_place_event, event)
        place = await registers.kindergarten.place(place_event.place_number)
        said = [(registers.kindergarten_provenance, statements_from_place(place))]
        return Gathered(said, note=place_event.type)
    return Gathered(outcome="ignored", note=f"type {event.type[:100]} is not known here")


def in_rounds(events: Mapping[str, IncomingEvent]) -> Iterator[Mapping[str, IncomingEvent]]:
    """Events that came together, so that what is asked about one hangs on no other of its round.

    Whether an assessment is fetched hangs on places and families, which others of them may tell of. What is pushed
    is kept of whom and what we know, by each of those before it.
    """
    first = {
        one: event for one, event in events.items() if event.type not in (TAX_ASSESSMENT, REGISTER_FACTS)
    }
    assessments = {one: event for one, event in events.items() if event.type == TAX_ASSESSMENT}
    yield from (some for some in (first, assessments) if some)
    yield from ({one: event} for one, event in events.items() if event.type == REGISTER_FACTS)


async def each(
    names: Collection[str], ask: Callable[[str], Awaitable[Answer]]
) -> dict[str, Answer | Exception]:
    """Ask about each, a few at a time; what was answered, or why nothing was."""
    turn = asyncio.Semaphore(ASKED_AT_ONCE)

    async def one(name: str) -> Answer | Exception:
        async with turn:
            try:
                return await ask(name)
            except Exception as fault:
                return fault

    answers = await asyncio.gather(*[one(name) for name in names])
    return dict(zip(names, answers, strict=True))


def assessed(event: IncomingEvent) -> str | None:
    """The identity number of whose assessment the event says something about; None where it is of another kind."""
    try:
        return _read(read_tax_event, event).identifier if event.type == TAX_ASSESSMENT else None
    except MalformedEvent:
        return None  # whoever handles it says what is wrong with it


async def income_said(registers: Registers, identifier: str, years: Sequence[int]) -> Said:
    """The first assessment there is among the years; for years without one, that there is none (any more)."""
    statements: list[Statement] = []
    for year in years:
        try:
            basis = await registers.income(identifier, year)
        except (NoAssessment, Gone):
            statements += statements_without_assessment(identifier, year)
            continue
        statements += statements_from_tax_basis(basis)
        break
    return [(registers.tax_provenance, statements)]


def _read(reader: Callable[[Mapping[str, Any]], Line], event: IncomingEvent) -> Line:
    """What the event itself says. It never comes to say anything else, as a register's answer may."""
    if not isinstance(event.data, dict):
        raise MalformedEvent("data is not an object")
    try:
        return reader(event.data)
    except MalformedAnswer as fault:
        raise MalformedEvent(str(fault)) from None
