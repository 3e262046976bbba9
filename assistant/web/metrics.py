"""How many requests, how long, how they ended: figures by route pattern, never by path or person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("varde_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("varde_request_seconds", "Time to answer a request", ["route"])
SOCKETS = Gauge("varde_sockets", "Open WebSockets")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass
class Counted:
    status: int = 500


@contextmanager
def count_request(request: web.Request) -> Iterator[Counted]:
    """Count what happens inside; the block sets `status`."""
    counted, start = Counted(), perf_counter()
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    try:
        yield counted
    finally:
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, counted.status).inc()
        SECONDS.labels(route).observe(perf_counter() - start)


async def show_metrics(request: web.Request) -> web.StreamResponse:
    """`GET /metrics` in Prometheus' text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
