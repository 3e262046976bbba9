"""The demonstration as a process of its own: started, watched from outside, killed with -9, and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiohttp.test_utils import unused_port
from scenery import TODAY, Scenery
from sqlalchemy import Engine, Table, create_engine, func, select
from sqlalchemy.exc import OperationalError

from assistant.guidance.marks import of_messages
from assistant.store import IdentityKeys
from assistant.store.tables import feed_pointer, inbox, job, municipality

READY_SECONDS = 60.0
SETTLED_SECONDS = 90.0


@dataclass(frozen=True)
class Mail:
    """One message in the mailbox's folder. `times`: how often it was handed over under its Message-ID.

    `message`: our id of it, read from the mark in its Message-ID; '' for a Message-ID that is not ours.
    """

    message_id: str
    message: str
    recipient: str
    subject: str
    text: str
    raw: str
    times: int


@dataclass(frozen=True)
class Sms:
    key: str
    recipient: str
    text: str
    times: int


class Records:
    """The database, read from outside while the process writes it."""

    def __init__(self, url: str) -> None:
        sync = url.replace("sqlite+aiosqlite", "sqlite")
        self._engine: Engine = create_engine(sync, pool_pre_ping=True)

    def rows(self, table: Table, *where: Any) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(table).where(*where)).mappings()]

    def count(self, table: Table, *where: Any) -> int:
        with self._engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)

    def close(self) -> None:
        self._engine.dispose()


@dataclass
class DemoProcess:
    """`async with DemoProcess(folder, scenery) as demo:` has it ready; `kill()` and `start()` as often as you like.

    `folder` holds its data and its log; `database_url` empty is the SQLite file of the data directory.
    """

    folder: Path
    scenery: Scenery | None = None
    database_url: str = ""
    settings: str = ""
    today: date = TODAY  # the day it is at the next start
    port: int = field(default_factory=unused_port)
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _records: Records | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "demo.log"

    @property
    def records(self) -> Records:
        if self._records is None:
            self._records = Records(self.database_url or f"sqlite+aiosqlite:///{self.data / 'varde.sqlite3'}")
        return self._records

    async def __aenter__(self) -> Self:
        if self.scenery is not None:
            await asyncio.to_thread(self.scenery.settle, self.data)
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._records is not None:
            self._records.close()
        if kind is None:
            await asyncio.to_thread(self.stop)
        elif self.is_running:
            self.kill()  # what went wrong is to be seen, not how it ends

    @property
    def has_database(self) -> bool:
        """Whether there is anything to ask yet."""
        return bool(self.database_url) or self._migrated()

    def _migrated(self) -> bool:
        path = self.data / "varde.sqlite3"
        if not path.exists():
            return False
        try:
            return self.records.count(municipality) > 0
        except OperationalError:
            return False  # it is being made

    # ---- starting and ending ------------------------------------------------------------------------

    def spawn(self) -> None:
        """Start it without waiting."""
        settings = self.folder / "varde.toml"
        settings.write_text(self.settings)
        environ = {key: value for key, value in os.environ.items() if not key.startswith("VARDE_")}
        environ |= {"VARDE_CONFIG": str(settings), "PYTHONUNBUFFERED": "1"}
        if self.database_url:
            environ["VARDE_DATABASE_URL"] = self.database_url
        command = [sys.executable, "-X", "faulthandler", "-m", "assistant", "demo", "--port", str(self.port)]
        command += ["--data", str(self.data), "--today", self.today.isoformat()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
        self.starts += 1

    async def start(self) -> None:
        self.spawn()
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait for the `ready` line of the newest start."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.is_running:
            if self.logged().count(f"ready {self.base}\n") + self._unready == self.starts:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"not ready: {self.logged()[-3000:]}")

    _unready: int = 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`: nothing is flushed, closed or said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._unready = self.starts - self.logged().count(f"ready {self.base}\n")

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # says in the log where every thread stands
            self._process.wait()
            raise AssertionError(f"did not stop when told to: {self.logged()[-3000:]}") from None

    # ---- watching -----------------------------------------------------------------------------------

    def logged(self) -> str:
        """What it has printed, and what it has written of itself."""
        written = (self.log, self.data / "varde.log")
        return "".join(path.read_text(errors="replace") for path in written if path.exists())

    def log_lines(self, **wanted: Any) -> list[Mapping[str, Any]]:
        """The lines of the log with these values."""
        lines = [json.loads(line) for line in self.logged().splitlines() if line.startswith("{")]
        return [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]

    async def until(
        self,
        holds: Callable[[], object],
        what: str = "",
        *,
        seconds: float = SETTLED_SECONDS,
        look_every: float = 0.05,
    ) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not holds():
            if not self.is_running:
                raise AssertionError(f"the process ended by itself: {self.logged()[-3000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"still not {what or 'so'} after {seconds} s: {self.waiting()}")
            await asyncio.sleep(look_every)

    async def settled(self) -> None:
        """Wait until every feed is read to its end, every event handled and nothing is left to do."""
        await self.until(self.is_settled, "settled")

    def is_settled(self) -> bool:
        return self._feeds_read() and not self.waiting()

    def waiting(self) -> list[str]:
        """The events nobody has handled, and the tasks that are still to be done, polling aside.

        What follows from a thing is written before the thing is done, so it is looked for in that order.
        """
        events = self.records.rows(inbox, inbox.c.outcome == "waiting")
        jobs = self.records.rows(job, job.c.task != "poll_feed", job.c.state != "parked")
        return [f"{row['source']} {row['event_id']}" for row in events] + [
            f"{row['task']} {row['state']} {row['error']}" for row in jobs
        ]

    def _feeds_read(self) -> bool:
        told = {
            "population_register": "population",
            "tax_administration": "tax",
            "kindergarten_system": "kindergarten",
        }
        read = {row["feed"]: row["position"] for row in self.records.rows(feed_pointer)}
        for feed, file in told.items():
            length = len(json.loads((self.data / "registers" / f"{file}.json").read_text())["feed"])
            if length and read.get(feed, 1) <= length:
                return False
        return True

    # ---- what has left the house ----------------------------------------------------------------------

    def mails(self, recipient: str = "") -> list[Mail]:
        """What the SMTP server has written down, to one recipient or to all."""
        found = []
        marks = of_messages(IdentityKeys.from_file(self.data / "identity-keys.json"))
        for path in sorted((self.data / "mailbox").glob("*.eml")):
            beside = json.loads(path.with_suffix(".json").read_text())
            raw = path.read_bytes()
            email = message_from_bytes(raw, policy=default)
            body = email.get_body(preferencelist=("plain",))
            found.append(
                Mail(
                    message_id=str(email["Message-ID"]),
                    message=marks.read(str(email["Message-ID"]).strip("<>").partition("@")[0]) or "",
                    recipient=beside["recipient"],
                    subject=str(email["Subject"]),
                    text="" if body is None else str(body.get_content()),
                    raw=raw.decode(),
                    times=beside["times"],
                )
            )
        return [mail for mail in found if not recipient or mail.recipient == recipient]

    def texts(self, recipient: str = "") -> list[Sms]:
        """What the SMS gateway has taken."""
        path = self.data / "sms.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        found = [Sms(key, sent["recipient"], sent["text"], sent["times"]) for key, sent in kept.items()]
        return [sms for sms in found if not recipient or sms.recipient == recipient]
