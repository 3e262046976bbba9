"""A KS Fiks register: what a simulated tax administration holds, in the three forms KS Fiks documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from assistant.config import KsFiksSettings
from assistant.registers.ks_fiks import CALCULATION, CATEGORIES
from assistant.registers.simulators.serving import Simulated
from assistant.registers.simulators.tax import REFUSALS, TaxSimulator
from assistant.registers.tax import RIGHTS_PACKAGE, STAGES

ROLE_ID = "7f0a6f3e-4d0e-4f41-9a43-5d6c1b2a9e10"
GROUPS = {category: kind for kind, category in CATEGORIES.items()}


@dataclass
class KsFiksSimulator(Simulated):
    """Holds nothing of its own: what is put into `tax` is answered here too."""

    tax: TaxSimulator | None = None
    role_id: str = ROLE_ID
    scope: str = KsFiksSettings().scope

    def routes(self) -> list[web.RouteDef]:
        proxy = "/skatteetaten/formueinntekt/summertskatt/api/v1/{role}/{stage}/{package}/{year}/{person}"
        return [
            web.get(proxy, self._proxy),
            web.post("/register/api/v1/ks/{role}/skatteoginntektsopplysninger/beregning", self._calculation),
            web.post("/register/api/v2/ks/{role}/summertskattegrunnlag", self._summed),
        ]

    async def _proxy(self, request: web.Request) -> web.Response:
        asked = request.match_info
        if asked["role"] != self.role_id:
            return self.refuse(403)
        if asked["package"] != RIGHTS_PACKAGE or asked["stage"] not in STAGES or not asked["year"].isdigit():
            return self.refuse(400, "SSG-006")
        found = self._tax.found(asked["stage"], int(asked["year"]), asked["person"])
        return self.refuse(REFUSALS[found], found) if isinstance(found, str) else web.json_response(found)

    async def _calculation(self, request: web.Request) -> web.Response:
        asked = await self._question(request, "personer", "identifikator")
        if isinstance(asked, web.Response):
            return asked
        year, identifiers = asked
        persons: list[dict[str, Any]] = []
        faults: list[dict[str, Any]] = []
        posts: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in CATEGORIES}
        for identifier in identifiers:
            basis = self._latest(year, identifier)
            if isinstance(basis, str):
                faults.append({"kode": basis})
                continue
            persons.append(_person(basis, "identifikator") | {"type": "SOEKER"})
            for one in basis["grunnlag"]:
                kind = posts[GROUPS.get(one["kategori"], "INNTEKT")]
                empty = {"tekniskNavn": one["tekniskNavn"], "personer": [], "beloep": 0, "infotekst": None}
                post = kind.setdefault(one["tekniskNavn"], empty)
                post["personer"].append({"identifikator": identifier, "beloep": one["beloep"]})
                post["beloep"] += one["beloep"]
        groups = [{"kategori": kind, "poster": list(found.values())} for kind, found in posts.items()]
        answer: dict[str, Any] = {"inntektsaar": year, "personer": persons, "visningsposter": groups}
        if persons:
            answer["stadie"] = persons[0]["stadie"]
        return web.json_response(answer | {"feilmeldinger": faults})

    async def _summed(self, request: web.Request) -> web.Response:
        asked = await self._question(request, "soekere", "personidentifikator")
        if isinstance(asked, web.Response):
            return asked
        year, identifiers = asked
        persons: list[dict[str, Any]] = []
        for identifier in identifiers:
            basis = self._latest(year, identifier)
            if isinstance(basis, str):
                none = {"personidentifikator": identifier, "grunnlag": [], "beloep": 0}
                persons.append(none | {"skattFeilmelding": {"kode": basis}})
                continue
            groups = [_group(number, one) for number, one in enumerate(_income(basis), start=1)]
            added = {"grunnlag": groups, "beloep": sum(group["beloep"] for group in groups)}
            persons.append(_person(basis, "personidentifikator") | added | {"skattFeilmelding": None})
        total = sum(person["beloep"] for person in persons)
        return web.json_response(
            {"inntektsaar": year, "summertSkattegrunnlagPersoner": persons, "samletBeloep": total}
        )

    async def _question(
        self, request: web.Request, persons: str, identifier: str
    ) -> tuple[int, list[str]] | web.Response:
        """The year and the people asked about; or the refusal."""
        if request.match_info["role"] != self.role_id:
            return self.refuse(403)
        try:
            body = await request.json()
            if body["beregningstype"] != CALCULATION:
                return self.refuse(400)
            return int(body["inntektsaar"]), [one[identifier] for one in body[persons]]
        except (ValueError, KeyError, TypeError):
            return self.refuse(400)

    @property
    def _tax(self) -> TaxSimulator:
        assert self.tax is not None
        return self.tax

    def _latest(self, year: int, identifier: str) -> dict[str, Any] | str:
        """The assessment, or the draft where there is none; or why there is neither."""
        found = self._tax.found(STAGES[0], year, identifier)
        return self._tax.found(STAGES[1], year, identifier) if found == "SSG-008" else found


def _person(basis: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    person: dict[str, Any] = {
        identifier: basis["personidentifikator"],
        "skjermet": basis["skjermet"],
        "stadie": basis["stadie"].upper(),
    }
    if "skatteoppgjoersdato" in basis:
        person["skatteoppgjoersdato"] = basis["skatteoppgjoersdato"]
    if "ajourholdstidspunkt" in basis:
        person["registreringstidpunkt"] = basis["ajourholdstidspunkt"]
    return person


def _income(basis: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in basis["grunnlag"] if GROUPS.get(one["kategori"], "INNTEKT") == "INNTEKT"]


def _group(number: int, post: Mapping[str, Any]) -> dict[str, Any]:
    named = {"tekniskNavn": post["tekniskNavn"], "beloep": post["beloep"]}
    return {
        "navn": str(number),
        "beskrivelse": post["tekniskNavn"],
        "beloep": post["beloep"],
        "operasjon": "ADDERE",
        "poster": [named],
    }
