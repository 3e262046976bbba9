"""Gathering what a register has told of by itself, with what a look-up adds: before any transaction begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from assistant.events.cloudevents import IncomingEvent, MalformedEvent
from assistant.events.gathering import Gathered
from assistant.events.register_facts import Name, Told, about_known, read_register_facts
from assistant.registers import NotFound, Registers, statements_from_vehicle
from assistant.twin import Statement
from rules import InformationModel

Met = Callable[[Collection[Name]], Awaitable[frozenset[Name]]]
"""Which of these (scheme, identifier) names are of somebody or something we have met."""


async def pushed(event: IncomingEvent, model: InformationModel, registers: Registers, met: Met) -> Gathered:
    """What the event states of those we know. Raises `MalformedEvent`, and what the registers' clients raise."""
    if not isinstance(event.data, dict):
        raise MalformedEvent("data is not an object")
    told = read_register_facts(event.data, model)
    identifier = told.subject.identifier
    assert identifier is not None
    own = (identifier.scheme, identifier.value)
    found = await met({*told.people, own})
    statements = about_known(told, found & told.people, own in found)
    if not statements:
        return Gathered(outcome="ignored", note="about nobody we know: not kept")
    looked_up = await _looked_up(told, registers)
    said = {one.concept for one in looked_up}
    kept = [one for one in statements if one.concept not in said or one.subject != told.subject]
    return Gathered([(told.provenance, [*kept, *looked_up])], note=told.provenance.source)


async def _looked_up(told: Told, registers: Registers) -> tuple[Statement, ...]:
    """Of a vehicle: what the vehicle register's look-up tells, where we have a key to it."""
    if told.provenance.source != "vehicle_register" or told.subject.kind != "vehicle":
        return ()
    if told.subject.identifier is None or not registers.vehicle.is_connected:
        return ()
    try:
        return statements_from_vehicle(await registers.vehicle.vehicle(told.subject.identifier.value))
    except NotFound:
        return ()
