"""`varde bench`: the project's benchmark, against a hand-written function and against other engines."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import structlog

from assistant.commands.arguments import CommandFault, Groups, command


def add(groups: Groups) -> None:
    bench = command(
        groups,
        "bench",
        _bench,
        does="time the rule engine side by side with a hand-written function and with the engines installed",
        example="varde bench --engines hand_written,varde_plain --quick",
    )
    bench.add_argument(
        "--engines", default="", metavar="NAMES", help="with commas between; all of them where none is named"
    )
    bench.add_argument("--quick", action="store_true", help="few passes: seconds instead of minutes")
    bench.add_argument(
        "--events", type=int, metavar="FAMILIES", help="instead: from event to message, in a town of so many"
    )
    bench.add_argument(
        "--database-url",
        default="",
        metavar="URL",
        help="of an empty database for --events; else a file of SQLite",
    )
    bench.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes that share the --events; needs PostgreSQL",
    )
    bench.add_argument("--out", metavar="FILE", help="also write the results as Markdown")
    bench.add_argument("--json", action="store_true", help="print every pass for a machine")


def _bench(given: argparse.Namespace) -> int:
    try:
        from bench import UnknownEngine, as_text, run
    except ModuleNotFoundError:
        raise CommandFault("the benchmark is not here: run it from a checkout of Varde") from None
    from assistant.config import OSLO

    if given.events is not None:
        return _events(given.events, given.database_url, given.workers)
    engines = [name.strip() for name in given.engines.split(",") if name.strip()]
    try:
        results = run(datetime.now(OSLO).date(), engines, quick=given.quick, tell=_tell)
    except UnknownEngine as fault:
        raise CommandFault(str(fault)) from None
    text = as_text(results)
    print(json.dumps(asdict(results), default=str) if given.json else text)
    if given.out:
        Path(given.out).write_text(f"{INTRODUCTION}\n{text}\n", encoding="utf-8")
    return 1 if results.failed else 0


def _events(families: int, database_url: str, workers: int) -> int:
    from bench.events import as_text, measure

    if families < 1:
        raise CommandFault(f"--events {families}: at least one family")
    if workers < 1 or (workers > 1 and not database_url.startswith("postgresql")):
        raise CommandFault(f"--workers {workers}: one on SQLite, one or more on a PostgreSQL --database-url")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(as_text(asyncio.run(measure(families, database_url, workers))))
    return 0


def _tell(said: str) -> None:
    print(said, file=sys.stderr)


INTRODUCTION = """\
# Benchmarks

One small rule (`bench/family_fee.yaml`) asked of made-up families by several engines. Each engine runs in
processes of its own, turn about with the same rule written by hand in Python; times are ratios to that, because a
shared machine's clock drifts. Each answer was compared with an oracle (`bench/case.py`) before any time counted.
Made by `make bench`; what each engine was told stands in `bench/engines`.
"""
