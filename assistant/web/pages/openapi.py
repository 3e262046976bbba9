"""The API's own description: for machines at /api/openapi.json, for people at /api/docs."""

from __future__ import annotations

import json
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiohttp import web

from assistant.web.openapi import document
from assistant.web.pages import api, flow, hooks_api
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, render
from assistant.web.routing import PUBLIC, Route

WITH_API = (api, flow, hooks_api)
"""The modules of pages with routes under /api/v1/ (a test holds them all)."""


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/api/openapi.json", openapi_json, PUBLIC),
        Route("GET", "/api/docs", docs, PUBLIC),
    ]


def _version() -> str:
    try:
        return version("varde")
    except PackageNotFoundError:
        return "0"


def described(parts: Parts) -> dict[str, Any]:
    """The OpenAPI document of this site."""
    routes = [route for page in WITH_API for route in page.routes(parts)]
    return document(routes, title="Varde", version=_version(), server=parts.config.public_url)


async def openapi_json(request: web.Request) -> web.StreamResponse:
    return json_answer(described(request.app[PARTS]))


async def docs(request: web.Request) -> web.StreamResponse:
    description = described(request.app[PARTS])
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in operations:
        groups.setdefault(operation["tags"][0], []).append(operation)
    pretty = partial(json.dumps, indent=2, ensure_ascii=False)
    schemas = {name: pretty(schema) for name, schema in description["components"]["schemas"].items()}
    return render(request, "api/docs.html", {"groups": groups, "schemas": schemas, "compact": json.dumps})
