"""News is heard by every process that listens, after the commit and not without it, and gaps are known of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from assistant.store import Database, news
from assistant.store.news import CHAT_LINES, SESSION_ENDED, Listening, tell


class Ear:
    """What one process hears; `gaps` counts how often it may have missed something."""

    def __init__(self, database: Database) -> None:
        self.heard: list[str] = []
        self.gaps = 0
        self.listening = Listening(database, {CHAT_LINES: self.heard.append}, self._gap)

    def _gap(self) -> None:
        self.gaps += 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def end_sessions_that_listen(database: Database) -> None:
    ended = text(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'varde news' and datname = current_database()"
    )
    async with database.begin() as tx:
        assert len(await tx.all(ended)) == 1


async def tell_and_fail(database: Database) -> None:
    async with database.begin() as tx:
        await tell(tx, CHAT_LINES, "nobody")
        raise LookupError("it fails")


async def test_every_process_hears_what_was_committed_and_only_that(
    database: Database, database_url: str
) -> None:
    elsewhere = Database(database_url)
    first, second = Ear(database), Ear(elsewhere)
    async with first.listening, second.listening:
        if not database.is_sqlite:
            await until(lambda: first.gaps == second.gaps == 1)
        with pytest.raises(LookupError, match="it fails"):
            await tell_and_fail(database)
        async with database.begin() as tx:
            await tell(tx, CHAT_LINES, "kari")
            await tell(tx, CHAT_LINES, "kari")
            await tell(tx, SESSION_ENDED, "00")  # these ears do not care
            assert first.heard == second.heard == []
        await until(lambda: bool(first.heard and second.heard))
    async with database.begin() as tx:
        await tell(tx, CHAT_LINES, "ola")
    await asyncio.sleep(0)
    assert first.heard == second.heard == ["kari"]
    await elsewhere.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_was_lost_is_made_anew_and_the_gap_is_told_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "PAUSE_SECONDS", 0.1)
    ear = Ear(database)

    async def told(person: str) -> None:
        async with database.begin() as tx:
            await tell(tx, CHAT_LINES, person)

    async with ear.listening:
        await until(lambda: ear.gaps == 1)
        await end_sessions_that_listen(database)
        await told("while nobody listened")
        await until(lambda: ear.gaps == 2)
        await told("kari")
        await until(lambda: "kari" in ear.heard)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_server_that_is_asked_whether_it_is_there_loses_no_news(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "ASK_SECONDS", 0.02)
    ear = Ear(database)
    async with ear.listening:
        await until(lambda: ear.gaps == 1)
        for number in range(50):
            async with database.begin() as tx:
                await tell(tx, CHAT_LINES, str(number))
            await asyncio.sleep(0.005)
        await until(lambda: len(ear.heard) == 50)
    assert ear.heard == [str(number) for number in range(50)]
    assert ear.gaps == 1
