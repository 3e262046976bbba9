"""Runs the engines side by side, each in processes of its own, and tells their times as ratios.

Passes of the engines take turns, so that a machine whose clock drifts slows them all alike; what is told is the
median and the range of every pass, and none is chosen.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.compiling import compiling
from bench.sweeping import ENGINES as SWEEPERS
from bench.sweeping import FAMILIES, Sweep, sweeps
from bench.sweeping import as_text as swept_text
from bench.timing import BASELINE

ROOT = Path(__file__).parent.parent
ENGINES = {
    "hand_written": "",
    "varde_plain": "",
    "varde_determine": "",
    "varde_unknown": "",
    "polars_frame": "polars",
    "duckdb_sql": "duckdb",
    "openfisca_core": "openfisca_core",
    "zen_graph": "zen",
    "durable_events": "durable",
    "cel_rust": "cel",
    "rule_engine_text": "rule_engine",
}
"""The engines, and the module that must be installed for each."""


class UnknownEngine(ValueError):
    """No engine has that name."""


@dataclass(frozen=True)
class Timed:
    """One engine over all passes: microseconds a determination, and times the baseline in the same process."""

    engine: str
    note: str
    microseconds: tuple[float, ...]
    ratios: tuple[float, ...]
    set_up_ms: float
    memory_mb: float


@dataclass(frozen=True)
class Results:
    """What one run found. `absent` and `failed` say of the others why they have no time."""

    on: date
    machine: str
    timed: tuple[Timed, ...]
    absent: tuple[str, ...]
    failed: tuple[str, ...]
    compiling: dict[str, float]
    swept: tuple[Sweep, ...] = ()
    families: int = 0


def run(
    on: date, engines: Sequence[str] = (), *, quick: bool = False, tell: Callable[[str], None]
) -> Results:
    """Run the engines (all, where none is named). `tell` hears of each as it is done. Raises `UnknownEngine`."""
    chosen = list(engines or ENGINES)
    for name in chosen:
        if name not in ENGINES:
            raise UnknownEngine(f"--engines: '{name}' is no engine; there are {', '.join(ENGINES)}")
    absent = [name for name in chosen if not _installed(name)]
    turns, passes = (1, 3) if quick else (3, 5)
    heard: dict[str, list[dict[str, Any]]] = {}
    failed: dict[str, str] = {}
    for turn in range(turns):
        for name in chosen:
            if name in absent or name in failed:
                continue
            tell(f"{name}, turn {turn + 1} of {turns}")
            found = _in_process_of_its_own(name, passes)
            if isinstance(found, str):
                failed[name] = f"{name}: {found}"
            else:
                heard.setdefault(name, []).append(found)
    timed = sorted(
        (_together(runs) for runs in heard.values()), key=lambda one: statistics.median(one.ratios)
    )
    families = FAMILIES // 10 if quick else FAMILIES
    whole = not engines and all(importlib.util.find_spec(module) for module, _, _ in SWEEPERS.values())
    swept = sweeps(families, 1 if quick else 5, tell) if whole else ()
    compiled = compiling(3 if quick else 10)
    return Results(
        on, machine_kind(), tuple(timed), tuple(absent), tuple(failed.values()), compiled, swept, families
    )


def _installed(name: str) -> bool:
    module = ENGINES[name]
    return not module or importlib.util.find_spec(module) is not None


def _in_process_of_its_own(name: str, passes: int) -> dict[str, Any] | str:
    """What `bench.timing` says, or the last line of why it could not."""
    asked = [sys.executable, "-m", "bench.timing", name, str(passes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  # our own module
        asked, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no word of why"])[-1]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _together(runs: Sequence[dict[str, Any]]) -> Timed:
    return Timed(
        engine=runs[0]["engine"],
        note=runs[0]["note"],
        microseconds=tuple(value for one in runs for value in one["microseconds"]),
        ratios=tuple(value for one in runs for value in one["ratios"]),
        set_up_ms=statistics.median(one["set_up_ms"] for one in runs),
        memory_mb=statistics.median(one["memory_mb"] for one in runs),
    )


def machine_kind() -> str:
    """What the times depend on, and nothing that says whose machine it is."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def as_text(results: Results) -> str:
    """The results as Markdown: a table, and what was not run."""
    rows = [
        "| engine | times hand-written (range) | µs | set-up ms | memory MB | |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for one in results.timed:
        ratio = statistics.median(one.ratios)
        rows.append(
            f"| {one.engine} | {ratio:.1f} ({min(one.ratios):.1f}–{max(one.ratios):.1f}) "
            f"| {statistics.median(one.microseconds):.1f} | {one.set_up_ms:.0f} | {one.memory_mb:.0f} | {one.note} |"
        )
    left_out = [f"Not installed: {', '.join(results.absent)}."] if results.absent else []
    left_out += [f"Failed: {reason}." for reason in results.failed]
    compiled = [f"| {what} | {value:.0f} ms |" for what, value in results.compiling.items()]
    return "\n".join(
        [
            f"{results.on.isoformat()}, {results.machine}. One determination at a time; times {BASELINE} in the "
            "same process, the median of all passes.",
            "",
            *rows,
            *(["", *left_out] if left_out else []),
            *(["", swept_text(results.swept, results.families)] if results.swept else []),
            "",
            "| compiling | median |",
            "|---|--:|",
            *compiled,
        ]
    )
