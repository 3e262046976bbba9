"""How many requests, how long, how they ended: figures by route pattern, never by path or person.

Beside these stand the installation's own figures, which are the same from each web process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Self

import structlog
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.operations.figures import figures
from assistant.web.parts import PARTS

log = structlog.get_logger()

REQUESTS = Counter("varde_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("varde_request_seconds", "Time to answer a request", ["route"])
SOCKETS = Gauge("varde_sockets", "Open WebSockets")

DATABASE_SECONDS = 5.0

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Counting:
    """`with Counting(request) as counted:` counts what happens inside; the block sets `status`."""

    __slots__ = ("_method", "_route", "_start", "status")

    def __init__(self, request: web.Request) -> None:
        resource = request.match_info.route.resource
        self._route = resource.canonical if resource is not None else "none"
        self._method = request.method if request.method in METHODS else "other"
        self._start = perf_counter()
        self.status = 500

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        REQUESTS.labels(self._method, self._route, self.status).inc()
        SECONDS.labels(self._route).observe(perf_counter() - self._start)


class _Read(Collector):
    """What was read of the database for one answer."""

    def __init__(self, read: Sequence[Metric]) -> None:
        self.read = read

    def collect(self) -> Iterable[Metric]:
        return self.read


async def show_metrics(request: web.Request) -> web.StreamResponse:
    """`GET /metrics` in Prometheus' text format. With the database away, what this process knows by itself."""
    parts = request.app[PARTS]
    up = GaugeMetricFamily("varde_database_up", "Whether the database answered", 1)
    try:
        async with asyncio.timeout(DATABASE_SECONDS), parts.database.read() as tx:
            read = [up, *await figures(tx, parts.clock())]
    except Exception as error:
        log.error("metrics.database_away", error=type(error).__name__)
        read = [GaugeMetricFamily("varde_database_up", "Whether the database answered", 0)]
    registry = CollectorRegistry()
    registry.register(_Read(read))
    body = generate_latest() + generate_latest(registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
