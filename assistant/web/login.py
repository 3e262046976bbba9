"""Logging in and out: OpenID Connect authorization code with PKCE, state and nonce bound to the browser."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal, cast, get_args

import structlog
from aiohttp import web
from sqlalchemy import delete, insert, select
from yarl import URL

from assistant.config import LoginSettings
from assistant.store import Transaction, enqueue
from assistant.store.tables import login_attempt, municipality
from assistant.web import cookies, sessions
from assistant.web.faults import BadRequest, LoginNeeded, Unavailable
from assistant.web.id_token import BadToken, Expected, IdToken, check_id_token
from assistant.web.language import as_language
from assistant.web.limits import LIMITS
from assistant.web.live_sockets import LIVE_SOCKETS
from assistant.web.origins import client_address
from assistant.web.parts import PARTS, Parts
from assistant.web.provider import ExchangeRefused, Provider, challenge
from assistant.web.rendering import local_path, redirect, render
from assistant.web.routing import PUBLIC, Role, Route
from assistant.web.visitor import visitor_of

log = structlog.get_logger()

Kind = Literal["resident", "staff"]
PROVIDERS: web.AppKey[dict[Kind, Provider]] = web.AppKey("providers", dict)

ATTEMPT = timedelta(minutes=10)
"""How long somebody may take at the provider."""

FRESH = timedelta(minutes=5)
"""How old a login may be for what needs a fresh one."""

BROWSER = "login"  # the cookie that binds an attempt to the browser it began in
HOME: dict[Kind, str] = {"resident": "/me", "staff": "/desk"}
ROLES = frozenset(get_args(Role))


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/login", _begin_resident, PUBLIC),
        Route("GET", "/login/staff", _begin_staff, PUBLIC),
        Route("GET", "/login/callback", _callback, PUBLIC),
        Route("POST", "/logout", _logout, PUBLIC),
        Route("GET", "/logout/provider", _logout_at_provider, PUBLIC),
        Route("GET", "/logout/frontchannel", _frontchannel_logout, PUBLIC),
        Route("GET", "/logged-out", _logged_out, PUBLIC),
    ]


LOGIN_HINT = re.compile(r"(?!.*[0-9]{11})[a-z0-9_-]{1,40}")
"""A hint to the provider of who wants to log in (OpenID Connect Core section 3.1.2.1); never an identity number."""


def require_fresh_login(request: web.Request) -> None:
    """For what must not rest on a login of an hour ago (ASVS 7.5): go through the login again if it is old.

    Raises LoginNeeded, which sends the visitor there and back to the same page.
    """
    parts, visitor = request.app[PARTS], visitor_of(request)
    if visitor.authenticated_at is None or parts.wall_clock() - visitor.authenticated_at > FRESH:
        raise LoginNeeded("staff" if visitor.kind == "staff" else "resident", fresh=True)


def redirect_uri(parts: Parts) -> str:
    return f"{parts.config.public_url.rstrip('/')}/login/callback"


def settings_of(parts: Parts, kind: Kind) -> LoginSettings:
    return parts.config.staff_login if kind == "staff" else parts.config.residents_login


async def _begin_resident(request: web.Request) -> web.StreamResponse:
    return await _begin(request, "resident")


async def _begin_staff(request: web.Request) -> web.StreamResponse:
    return await _begin(request, "staff")


async def _begin(request: web.Request, kind: Kind) -> web.StreamResponse:
    parts = request.app[PARTS]
    request.app[LIMITS].login.take(client_address(request, parts.config))
    settings = settings_of(parts, kind)
    if not settings.issuer:
        raise Unavailable
    fresh = request.query.get("fresh") == "1"
    metadata = await request.app[PROVIDERS][kind].metadata()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    browser = cookies.read(request, parts.config, BROWSER) or secrets.token_urlsafe(32)
    now = parts.wall_clock()
    async with parts.database.begin() as tx:
        await tx.execute(delete(login_attempt).where(login_attempt.c.created_at < now - ATTEMPT))
        await tx.execute(
            insert(login_attempt).values(
                state=state,
                nonce=nonce,
                verifier=verifier,
                browser=sha256(browser.encode()).digest(),
                next=local_path(request.query.get("next")) or HOME[kind],
                kind=f"{kind}_new" if fresh else kind,
                created_at=now,
            )
        )
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri(parts),
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "ui_locales": visitor_of(request).language,
    }
    if settings.acr:
        query["acr_values"] = settings.acr
    if fresh:
        query["prompt"] = "login"
    if LOGIN_HINT.fullmatch(hint := request.query.get("login_hint", "")):
        query["login_hint"] = hint
    address = URL(metadata.authorization_endpoint).update_query(query)
    response = web.Response(status=303, headers={"Location": str(address)})
    cookies.put(response, parts.config, BROWSER, browser, max_age=int(ATTEMPT.total_seconds()))
    return response


@dataclass(frozen=True)
class _Attempt:
    nonce: str
    verifier: str
    next: str
    kind: Kind
    fresh: bool


async def _callback(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    request.app[LIMITS].login.take(client_address(request, parts.config))
    attempt = await _take_attempt(request, parts)
    if attempt is None:
        raise _failed("unknown state, or another browser")
    provider = request.app[PROVIDERS][attempt.kind]
    if (issuer := request.query.get("iss")) is not None and issuer != provider.settings.issuer:
        raise _failed("answer of another issuer")  # RFC 9207: a mix-up of providers
    if "error" in request.query or not (code := request.query.get("code")):
        log.info("login.not_completed", kind=attempt.kind)
        return render(request, "login_failed.html", {"next": attempt.next, "kind": attempt.kind}, status=400)
    now = parts.wall_clock()
    try:
        token = await provider.exchange(code, attempt.verifier, redirect_uri(parts))
        keys = await provider.keys_for(token)
        metadata = await provider.metadata()
        identity = check_id_token(
            token,
            keys,
            Expected(
                issuer=metadata.issuer,
                client_id=provider.settings.client_id,
                nonce=attempt.nonce,
                now=parts.wall_clock(),
                acr=provider.settings.acr,
                authenticated_since=now if attempt.fresh else None,
            ),
        )
    except (BadToken, ExchangeRefused) as error:
        raise _failed(str(error)) from None
    token = await _open_session(request, parts, attempt.kind, identity)
    response = redirect(attempt.next)
    cookies.put(response, parts.config, sessions.COOKIE, token)
    cookies.drop(response, parts.config, BROWSER)
    return response


def _failed(reason: str) -> BadRequest:
    log.warning("login.refused", reason=reason)
    return BadRequest()


async def _take_attempt(request: web.Request, parts: Parts) -> _Attempt | None:
    """The attempt this answer belongs to, which is thereby used up; None unless the same browser began it."""
    state, browser = request.query.get("state", ""), cookies.read(request, parts.config, BROWSER) or ""
    async with parts.database.begin() as tx:
        row = await tx.first(select(login_attempt).where(login_attempt.c.state == state[:64]))
        if row is None:
            return None
        if not hmac.compare_digest(row["browser"], sha256(browser.encode()).digest()):
            return None  # left alone: a stranger with the state must not end somebody's login
        await tx.execute(delete(login_attempt).where(login_attempt.c.state == row["state"]))
    if parts.wall_clock() - row["created_at"] > ATTEMPT:
        return None
    kind, _, new = str(row["kind"]).partition("_")
    return _Attempt(row["nonce"], row["verifier"], row["next"], cast("Kind", kind), new == "new")


async def _open_session(request: web.Request, parts: Parts, kind: Kind, identity: IdToken) -> str:
    """End the session the browser had, begin a new one with a new id."""
    now, visitor = parts.wall_clock(), visitor_of(request)
    said = as_language(str(identity.claims.get("locale", "")))
    language = as_language(cookies.read(request, parts.config, "language")) or said or visitor.language
    async with parts.database.begin() as tx:
        if visitor.session is not None:
            await sessions.end(tx, visitor.session, now)
        if kind == "resident":
            if identity.pid is None:
                raise _failed("no identity number (pid)")
            person = await parts.identities.find(tx, "national_id", identity.pid)
            if person is None:
                person = await parts.identities.find_or_create(
                    tx, "person", "national_id", identity.pid, parts.clock()
                )
                args = {"subject_id": person, "cause": "login"}
                await enqueue(tx, "refresh_person", args, now=parts.clock(), key=person)
            new = sessions.NewSession(
                "resident",
                parts.config.municipality,
                language,
                acr=identity.acr,
                person_id=person,
                provider_sid=identity.sid,
                authenticated_at=identity.authenticated_at,
            )
        else:
            new = _staff_session(identity, language, await _works_for(tx, parts, identity))
        token = await sessions.start(tx, new, now)
    if visitor.session is not None:
        request.app[LIVE_SOCKETS].end_sessions({visitor.session})
    return token


async def _works_for(tx: Transaction, parts: Parts, identity: IdToken) -> str:
    """The municipality a member of staff works for: one that is served here, and the only one they will see."""
    number = identity.claims.get("municipality", parts.config.municipality)
    if number == parts.config.municipality:
        return parts.config.municipality
    known = select(municipality.c.number).where(municipality.c.number == str(number))
    served: str | None = await tx.scalar(known)
    if served is None:
        raise _failed("a member of staff of a municipality that is not served here")
    return served


def _staff_session(identity: IdToken, language: str, works_for: str) -> sessions.NewSession:
    claims = identity.claims
    user = claims.get("preferred_username")
    user = user if isinstance(user, str) and user else identity.subject
    name = claims.get("name")
    roles = claims.get("roles")
    return sessions.NewSession(
        "staff",
        works_for,
        language,
        acr=identity.acr,
        staff=f"{name} ({user})" if isinstance(name, str) and name else user,
        roles=ROLES & {role for role in (roles if isinstance(roles, list) else []) if isinstance(role, str)},
        provider_sid=identity.sid,
        authenticated_at=identity.authenticated_at,
    )


async def _logout(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    if visitor.session is not None:
        async with parts.database.begin() as tx:
            await sessions.end(tx, visitor.session, parts.wall_clock())
        request.app[LIVE_SOCKETS].end_sessions({visitor.session})
    response = redirect(f"/logout/provider?kind={visitor.kind}" if visitor.logged_in else "/logged-out")
    cookies.drop(response, parts.config, sessions.COOKIE)
    return response


async def _logout_at_provider(request: web.Request) -> web.StreamResponse:
    """On to the provider's own logout, from a page: form-action forbids a redirect straight from the form."""
    parts = request.app[PARTS]
    kind: Kind = "staff" if request.query.get("kind") == "staff" else "resident"
    settings = settings_of(parts, kind)
    try:
        metadata = await request.app[PROVIDERS][kind].metadata() if settings.issuer else None
    except Unavailable:
        metadata = None  # here the session has ended whatever the provider says
    if metadata is None or metadata.end_session_endpoint is None:
        return redirect("/logged-out")
    after = f"{parts.config.public_url.rstrip('/')}/logged-out"
    address = URL(metadata.end_session_endpoint).update_query(
        client_id=settings.client_id, post_logout_redirect_uri=after
    )
    return render(request, "logging_out.html", {"address": str(address)})


async def _frontchannel_logout(request: web.Request) -> web.StreamResponse:
    """The provider says a session of its own has ended (OpenID Connect Front-Channel Logout section 3)."""
    parts = request.app[PARTS]
    issuer, sid = request.query.get("iss"), request.query.get("sid")
    if issuer and sid:
        for kind in get_args(Kind):
            if settings_of(parts, kind).issuer == issuer:
                async with parts.database.begin() as tx:
                    ended = await sessions.end_at_provider(tx, kind, sid[:500], parts.wall_clock())
                request.app[LIVE_SOCKETS].end_sessions(set(ended))
    return web.Response(text="", content_type="text/html")


async def _logged_out(request: web.Request) -> web.StreamResponse:
    return render(request, "logged_out.html")
