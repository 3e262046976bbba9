"""`varde demo`, `varde serve`, `varde worker`: the processes of Varde."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from assistant.commands.arguments import Groups, a_date, a_port, command


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
        does="a worker process; run as many as you like, one of them holds the clock",
        example="VARDE_CONFIG=/etc/varde.toml varde worker",
    )


def _demo(given: argparse.Namespace) -> int:
    from assistant import demo, journal

    journal.start()
    asyncio.run(demo.run(given.port, given.data, given.today))
    return 0


def _serve(given: argparse.Namespace) -> int:
    from assistant import assembly, journal
    from assistant.config import Config

    config = Config.load()
    journal.start()
    asyncio.run(assembly.serve(config))
    return 0


def _worker(given: argparse.Namespace) -> int:
    from assistant import assembly, journal
    from assistant.config import Config

    config = Config.load()
    journal.start()
    asyncio.run(assembly.worker(config))
    return 0
