"""The one gate: recognises the visitor, refuses forged requests, and lets pass only whom the route admits."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import SecretStr

from assistant.twin.usage import Use, log_usage
from assistant.web import acting, cookies, csrf, sessions
from assistant.web.faults import BadRequest, Denied, Forbidden, ForgedRequest, LoginNeeded, Unauthorised
from assistant.web.language import language_of
from assistant.web.limits import LIMITS
from assistant.web.live_sockets import SocketRefused
from assistant.web.origins import (
    client_address,
    host_is_ours,
    is_from_a_page,
    is_on_this_machine,
    may_open_socket,
)
from assistant.web.parts import PARTS, Parts
from assistant.web.routing import PUBLIC, Access, Route
from assistant.web.visitor import VISITOR, Visitor

ACCESS: web.AppKey[dict[web.AbstractRoute, Access]] = web.AppKey("access", dict)

MACHINE_PATHS = ("/health/", "/metrics")
"""Probes call these by the machine's address, not by the site's name."""

NO_COOKIES = frozenset({"service", "signed", "loopback"})
"""Where only these admit, a cookie has no power, so a forged request has none."""

Verdict = Literal["pass", "login_resident", "login_staff", "unauthorised", "forbidden"]


def decide(access: Access, visitor: Visitor, *, here: bool) -> Verdict:
    """May this visitor call a route with this access? `here`: the caller is on this machine itself."""
    for rule in access.rules:
        admitted = {
            "public": True,
            "signed": True,
            "socket": True,
            "resident": visitor.kind == "resident",
            "staff": visitor.kind == "staff" and rule.name in visitor.roles,
            "service": visitor.kind == "service" and visitor.service == rule.name,
            "loopback": here,
        }[rule.kind]
        if admitted:
            return "pass"
    if visitor.kind != "anonymous":
        return "forbidden"
    if access.has("resident"):
        return "login_resident"
    if access.has("staff"):
        return "login_staff"
    return "unauthorised"


def add_routes(app: web.Application, routes: list[Route]) -> None:
    """Put routes on the router, each with its access; a path and method given twice is an error."""
    seen = set()
    for route in routes:
        if (route.method, route.path) in seen:
            raise ValueError(f"{route.method} {route.path} is routed twice")
        seen.add((route.method, route.path))
        for method in (route.method, "HEAD") if route.method == "GET" else (route.method,):
            app[ACCESS][app.router.add_route(method, route.path, route.handler)] = route.access


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request passes here; what `decide` does not let pass never reaches a handler."""
    parts = request.app[PARTS]
    if not host_is_ours(request, parts.config) and not request.path.startswith(MACHINE_PATHS):
        raise BadRequest("this site does not answer by that name")
    access = _access_of(request)
    visitor = await acting.recognised(parts, await _recognise(request, parts, access))
    request[VISITOR] = visitor
    _keep_to_limits(request, parts, visitor, access)
    if access.has("socket") and not may_open_socket(request, parts.config):
        raise Forbidden
    if request.method not in csrf.SAFE:
        if _cookies_count(access, visitor):
            await csrf.refuse_forged(request, visitor, parts.config)
        elif is_from_a_page(request):
            raise ForgedRequest  # no page sends to a machine's route, but a browser stands on this machine
    verdict = decide(access, visitor, here=is_on_this_machine(request))
    if verdict == "unauthorised":
        raise Unauthorised
    if verdict == "forbidden":
        raise Forbidden
    if verdict in ("login_resident", "login_staff"):
        raise LoginNeeded(verdict.removeprefix("login_"))
    try:
        request[VISITOR] = visitor = await acting.let_through(request, access, visitor)
        with acting.in_their_name(visitor):
            return await handler(request)
    except SocketRefused as refused:
        return refused.response
    except Denied as denied:
        await _log_denial(parts, visitor, denied)
        raise


def _access_of(request: web.Request) -> Access:
    if request.match_info.http_exception is not None:
        return PUBLIC  # an unknown path: recognise the visitor, for the page that says so
    access = request.app[ACCESS].get(request.match_info.route)
    if access is None:
        raise RuntimeError(f"route {request.match_info.route!r} declares no access")
    return access


def _cookies_count(access: Access, visitor: Visitor) -> bool:
    return visitor.kind != "service" and not all(rule.kind in NO_COOKIES for rule in access.rules)


async def _recognise(request: web.Request, parts: Parts, access: Access) -> Visitor:
    if access.has("service") and (key := _service_of(request, parts)) is not None:
        service, _, municipality = key.partition("@")
        return Visitor("service", "en", municipality or parts.config.municipality, service=service)
    cookie = cookies.read(request, parts.config, sessions.COOKIE)
    known = await recognise_session(parts, sessions.token_hash(cookie)) if cookie else None
    if known is not None:
        return known
    return Visitor(
        "anonymous",
        language_of(request, parts.config),
        parts.config.municipality,
        csrf=csrf.anonymous_token(request, parts.config, parts.identities),
    )


async def recognise_session(parts: Parts, token: bytes) -> Visitor | None:
    """The visitor of a living session, whose use is remembered; None when it has ended or never was."""
    now = parts.wall_clock()
    async with parts.database.read() as tx:
        row = await sessions.find(tx, token, now)
    if row is None:
        return None
    if sessions.needs_touch(row, now):
        async with parts.database.begin() as tx:
            await sessions.touch(tx, token, now)
    return sessions.visitor_from(row)


def _service_of(request: web.Request, parts: Parts) -> str | None:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not sent:
        return None
    return service_with(parts.config.api_tokens, sent)


def service_with(tokens: Mapping[str, SecretStr], sent: str) -> str | None:
    """The service with that bearer token, as it stands in `api_tokens`; compared in constant time."""
    found = None
    for name, secret in tokens.items():
        value = secret.get_secret_value()
        if value and hmac.compare_digest(value.encode(), sent.encode("utf-8", "surrogateescape")):
            found = name
    return found


def _keep_to_limits(request: web.Request, parts: Parts, visitor: Visitor, access: Access) -> None:
    limits = request.app[LIMITS]
    if all(rule.kind == "signed" for rule in access.rules):
        # A gateway tells of each of thousands of texts from one address, and a mail provider's readers share theirs.
        limits.signed.take(client_address(request, parts.config))
        return
    if visitor.service is not None:
        limits.service.take(visitor.service)
    elif request.method not in csrf.SAFE:
        who = visitor.session.hex() if visitor.session else client_address(request, parts.config)
        limits.unsafe.take(who)


async def _log_denial(parts: Parts, visitor: Visitor, denied: Denied) -> None:
    """Who was refused whose data: the person it is about can see it."""
    use = Use(
        subject_id=denied.subject_id,
        actor_kind="person"
        if visitor.kind == "resident"
        else "staff"
        if visitor.kind == "staff"
        else "service",
        actor=visitor.own_id or visitor.staff or visitor.service or "",
        action="denied",
        purpose=denied.purpose,
        basis="",
        concepts=(),
    )
    async with parts.database.begin() as tx:
        await log_usage(tx, [use], parts.clock())
