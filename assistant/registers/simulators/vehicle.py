"""A vehicle register: `GET …/kjoretoydata?kjennemerke=XX00000` for whoever shows its key, in the documented shape."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated
from assistant.registers.vehicle import KEY_HEADER, PATH, plain_plate


@dataclass
class VehicleSimulator(Simulated):
    """`put(…)` a vehicle. What a plate nobody has is answered with is not described: here, an empty list."""

    path: Path | None = None
    base_path: str = "/ws/no/vegvesen/kjoretoy/felles/datautlevering/enkeltoppslag"
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"vehicles": {}})

    def put(
        self,
        number_plate: str,
        first_registered_on: date,
        *,
        inspection_due_on: date | None = None,
        last_inspected_on: date | None = None,
        status: str = "REGISTRERT",
    ) -> None:
        """A vehicle in the register. Without a deadline it has no duty of inspection."""
        described: dict[str, Any] = {
            "kjoretoyId": {"kjennemerke": plain_plate(number_plate), "understellsnummer": "VARDEOPPDIKTET"},
            "forstegangsregistrering": {"registrertForstegangNorgeDato": first_registered_on.isoformat()},
            "registrering": {"registreringsstatus": {"kodeVerdi": status}},
        }
        if inspection_due_on is not None:
            inspections = {"kontrollfrist": inspection_due_on.isoformat()}
            if last_inspected_on is not None:
                inspections["sistGodkjent"] = last_inspected_on.isoformat()
            described["periodiskKjoretoyKontroll"] = inspections
        self.kept.values["vehicles"][plain_plate(number_plate)] = described

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{self.base_path}{PATH}", self._vehicle)]

    async def _vehicle(self, request: web.Request) -> web.Response:
        if not secrets.compare_digest(request.headers.get(KEY_HEADER, ""), f"Apikey {self.key}"):
            return self.refuse(401)
        found = self.kept.values["vehicles"].get(request.query.get("kjennemerke", ""))
        return web.json_response({"kjoretoydataListe": [] if found is None else [found]})
