"""Times one engine in a process of its own, turn about with the hand-written function that is the baseline.

Run by `bench.running`; writes one line of JSON. An engine that answers otherwise than the oracle gets no time.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.case import Answer, Case, cases

BASELINE = "hand_written"
CASES = 1000
LEAST_SECONDS = 0.02  # of one pass, so that the clock's grain is nothing
Evaluate = Callable[[Case], Answer]


class WrongAnswer(Exception):
    """An engine does not say what the oracle says; the message names the case."""


def check(evaluate: Evaluate, asked: Sequence[Case]) -> None:
    """Every case answered as the oracle answers it, to within an øre (some engines reckon in 32 bits)."""
    for case in asked:
        fee, entitled = evaluate(case)
        if abs(float(fee) - case.answer[0]) >= 0.01 or bool(entitled) is not case.answer[1]:
            raise WrongAnswer(f"{dict(case.request)} gives {(fee, entitled)}, and {case.answer} is right")


def pass_over(evaluate: Evaluate, asked: Sequence[Case], rounds: int) -> float:
    """Microseconds a case."""
    began = time.perf_counter()
    for _ in range(rounds):
        for case in asked:
            evaluate(case)
    return (time.perf_counter() - began) / (rounds * len(asked)) * 1e6


def single(name: str, passes: int) -> dict[str, Any]:
    """One determination at a time: microseconds, and times the baseline, for each pass."""
    engine = importlib.import_module(f"bench.engines.{name}")
    began = time.perf_counter()
    evaluate: Evaluate = engine.make()
    set_up = time.perf_counter() - began
    baseline: Evaluate = importlib.import_module(f"bench.engines.{BASELINE}").make()
    everything = cases(CASES)
    asked = everything[: getattr(engine, "CASES", CASES)]
    check(evaluate, asked)
    check(baseline, everything)
    rounds = max(1, int(LEAST_SECONDS * 1e6 / (pass_over(evaluate, asked[:50], 1) * len(asked))))
    taken, ratios = [], []
    for _ in range(passes):
        before = pass_over(baseline, everything, 5)
        microseconds = pass_over(evaluate, asked, rounds)
        after = pass_over(baseline, everything, 5)
        taken.append(microseconds)
        ratios.append(microseconds / statistics.mean((before, after)))
    return {
        "engine": name,
        "note": engine.note(),
        "microseconds": taken,
        "ratios": ratios,
        "set_up_ms": set_up * 1e3,
        "memory_mb": _most_memory(),
        "load": os.getloadavg()[0],
    }


def _most_memory() -> float:
    """The most this process has held, in MB. Linux tells a child's `ru_maxrss` with its parent's in it."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(single(sys.argv[1], int(sys.argv[2]))))
