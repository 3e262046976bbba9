"""The OpenAPI 3.1 description, made from the route table and the models of what routes take and answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import models_json_schema

from assistant.web.faults import BadRequest
from assistant.web.json_body import read_json
from assistant.web.routing import ID, Access, Handler, Route

H = TypeVar("H", bound=Handler)
Q = TypeVar("Q", bound=BaseModel)

PREFIX = "/api/v1/"


class NoQuery(BaseModel):
    """A route that takes no parameters in its query."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


@dataclass(frozen=True)
class Operation:
    """What a machine must know of a route before it calls it."""

    summary: str
    answers: type[BaseModel]
    query: type[BaseModel] = NoQuery
    tag: str = "resident"
    also: tuple[str, ...] = ()  # other media types it can answer in
    etag: bool = False
    takes: type[BaseModel] | None = None  # the JSON body of a request
    status: int = 200


OPERATIONS: dict[Handler, Operation] = {}


class Undescribed(LookupError):
    """An API route without an operation: nobody could know how to call it."""


def describes(operation: Operation) -> Callable[[H], H]:
    """Say what a handler takes and answers."""

    def attach(handler: H) -> H:
        OPERATIONS[handler] = operation
        return handler

    return attach


async def read_body_as(request: web.Request, model: type[Q]) -> Q:
    """The JSON body of a request. Raises WrongMediaType, TooLarge, or BadRequest naming what does not fit."""
    return _fitting(model, await read_json(request))


def read_query(request: web.Request, model: type[Q]) -> Q:
    """The query's parameters. Raises BadRequest naming the first that does not fit."""
    return _fitting(model, dict(request.query))


def _fitting(model: type[Q], given: Any) -> Q:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadRequest(f"{name}: {first['msg']}") from None


_PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")


def template_of(path: str) -> tuple[str, list[str]]:
    """An aiohttp path as OpenAPI writes it, and the names in it.

    >>> template_of("/api/v1/cases/{case_id:[0-9a-f]{8}}")
    ('/api/v1/cases/{case_id}', ['case_id'])
    """
    return _PARAMETER.sub(r"{\1}", path), _PARAMETER.findall(path)


def _security(access: Access) -> list[dict[str, list[str]]]:
    names = {"resident": "residentSession", "staff": "staffSession", "service": "serviceToken"}
    return [{names[rule.kind]: []} for rule in access.rules if rule.kind in names]


def _who(access: Access) -> str:
    words = {"resident": "a resident", "staff": "staff with the role {}", "service": "the service {}"}
    found = [words[rule.kind].format(f"`{rule.name}`") for rule in access.rules if rule.kind in words]
    return f"For {' or '.join(found)}." if found else "For anybody."


def _responses(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {
        "application/json": {"schema": {"$ref": f"#/components/schemas/{operation.answers.__name__}"}}
    }
    content |= {media: {"schema": {"type": "string"}} for media in operation.also}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    done = str(operation.status)
    answers: dict[str, Any] = {done: {"description": "The answer.", "content": content}}
    if operation.etag:
        answers[done]["headers"] = {"ETag": {"schema": {"type": "string"}}}
        answers["304"] = {"description": "Nothing new since the ETag sent in If-None-Match."}
    for status, says in (
        ("400", "A parameter cannot be used."),
        ("401", "Nobody has proved who asks."),
        ("403", "It is not for the one who asks."),
        ("404", "There is nothing here for the one who asks."),
        ("429", "Too many requests; see Retry-After."),
    ):
        answers[status] = {"description": says, "content": problem}
    return answers


def document(routes: Iterable[Route], *, title: str, version: str, server: str) -> dict[str, Any]:
    """The description of all routes under /api/v1/. Raises `Undescribed` for one without an operation."""
    described = []
    for route in routes:
        if not route.path.startswith(PREFIX):
            continue
        operation = OPERATIONS.get(route.handler)
        if operation is None:
            raise Undescribed(f"{route.method} {route.path} has no operation: put @describes on its handler")
        described.append((route, operation))
    models = {operation.answers for _, operation in described} | {Problem}
    bodies = {operation.takes for _, operation in described if operation.takes is not None}
    _, definitions = models_json_schema(
        [
            *((model, "serialization") for model in sorted(models, key=lambda model: model.__name__)),
            *((model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for route, operation in described:
        path, names = template_of(route.path)
        paths.setdefault(path, {})[route.method.lower()] = {
            "operationId": getattr(route.handler, "__name__", path),
            "summary": operation.summary,
            "description": _who(route.access),
            "tags": [operation.tag],
            "security": _security(route.access),
            "parameters": [*map(_path_parameter, names), *_query_parameters(operation.query)],
            "responses": _responses(operation),
            **_body(operation),
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": definitions["$defs"], "securitySchemes": _SCHEMES},
    }


def _body(operation: Operation) -> dict[str, Any]:
    if operation.takes is None:
        return {}
    schema = {"$ref": f"#/components/schemas/{operation.takes.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_SCHEMES: Mapping[str, Any] = {
    "residentSession": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-varde_session",
        "description": "The session of a resident logged in with ID-porten.",
    },
    "staffSession": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-varde_session",
        "description": "The session of a member of staff.",
    },
    "serviceToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token the municipality has given the service.",
    },
}


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID}$"}}


def _query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.model_json_schema()
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": entry.get("description", ""),
            "schema": {key: value for key, value in entry.items() if key not in ("title", "description")},
        }
        for name, entry in schema.get("properties", {}).items()
    ]
