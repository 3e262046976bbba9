"""A backup of a running installation put back into an empty place: whole, checked, erased again, nothing sent twice.

It prints what it measured: how long the restore took (RTO), and how far back the backup lies (RPO).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from counting import counted
from psycopg import sql
from sqlalchemy import func, insert, select, text, update

from assistant.cli import main
from assistant.guidance.ladder import MUST_REACH
from assistant.guidance.switches import held_back, live_switches
from assistant.guidance.trial import EVERYBODY
from assistant.mydata import erasing
from assistant.operations.sealing import NotSealed, SealedReader, SealedWriter
from assistant.store import Database, Identities, IdentityKeys
from assistant.store.columns import new_id
from assistant.store.tables import backup_made, chat_line, guidance, message, municipality, usage
from assistant.twin import UsageKey, Use, log_usage

NUMBER = "01810099999"


@pytest.fixture
async def running(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """An installation with a person, their usage log, a chat and a message that waits."""
    monkeypatch.setenv("VARDE_DATABASE_URL", database_url)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    keys = IdentityKeys.from_file(tmp_path / "data" / "identity-keys.json")
    UsageKey.from_file(tmp_path / "data" / "usage-key.json")
    now = datetime.now(UTC)
    async with database.begin() as tx:
        await tx.execute(insert(municipality).values(number="9999", name="Varden", settings={}))
        person = await Identities(keys).create(tx, "person", "national_id", NUMBER, now)
        for _ in range(3):
            use = Use(person, "service", "varde", "used", "to tell", "law", ("person.email",))
            await log_usage(tx, [use], now)
        line = {"author": "person", "content": {"text": "canary"}, "at": now - timedelta(days=1)}
        await tx.execute(insert(chat_line).values(person_id=person, **line))
        told = {"id": new_id(), "person_id": person, "subject_id": person, "kind": "right_found"}
        await tx.execute(
            insert(guidance).values(**told, rule="school.place", cause="c", content={}, created_at=now)
        )
        words = {"language": "nb", "title": "", "body": "", "why": [], "state": "waiting"}
        when = {"created_at": now, "send_at": now}
        await tx.execute(
            insert(message).values(
                id=new_id(), guidance_id=told["id"], person_id=person, channel="sms", **words, **when
            )
        )
    return database


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[str]:
    """An empty place of the same kind."""
    if database_url.startswith("sqlite"):
        yield str(tmp_path / "restored" / "varde.sqlite3")
        return
    name = f"varde_test_{os.getpid()}_{secrets.token_hex(4)}"
    server = database_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield f"{database_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


async def run(*arguments: str) -> int:
    return await asyncio.to_thread(main, list(arguments))


def there(path: str) -> bool:
    return os.path.lexists(path)


def at(place: str) -> Database:
    return Database(place if "://" in place else f"sqlite+aiosqlite:///{place}")


async def test_a_backup_comes_back_whole_and_what_was_erased_since_does_not(
    running: Database, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backup.key").write_text(f"{'A' * 43}=")
    sealed = ("--key", str(tmp_path / "backup.key"))
    left = [name for name in os.listdir(tmp_path) if name.startswith("varde.sqlite3")]
    assert await run("backup", "monday", *sealed, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"]["usage"], told["rows"]["chat_line"]) == (3, 1)
    assert sorted(os.listdir(tmp_path)) == sorted(["backup.key", "data", "monday", *left])
    written = (tmp_path / "monday").read_bytes()
    assert NUMBER.encode() not in written
    assert b"canary" not in written
    async with running.begin() as tx:
        person = await tx.scalar(select(chat_line.c.person_id))
        await erasing.erase(tx, person, ["chat"], datetime.now(UTC), basis="artikkel 17")
        made = await tx.first(select(backup_made))
    assert made is not None
    assert await run("erasures", "list") == 0
    (tmp_path / "erasures.json").write_text(capsys.readouterr().out)

    into = ("--into", place, "--erasures", "erasures.json")
    assert await run("restore", "monday", *into) == 1
    assert "is sealed: give the key" in capsys.readouterr().err
    assert await run("restore", "monday", *into, *sealed, "--json") == 0
    done = json.loads(capsys.readouterr().out)
    counted(f"RTO {done['seconds']} s, RPO {done['lost_seconds']} s, {len(written)} bytes")
    assert (done["usage_entries"], done["erasures"], done["erased_rows"]) == (3, 1, 1)
    assert done["seconds"] < 300
    restored = at(place)
    try:
        async with restored.begin() as tx:
            assert await tx.scalar(select(func.count()).select_from(chat_line)) == 0
            [held] = await live_switches(tx, MUST_REACH)
            assert held.key == "restored"
            keys = IdentityKeys.from_file(tmp_path / "data" / "identity-keys.json")
            assert await Identities(keys).reveal(tx, person, "national_id") == NUMBER
            joined = select(message, guidance.c.rule, guidance.c.kind)
            row = await tx.first(joined.join(guidance, guidance.c.id == message.c.guidance_id))
            assert row is not None
            assert await held_back(tx, row, EVERYBODY, datetime.now(UTC))
            assert not await held_back(tx, row | {"channel": "chat"}, EVERYBODY, datetime.now(UTC))
    finally:
        await restored.close()
    assert await run("restore", "monday", *into, *sealed) == 1
    assert "--into" in capsys.readouterr().err


async def test_what_is_not_whole_is_not_put_back(
    running: Database, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running.begin() as tx:  # somebody has changed a log behind Varde's back
        await tx.execute(update(usage).where(usage.c.number == 2).values(purpose="another"))
    assert await run("backup", "changed") == 0
    assert await run("restore", "changed", "--into", place, "--no-erasures") == 1
    assert "entry 2 of a usage log is not as it was logged" in capsys.readouterr().err
    if "://" not in place:
        assert not there(place)
    else:
        database = at(place)
        async with database.read() as tx:
            assert await tx.scalar(text("select count(*) from alembic_version")) == 0
        await database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_each_refusal_names_the_way_out(
    running: Database, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("backup", "good") == 0
    assert await run("backup", "good") == 1
    assert "is there already: choose another name" in capsys.readouterr().err
    back = ("--into", place, "--no-erasures")
    whole = (tmp_path / "good").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    assert await run("restore", "cut", *back) == 1
    assert "take another copy" in capsys.readouterr().err
    (tmp_path / "other").write_bytes(b"hello")
    assert await run("restore", "other", *back) == 1
    assert "is no whole backup" in capsys.readouterr().err
    (tmp_path / "short.key").write_text("c2hvcnQ=")
    assert await run("restore", "good", *back, "--key", "short.key") == 1
    assert "openssl rand -base64 32" in capsys.readouterr().err
    assert await run("restore", "good", "--into", "postgresql+psycopg://127.0.0.1/x", "--no-erasures") == 1
    assert "put it back into sqlite" in capsys.readouterr().err
    keys = tmp_path / "data" / "identity-keys.json"
    kept = keys.read_text()
    keys.unlink()
    assert await run("restore", "good", *back) == 1
    assert "put it there first" in capsys.readouterr().err
    IdentityKeys.from_file(keys)  # made anew: the wrong ones
    assert await run("restore", "good", *back) == 1
    assert "is not the one this database was sealed with" in capsys.readouterr().err
    keys.write_text(kept)
    assert not there(place)
    assert await run("restore", "good", *back) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_in_the_middle_it_leaves_no_backup_and_harms_nothing(
    running: Database, database_url: str, tmp_path: Path
) -> None:
    async with running.begin() as tx:
        filler = {"author": "person", "content": {"text": "x" * 2000}, "at": datetime.now(UTC)}
        await tx.execute(insert(chat_line).values(person_id="p", **filler))
        for _ in range(12):
            twice = "person_id, author, content, at"
            await tx.execute(text(f"insert into chat_line ({twice}) select {twice} from chat_line"))
    command = [sys.executable, "-m", "assistant", "backup", "killed"]
    repository = Path(__file__).parents[3]
    process = subprocess.Popen(  # noqa: ASYNC220
        command,
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        if list(tmp_path.glob(".varde-backup-*/database")):  # noqa: ASYNC240
            break
        await asyncio.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not there(str(tmp_path / "killed"))
    assert [name for name in os.listdir(tmp_path) if name.startswith(".varde-backup-")]
    assert await run("backup", "killed") == 0
    assert [name for name in os.listdir(tmp_path) if name.startswith(".varde-backup-")] == []
    assert await run("restore", "killed", "--into", "back.sqlite3", "--no-erasures") == 0
    with closing(sqlite3.connect("back.sqlite3")) as back:
        assert back.execute("select count(*) from chat_line").fetchone() == (2 * 2**12,)


def test_a_sealed_stream_shows_every_change() -> None:
    import io

    key, plain = bytes(32), bytes(range(256)) * 9000
    below = io.BytesIO()
    writer = SealedWriter(below, key)
    for start in range(0, len(plain), 70_001):
        writer.write(plain[start : start + 70_001])
    writer.close()
    whole = below.getvalue()

    def read(data: bytes, with_: bytes = key) -> bytes:
        return SealedReader(io.BytesIO(data), with_).read()

    assert read(whole) == plain
    piece = (1 << 20) + 16
    begun = len(whole) - len(plain) - 3 * 16
    for changed in (
        whole[:-1],
        whole[: begun + piece],  # cut at the end of a piece
        whole[: begun + 1] + bytes([whole[begun + 1] ^ 1]) + whole[begun + 2 :],
        whole[:begun] + whole[begun + piece : begun + 2 * piece] + whole[begun : begun + piece],
    ):
        with pytest.raises(NotSealed):
            read(changed)
    with pytest.raises(NotSealed):
        read(whole, bytes(31) + b"1")
