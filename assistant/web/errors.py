"""The outermost layer: whatever goes wrong becomes a page or problem+json with an id, never a stack."""

from __future__ import annotations

import secrets
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import OperationalError
from yarl import URL

from assistant.web import faults
from assistant.web.csrf import remember_visit
from assistant.web.faults import AskedFirst, Fault, LoginNeeded
from assistant.web.metrics import Counting
from assistant.web.parts import PARTS
from assistant.web.rendering import json_answer, local_path, redirect, render, text

log = structlog.get_logger()

_LETTERS = "bcdfghjkmnpqrstvwxz"  # no vowel: it spells no word

BY_STATUS: dict[int, type[Fault]] = {
    400: faults.BadRequest,
    401: faults.Unauthorised,
    403: faults.Forbidden,
    404: faults.NotHere,
    413: faults.TooLarge,
    415: faults.WrongMediaType,
}


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the request through, and answer for it when it fails."""
    with Counting(request) as counted:
        try:
            response = await handler(request)
        except Fault as fault:
            response = _answer(request, fault)
        except web.HTTPException as raised:
            response = (
                _elsewhere(raised) if raised.status < 400 else _answer(request, _as_fault(raised), raised)
            )
        except OperationalError as error:
            failure = new_failure_id()
            log.error(
                "web.database_away", id=failure, route=route_of(request), error=type(error.orig).__name__
            )
            response = _answer(request, faults.Unavailable(), id_=failure)
        except Exception:
            failure = new_failure_id()
            log.exception("web.failed", id=failure, route=route_of(request), method=request.method)
            response = _answer(request, Fault(), id_=failure)
        counted.status = response.status
    if not response.prepared:
        remember_visit(request, response, request.app[PARTS].config)
    return response


def route_of(request: web.Request) -> str:
    """The route's pattern, for logs and figures: a path itself may name somebody's case."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def wants_json(request: web.Request) -> bool:
    """Does a machine ask? Everything under /api and what asks for JSON rather than a page."""
    if request.path.startswith(("/api/", "/v2/", "/events", "/sms/", "/health/")):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def new_failure_id() -> str:
    """What a visitor can tell us and we find in the log: letters only, which nobody takes for a number.

    >>> len(new_failure_id())
    16
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


def _elsewhere(raised: web.HTTPException) -> web.StreamResponse:
    """A way on that was raised, as an answer: aiohttp no longer takes the exception itself for one."""
    return web.Response(status=raised.status, headers={"Location": raised.headers["Location"]})


def _as_fault(raised: web.HTTPException) -> Fault:
    """What aiohttp itself refused: an unknown path, a method that is not there, a broken body."""
    return BY_STATUS.get(raised.status, faults.NotHere if raised.status == 405 else Fault)()


def _answer(
    request: web.Request, fault: Fault, raised: web.HTTPException | None = None, id_: str | None = None
) -> web.StreamResponse:
    status = raised.status if raised is not None else fault.status
    headers = dict(fault.headers)
    if isinstance(fault, AskedFirst):
        return redirect(fault.path)
    if raised is not None and "Allow" in raised.headers:
        headers["Allow"] = raised.headers["Allow"]
    if isinstance(fault, LoginNeeded) and request.method in ("GET", "HEAD") and not wants_json(request):
        return _to_login(request, fault)
    id_ = id_ or new_failure_id()
    log.info("web.refused", id=id_, status=status, route=route_of(request), method=request.method)
    try:
        if wants_json(request):
            if status == 401:
                headers.setdefault("WWW-Authenticate", "Bearer")
            return json_answer(
                {
                    "type": "about:blank",
                    "title": HTTPStatus(status).phrase,
                    "status": status,
                    "detail": fault.detail or text(request, f"errors.{fault.key}_text"),
                    "instance": f"urn:varde:failure:{id_}",
                },
                status=status,
                headers=headers,
                media_type="application/problem+json",
            )
        return render(
            request,
            "error.html",
            {"fault": fault, "status": status, "id": id_},
            status=status,
            headers=headers,
        )
    except Exception:
        # The error page itself is broken: still no stack, still an id to ask about.
        log.exception("web.error_page_failed", id=id_)
        return web.Response(text=f"Error {id_}\n", status=500)


def _to_login(request: web.Request, fault: LoginNeeded) -> web.StreamResponse:
    target = URL("/login/staff" if fault.who == "staff" else "/login")
    query = {"next": local_path(request.rel_url.path_qs) or "/"}
    if fault.fresh:
        query["fresh"] = "1"
    return web.Response(status=303, headers={"Location": str(target.with_query(query))})
