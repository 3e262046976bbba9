"""A tax administration: summed tax bases per stage, year and person, and the feed of new assessments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from assistant.config import local_date
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated
from assistant.registers.tax import NO_EVENTS, RIGHTS_PACKAGE, SCOPE, STAGES

Stage = Literal["oppgjoer", "utkast"]
MOST_EVENTS = 1000
REFUSALS = {"SSG-007": 404, "SSG-008": 404, "SSG-011": 410}


@dataclass
class TaxSimulator(Simulated):
    """`put(…)` a basis; `emit(…)` a basis with its line in the feed; `withdraw(…)` one (410 from then on)."""

    path: Path | None = None
    scope: str = SCOPE
    base_path: str = "/api/formueinntekt"
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"persons": [], "bases": {}, "gone": [], "feed": []})

    def know(self, identifier: str) -> None:
        """A taxpayer, of whom there may be no basis yet (SSG-008 rather than SSG-007)."""
        if identifier not in self.kept.values["persons"]:
            self.kept.values["persons"].append(identifier)

    def put(
        self,
        identifier: str,
        year: int,
        posts: Mapping[str, int],
        *,
        stage: Stage = "oppgjoer",
        shielded: bool = False,
        settled_on: date | None = None,
        at: datetime | None = None,
    ) -> None:
        """Have a basis, with no event of it. `posts`: the tax administration's names and NOK a year."""
        self.know(identifier)
        basis: dict[str, Any] = {
            "personidentifikator": identifier,
            "inntektsaar": str(year),
            "grunnlag": [
                {"tekniskNavn": name, "beloep": amount, "kategori": _category(name)}
                for name, amount in posts.items()
            ],
            "skjermet": shielded,
            "stadie": stage,
        }
        if settled_on is not None:
            basis["skatteoppgjoersdato"] = settled_on.isoformat()
        if at is not None:
            basis["ajourholdstidspunkt"] = at.isoformat()
        key = _key(stage, year, identifier)
        self.kept.values["bases"][key] = basis
        if key in self.kept.values["gone"]:
            self.kept.values["gone"].remove(key)

    def emit(
        self,
        identifier: str,
        year: int,
        posts: Mapping[str, int],
        at: datetime,
        *,
        shielded: bool = False,
        event_type: str = "NY",
    ) -> int:
        """There is now this assessment, and the feed tells of it; the event's sequence number."""
        settled = local_date(at)
        self.put(identifier, year, posts, shielded=shielded, settled_on=settled, at=at)
        return self.tell(identifier, year, at, event_type)

    def withdraw(self, identifier: str, year: int, at: datetime) -> int:
        """The assessment is taken back."""
        key = _key("oppgjoer", year, identifier)
        self.kept.values["bases"].pop(key, None)
        self.kept.values["gone"].append(key)
        return self.tell(identifier, year, at, "SLETTET")

    def tell(self, identifier: str, year: int, at: datetime, event_type: str) -> int:
        """Only the line in the feed."""
        feed: list[dict[str, Any]] = self.kept.values["feed"]
        sequence = len(feed) + 1
        feed.append(
            {
                "sekvensnummer": sequence,
                "identifikator": identifier,
                "gjelderPeriode": str(year),
                "registreringstidspunkt": at.isoformat(),
                "hendelsetype": event_type,
            }
        )
        self.kept.save()
        return sequence

    def routes(self) -> list[web.RouteDef]:
        feed = f"{self.base_path}/skatteoppgjoer/hendelser"
        basis = f"{self.base_path}/summertskattegrunnlag/{{stage}}/{{package}}/{{year}}/{{person}}"
        return [
            web.get(basis, self._basis),
            web.get(f"{feed}/", self._feed),
            web.get(f"{feed}/start", self._start),
        ]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"kode": code or "SSG-001", "melding": f"status {status}", "korrelasjonsid": "simulated"}

    async def _basis(self, request: web.Request) -> web.Response:
        asked = request.match_info
        if asked["package"] != RIGHTS_PACKAGE or asked["stage"] not in STAGES or not asked["year"].isdigit():
            return self.refuse(400, "SSG-006")
        found = self.found(asked["stage"], int(asked["year"]), asked["person"])
        return self.refuse(REFUSALS[found], found) if isinstance(found, str) else web.json_response(found)

    def found(self, stage: str, year: int, person: str) -> dict[str, Any] | str:
        """The basis of a stage, or the code of why there is none."""
        key = _key(stage, year, person)
        if key in self.kept.values["gone"]:
            return "SSG-011"
        if person not in self.kept.values["persons"]:
            return "SSG-007"
        basis: dict[str, Any] | None = self.kept.values["bases"].get(key)
        return "SSG-008" if basis is None else basis

    async def _feed(self, request: web.Request) -> web.Response:
        start, count = request.query.get("fraSekvensnummer", ""), request.query.get("antall", "1000")
        if not start.isdigit() or not count.isdigit() or int(count) > MOST_EVENTS:
            return self.refuse(400, "FA-004")
        first = max(int(start), 1) - 1
        events = self.page(self.kept.values["feed"], first, int(count))
        return web.json_response({"hendelser": events}) if events else self.refuse(404, NO_EVENTS)

    async def _start(self, request: web.Request) -> web.Response:
        try:
            day = date.fromisoformat(request.query.get("dato", ""))
        except ValueError:
            return self.refuse(400, "FA-004")
        feed = self.kept.values["feed"]
        for line in feed:
            if line and local_date(datetime.fromisoformat(line["registreringstidspunkt"])) >= day:
                return web.json_response({"sekvensnummer": line["sekvensnummer"]})
        return web.json_response({"sekvensnummer": len(feed) + 1})


def _key(stage: str, year: int, identifier: str) -> str:
    return f"{stage}/{year}/{identifier}"


def _category(name: str) -> str:
    if name.startswith("oppjustertTilleggTil"):
        return "oppjusteringAvEierinntekter"
    return "inntektsfradrag" if "paaloepte" in name.lower() else "inntekt"
