"""From the vehicle register's look-up to facts, in the model's words.

Two things the register tells are kept beside the facts and are none themselves. The day of the latest approval is
the day the vehicle was approved; the model's `vehicle.last_approved_on` is the day the next deadline is counted from,
which is the old deadline where it was approved less than two months before (FOR-2009-05-13-591 § 5). And what the
codes for the state of the registration mean is not described.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.registers.vehicle import Vehicle, plain_plate
from assistant.twin.facts import Identifier, Span, Statement, SubjectRef


def vehicle_ref(number_plate: str) -> SubjectRef:
    """The vehicle with that number plate."""
    return SubjectRef("vehicle", Identifier("registration_number", plain_plate(number_plate)))


def statements_from_vehicle(vehicle: Vehicle) -> tuple[Statement, ...]:
    """All facts of one look-up. A vehicle without the duty of inspection is known to have no deadline."""
    about = vehicle_ref(vehicle.number_plate)
    plate = plain_plate(vehicle.number_plate)
    first, due = vehicle.first_registered_on, vehicle.inspection_due_on
    inspected = {"last_inspected_on": _iso(vehicle.last_inspected_on)} if vehicle.last_inspected_on else {}
    told = due is not None or not vehicle.has_inspections
    return (
        Statement(
            about,
            "vehicle.registration_number",
            (_span(plate, {"registration_status": vehicle.status} if vehicle.status else {}),),
        ),
        Statement(about, "vehicle.first_registered_on", (_span(_iso(first)),) if first else ()),
        Statement(about, "vehicle.inspection_due_on", (_span(_iso(due), inspected),) if told else ()),
    )


def _span(value: Any, detail: Mapping[str, Any] | None = None) -> Span:
    return Span(value, detail=detail or {})


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
