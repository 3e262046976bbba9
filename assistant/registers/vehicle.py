"""The vehicle register: the Norwegian Public Roads Administration's look-up of one vehicle by its number plate.

Interface: `GET …/enkeltoppslag/kjoretoydata?kjennemerke=XX00000` with a key of ours. It tells nothing of the owner.
The fields that are read are those that are described; what stands beside them is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.registers.errors import NotFound
from assistant.registers.reading import Fields
from assistant.registers.transport import Transport

REGISTER = "vehicle_register"
TASK = "vehicle"
PATH = "/kjoretoydata"
KEY_HEADER = "SVV-Authorization"
_SEPARATORS = re.compile(r"[\s-]")


@dataclass(frozen=True)
class Vehicle:
    """A vehicle as the register describes it. None: not told, or for `inspection_due_on` no duty of inspection."""

    number_plate: str
    first_registered_on: date | None
    status: str | None  # the register's own code
    has_inspections: bool  # False: vehicles without the duty have no such part
    inspection_due_on: date | None
    last_inspected_on: date | None


@dataclass(frozen=True)
class KeyTransport(Transport):
    """As other registers are asked, but with a key in a header of the register's own, and no token."""

    key: str = field(default="", repr=False)

    async def credentials(self, *, fresh: bool) -> Mapping[str, str]:
        return {KEY_HEADER: f"Apikey {self.key}"}


@dataclass(frozen=True)
class VehicleClient:
    """Questions to the vehicle register. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    @property
    def is_connected(self) -> bool:
        return bool(self.transport.settings.base_url)

    async def vehicle(self, number_plate: str) -> Vehicle:
        """The vehicle with that plate. Raises NotFound where the register shows none."""
        plate = plain_plate(number_plate)
        answer = await self.transport.get(PATH, TASK, query={"kjennemerke": plate})
        found = read_vehicle(answer.body)
        if plain_plate(found.number_plate) != plate:
            fields = Fields(REGISTER, TASK, {}, "kjoretoydataListe[0].kjoretoyId")
            raise fields.fault("kjennemerke", "is not the one that was asked for")
        return found


def plain_plate(number_plate: str) -> str:
    """A number plate as the register is asked for it.

    >>> plain_plate("xx 00000")
    'XX00000'
    """
    return _SEPARATORS.sub("", number_plate).upper()


def read_vehicle(answer: Any) -> Vehicle:
    """The first vehicle of an answer."""
    found = Fields.of(REGISTER, TASK, answer).parts("kjoretoydataListe")
    if not found:
        raise NotFound(REGISTER, TASK)
    one = found[0]
    first = one.part_or_none("forstegangsregistrering")
    registration = one.part_or_none("registrering")
    status = registration.part_or_none("registreringsstatus") if registration else None
    inspections = one.part_or_none("periodiskKjoretoyKontroll")
    return Vehicle(
        number_plate=one.part("kjoretoyId").text("kjennemerke"),
        first_registered_on=first.day_or_none("registrertForstegangNorgeDato") if first else None,
        status=status.text_or_none("kodeVerdi") if status else None,
        has_inspections=inspections is not None,
        inspection_due_on=inspections.day_or_none("kontrollfrist") if inspections else None,
        last_inspected_on=inspections.day_or_none("sistGodkjent") if inspections else None,
    )
