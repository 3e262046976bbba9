"""The demonstration as its own process, as a person would start it, on a free port with its own data."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

TODAY = "2026-11-02"
READY_SECONDS = 60
TOLD = ("ingrid", "kaia", "tuva", "eirik", "jonas")
"""People of the story who are told something at its beginning, and whom the tests follow."""


@dataclass(frozen=True)
class RunningDemo:
    """`base`: its address. `neighbour`: the origin of another site, which may embed the widget."""

    base: str
    neighbour: str
    data: Path

    def settled(self, seconds: float = 300) -> None:
        """Wait until the story's beginning has been heard of and nothing is left to do."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            mailbox = self._shown("/demo/mailbox")
            if all(f"{who}@" in mailbox for who in TOLD) and "Varde is done with" in self._shown("/demo"):
                return
            time.sleep(0.25)
        raise AssertionError(f"the demonstration still has work to do after {seconds} s")

    def _shown(self, path: str) -> str:
        request = urllib.request.Request(self.base + path, headers={"Accept-Language": "en"})
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())

    def park_a_job(self) -> None:
        """Put a task on the desk that has given up: nothing in the story fails often enough for one."""
        moment = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
        with sqlite3.connect(self.data / "varde.sqlite3", timeout=10) as database:
            found = database.execute("select name from pragma_table_info('job') order by cid").fetchall()
            row = {
                "task": "fetch_income",
                "args": "{}",
                "state": "parked",
                "attempts": 8,
                "error": "RegisterUnavailable: tax_administration answered 503 eight times",
                "run_at": moment,
                "queue": "events",
                "priority": 0,
                "created_at": moment,
                "key": "",
            }
            names = [name for (name,) in found if name in row]
            database.execute(
                f"insert into job ({', '.join(names)}) values ({', '.join('?' * len(names))})",
                [row[name] for name in names],
            )

    def open_again_what_people_decided(self) -> None:
        """Have the cases that case workers have decided wait once more, with nobody."""
        with sqlite3.connect(self.data / "varde.sqlite3", timeout=10) as database:
            database.execute(
                "update \"case\" set status = 'manual', assigned_to = null where status = 'decided' and id in"
                " (select case_id from decision where not automatic)"
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_demo(data: Path) -> Iterator[RunningDemo]:
    """Start it, wait for its `ready` line, and stop it as Ctrl-C does."""
    base = f"http://127.0.0.1:{free_port()}"
    # Another name makes it another site: its page's sockets carry no cookie of ours.
    neighbour = f"http://localhost:{free_port()}"
    settings = data / "varde.toml"
    settings.write_text(f'widget_origins = ["{neighbour}"]\n')
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VARDE_")}
    command = [sys.executable, "-m", "assistant", "demo", "--port", base.rpartition(":")[2]]
    command += ["--data", str(data / "demo"), "--today", TODAY]
    with (data / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**environ, "VARDE_CONFIG": str(settings), "PYTHONUNBUFFERED": "1"},
        )
        try:
            _wait_until_ready(process, base, data / "demo.log")
            yield RunningDemo(base, neighbour, data / "demo")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _wait_until_ready(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/health/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the demonstration is not ready: {log.read_text()[-2000:]}")
