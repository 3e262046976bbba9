"""A municipality's kindergarten system, serving the interface of docs/registers.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.kindergarten import FEED_PAGE, SCOPE
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated


@dataclass
class KindergartenSimulator(Simulated):
    """`emit(place, …)`: there is now this place, and the feed tells of it."""

    path: Path | None = None
    scope: str = SCOPE
    base_path: str = ""
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"places": {}, "feed": []})

    def place(self, number: str) -> dict[str, Any]:
        """The place as it stands."""
        found: dict[str, Any] = self.kept.values["places"][number]
        return found

    def emit(self, place: Mapping[str, Any], event_type: str, at: datetime, *, save: bool = True) -> int:
        """`event_type`: accepted, changed, ended or annulled; the event's sequence number."""
        number = str(place["place_number"])
        self.kept.values["places"][number] = dict(place)
        feed: list[dict[str, Any]] = self.kept.values["feed"]
        sequence = len(feed) + 1
        line = {
            "sequence": sequence,
            "place_number": number,
            "type": event_type,
            "registered_at": at.isoformat(),
        }
        feed.append(line)
        if save:
            self.kept.save()
        return sequence

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/events", self._feed), web.get("/v1/places/{number}", self._place)]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"type": "about:blank", "status": status, "code": code or "refused"}

    async def _feed(self, request: web.Request) -> web.Response:
        start, count = request.query.get("from", ""), request.query.get("count", str(FEED_PAGE))
        if not start.isdigit() or not count.isdigit() or not 0 < int(count) <= FEED_PAGE:
            return self.refuse(400)
        first = max(int(start), 1) - 1
        return web.json_response({"events": self.page(self.kept.values["feed"], first, int(count))})

    async def _place(self, request: web.Request) -> web.Response:
        place = self.kept.values["places"].get(request.match_info["number"])
        return self.refuse(404) if place is None else web.json_response(place)
