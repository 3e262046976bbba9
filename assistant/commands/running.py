"""`varde demo`, `varde serve`, `varde worker`: the processes of Varde."""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TextIO

from assistant.commands.arguments import CommandFault, Groups, a_date, a_port, command


def add(groups: Groups) -> None:
    demo = command(
        groups,
        "demo",
        _demo,
        does="the whole assistant with a made-up municipality, in one process on embedded SQLite",
        example="varde demo --port 8080 --data demo-data",
    )
    demo.add_argument(
        "--port", type=a_port, default=8080, help="port on 127.0.0.1; 0 takes any free one (8080)"
    )
    demo.add_argument(
        "--data", type=Path, default=Path("demo-data"), metavar="DIR", help="what it keeps (demo-data)"
    )
    demo.add_argument("--today", type=a_date, metavar="DATE", help="the day it is in the story")
    command(
        groups,
        "serve",
        _serve,
        does="the web process; settings come from varde.toml and VARDE_* variables",
        example="VARDE_CONFIG=/etc/varde.toml varde serve",
    )
    command(
        groups,
        "worker",
        _worker,
        does="a worker process with a clock; run as many as you like",
        example="VARDE_CONFIG=/etc/varde.toml varde worker",
    )


def _demo(given: argparse.Namespace) -> int:
    from assistant import demo

    given.data.mkdir(parents=True, exist_ok=True)
    journal_path = given.data / "varde.log"
    with journal_path.open("a", encoding="utf-8") as written:
        return _until_it_ends(
            demo.run(given.port, given.data, given.today),
            taken=f"--port {given.port}: another process listens there: choose another, or 0 for any free one",
            journal_to=written,
        )


def _serve(_given: argparse.Namespace) -> int:
    from assistant import assembly
    from assistant.config import Config

    config = Config.load()
    return _until_it_ends(
        assembly.serve(config),
        taken=f"VARDE_PORT {config.port}: another process listens there: choose another",
    )


def _worker(_given: argparse.Namespace) -> int:
    from assistant import assembly
    from assistant.config import Config

    return _until_it_ends(assembly.worker(Config.load()), taken="an address of the worker is taken")


def _until_it_ends(
    process: Coroutine[Any, Any, None], *, taken: str, journal_to: TextIO | None = None
) -> int:
    from assistant import journal

    journal.start(journal_to)
    # Also who is told to stop while it still starts puts away what it has taken out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        asyncio.run(process)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandFault(taken) from None
        raise
    return 0
