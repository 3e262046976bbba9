"""A connection to PostgreSQL that belongs to nobody else: for a lock that is held, and for hearing of news."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection

from assistant.store.database import Database

ALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
"""A server that has gone without a word is given up on within about ten seconds."""


@asynccontextmanager
async def connection_apart(database: Database, name: str) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection outside the pool, each statement its own transaction; `name` is what the server shows.

    It must reach the server itself: behind a pooler that hands out transactions nothing it holds is held.
    Raises psycopg.Error where the server does not answer.
    """
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await AsyncConnection.connect(url, autocommit=True, application_name=name, **ALIVE)
    try:
        yield connection
    finally:
        await connection.close()
