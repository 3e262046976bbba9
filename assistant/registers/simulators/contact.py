"""A contact and reservation register (KRR): `POST …/personer` for at most a thousand persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.contact import MOST_PERSONS, SCOPE
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated


@dataclass
class ContactSimulator(Simulated):
    """`put(…)` a person's contact details; somebody never put is answered as IKKE_REGISTRERT."""

    path: Path | None = None
    scope: str = SCOPE
    base_path: str = "/rest/v2"
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"persons": {}})

    def put(
        self,
        identifier: str,
        *,
        email: str | None = None,
        mobile: str | None = None,
        language: str | None = None,
        reserved: bool = False,
        confirmed_at: datetime | None = None,
        notifiable: bool = True,
    ) -> None:
        """A person in the register. `confirmed_at`: when the person last confirmed email and mobile."""
        details: dict[str, str] = {}
        for name, value in (("epostadresse", email), ("mobiltelefonnummer", mobile)):
            if value is not None:
                details[name] = value
                if confirmed_at is not None:
                    details[f"{name}_oppdatert"] = confirmed_at.isoformat()
                    details[f"{name}_sist_verifisert"] = confirmed_at.isoformat()
        person: dict[str, Any] = {
            "personidentifikator": identifier,
            "reservasjon": "JA" if reserved else "NEI",
            "status": "AKTIV",
            "varslingsstatus": "KAN_VARSLES" if notifiable and not reserved else "KAN_IKKE_VARSLES",
            "kontaktinformasjon": details,
        }
        if language is not None:
            person["spraak"] = language
        self.kept.values["persons"][identifier] = person

    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"{self.base_path}/personer", self._persons)]

    async def _persons(self, request: web.Request) -> web.Response:
        try:
            wanted = (await request.json())["personidentifikatorer"]
        except (ValueError, KeyError, TypeError):
            return self.refuse(400)
        if not isinstance(wanted, list) or len(wanted) > MOST_PERSONS:
            return self.refuse(400)
        return web.json_response({"personer": [self._answer(one) for one in wanted]})

    def _answer(self, identifier: str) -> Mapping[str, Any]:
        nobody = {
            "personidentifikator": identifier,
            "reservasjon": "NEI",
            "status": "IKKE_REGISTRERT",
            "varslingsstatus": "KAN_IKKE_VARSLES",
        }
        found: Mapping[str, Any] = self.kept.values["persons"].get(identifier, nobody)
        return found
