"""A population register: a feed of events, event documents and person documents, in the documented shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.population import FEED_PAGE, SCOPE
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated


@dataclass
class PopulationSimulator(Simulated):
    """`put(…)` a person, `emit(…)` what happened to one. The whole feed is kept, as the register does."""

    path: Path | None = None
    scope: str = SCOPE
    base_path: str = "/folkeregisteret/offentlig-med-hjemmel/api"
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"persons": {}, "events": {}, "feed": []})

    def person(self, identifier: str) -> dict[str, Any]:
        """The person's document as it stands."""
        found: dict[str, Any] = self.kept.values["persons"][identifier]
        return found

    def put(self, identifier: str, document: Mapping[str, Any]) -> None:
        """Have a person in the register, with no event of it."""
        self.kept.values["persons"][identifier] = dict(document)

    def emit(
        self,
        identifier: str,
        document: Mapping[str, Any],
        event_type: str,
        at: datetime,
        *,
        entity: str = "",
        change: str = "registrereNy",
        save: bool = True,
    ) -> int:
        """The person's document is now this, and the feed tells of it; the event's sequence number.

        `entity`: the part of the document; `change`: registrereNy, korrigere or annullere.
        """
        self.put(identifier, document)
        feed: list[dict[str, Any]] = self.kept.values["feed"]
        sequence = len(feed) + 1
        event_id = _document_id("event", identifier, sequence)
        event = {
            "folkeregisteridentifikator": identifier,
            "hendelsetype": event_type,
            "hendelsesdokument": event_id,
            "persondokument": _document_id("person", identifier, sequence),
            "ajourholdstidspunkt": at.isoformat(),
        }
        feed.append({"sekvensnummer": sequence, "hendelse": event})
        changes = [{"entitet": entity, "entitetsendring": change}] if entity else []
        self.kept.values["events"][event_id] = {
            "dokumentidentifikator": event_id,
            "skjemaversjon": "1.0",
            "hendelse": {
                "folkeregisteridentifikator": identifier,
                "hendelsestype": event_type,
                "ajourholdstidspunkt": at.isoformat(),
                "egenskapshendelse": changes,
            },
        }
        if save:
            self.kept.save()
        return sequence

    def routes(self) -> list[web.RouteDef]:
        base = f"{self.base_path}/v1"
        return [
            web.get(f"{base}/hendelser/feed/", self._feed),
            web.get(f"{base}/hendelser/{{document}}", self._event),
            web.post(f"{base}/hendelser/bulkoppslag/", self._events),
            web.post(f"{base}/personer/bulkoppslag/", self._persons),
        ]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"kode": code or "FREG-001", "melding": "Feil i tjenesten. Vennligst prøv igjen seinere."}

    async def _feed(self, request: web.Request) -> web.Response:
        sequence = request.query.get("seq", "")
        if not sequence.isdigit():
            return self.refuse(400)
        feed: list[dict[str, Any]] = self.kept.values["feed"]
        first = max(int(sequence), 1) - 1
        page = self.page(feed, first, FEED_PAGE)
        etag = f'"{sha256(f"{first}:{len(page)}:{self.feed_fault}".encode()).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.json_response(page, headers={"ETag": etag})

    async def _event(self, request: web.Request) -> web.Response:
        document = self.kept.values["events"].get(request.match_info["document"])
        return self.refuse(404) if document is None else web.json_response(document)

    async def _events(self, request: web.Request) -> web.Response:
        wanted = await _wanted(request, "dokumentidentifikator")
        if wanted is None:
            return self.refuse(400)
        events = self.kept.values["events"]
        return web.json_response([events[one] for one in wanted if one in events])

    async def _persons(self, request: web.Request) -> web.Response:
        wanted = await _wanted(request, "foedselsEllerDNummer")
        if wanted is None:
            return self.refuse(400)
        persons = self.kept.values["persons"]
        found = [
            {"foedselsEllerDNummer": one, "folkeregisterperson": persons[one]}
            for one in wanted
            if one in persons
        ]
        return web.json_response({"oppslag": found})


async def _wanted(request: web.Request, name: str) -> Sequence[str] | None:
    try:
        body = await request.json()
        wanted = body[name]
    except (ValueError, KeyError, TypeError):
        return None
    return wanted if isinstance(wanted, list) and len(wanted) <= FEED_PAGE else None


def _document_id(*parts: object) -> str:
    return sha256(":".join(map(str, parts)).encode()).hexdigest()[:32]
