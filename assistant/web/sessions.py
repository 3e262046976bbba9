"""Sessions of people who are logged in: kept here, known to the browser by a random token only.

The table holds the SHA-256 of the token, so that who reads the table cannot be anybody. A session ends after
30 minutes without use and after 120 minutes whatever happens; one that has ended never comes back.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.sql import and_

from assistant.store import Transaction
from assistant.store.news import SESSION_ENDED, tell
from assistant.store.tables import session
from assistant.web.language import as_language
from assistant.web.visitor import Visitor

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(minutes=120)
TOUCH = timedelta(seconds=60)
"""How stale `seen_at` may be: a page view need not write. The session ends that much early, never late."""

COOKIE = "session"
SOME = 500  # how many tokens one question holds


@dataclass(frozen=True)
class NewSession:
    """What a login found out. `provider_sid`: the provider's name for its own session (OpenID claim sid)."""

    kind: Literal["resident", "staff"]
    municipality: str
    language: str
    acr: str = ""
    person_id: str | None = None
    staff: str | None = None
    roles: frozenset[str] = frozenset()
    provider_sid: str | None = None
    authenticated_at: datetime | None = None  # OpenID claim auth_time


def token_hash(cookie: str) -> bytes:
    return sha256(cookie.encode()).digest()


def _alive(now: datetime) -> ColumnElement[bool]:
    return and_(
        session.c.ended_at.is_(None),
        session.c.created_at > now - ABSOLUTE,
        session.c.seen_at > now - IDLE,
    )


async def start(tx: Transaction, new: NewSession, now: datetime) -> str:
    """Begin a session and return its token, the value of the cookie; it is kept nowhere."""
    token = secrets.token_urlsafe(32)
    await tx.execute(
        insert(session).values(
            token=token_hash(token),
            kind=new.kind,
            person_id=new.person_id,
            staff=new.staff,
            municipality=new.municipality,
            roles=sorted(new.roles),
            acr=new.acr,
            provider_sid=new.provider_sid,
            csrf=secrets.token_urlsafe(32),
            language=new.language,
            created_at=now,
            seen_at=now,
            authenticated_at=new.authenticated_at,
        )
    )
    return token


async def find(tx: Transaction, token: bytes, now: datetime) -> Mapping[str, Any] | None:
    """The living session with that token hash."""
    return await tx.first(select(session).where(session.c.token == token, _alive(now)))


def needs_touch(row: Mapping[str, Any], now: datetime) -> bool:
    return bool(now - row["seen_at"] >= TOUCH)


async def touch(tx: Transaction, token: bytes, now: datetime) -> None:
    """Remember that the session was used. One that ended in the meantime stays ended."""
    await tx.execute(update(session).where(session.c.token == token, _alive(now)).values(seen_at=now))


async def speak(tx: Transaction, token: bytes, language: str) -> None:
    await tx.execute(update(session).where(session.c.token == token).values(language=language))


async def act_for(tx: Transaction, token: bytes, principal_id: str | None) -> str:
    """Whose pages the resident sees from now on; None: their own. The token that forms carry from now on.

    Forms opened before the change carry one that is good no more: none is sent in another's name.
    """
    csrf = secrets.token_urlsafe(32)
    values = {"acting_for": principal_id, "csrf": csrf}
    await tx.execute(update(session).where(session.c.token == token).values(**values))
    return csrf


async def end(tx: Transaction, token: bytes, now: datetime) -> None:
    """End a session, and have every process close the sockets that hang on it."""
    await tx.execute(
        update(session).where(session.c.token == token, session.c.ended_at.is_(None)).values(ended_at=now)
    )
    await tell(tx, SESSION_ENDED, token.hex())


async def end_at_provider(tx: Transaction, kind: str, provider_sid: str, now: datetime) -> list[bytes]:
    """End what hangs on a session of the provider (front-channel logout); the token hashes that ended."""
    of_the_provider = and_(
        session.c.kind == kind, session.c.provider_sid == provider_sid, session.c.ended_at.is_(None)
    )
    tokens = [row["token"] for row in await tx.all(select(session.c.token).where(of_the_provider))]
    await tx.execute(update(session).where(of_the_provider).values(ended_at=now))
    for token in tokens:
        await tell(tx, SESSION_ENDED, token.hex())
    return tokens


async def alive_among(tx: Transaction, tokens: Collection[bytes], now: datetime) -> set[bytes]:
    """Which of these token hashes still belong to a living session."""
    waiting, alive = list(tokens), set[bytes]()
    while waiting:
        some, waiting = waiting[:SOME], waiting[SOME:]
        alive |= {
            row["token"]
            for row in await tx.all(select(session.c.token).where(session.c.token.in_(some), _alive(now)))
        }
    return alive


def visitor_from(row: Mapping[str, Any]) -> Visitor:
    return Visitor(
        kind=row["kind"],
        language=as_language(row["language"]) or "nb",
        municipality=row["municipality"],
        csrf=row["csrf"],
        person_id=row["person_id"],
        staff=row["staff"],
        roles=frozenset(row["roles"]),
        session=row["token"],
        logged_in_at=row["created_at"],
        authenticated_at=row["authenticated_at"],
        acr=row["acr"],
        acting_for=row["acting_for"],
    )
