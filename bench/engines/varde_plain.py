"""Ours: the plain function of the rule, exact decimals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bench.case import Answer, Case
from bench.timing import Evaluate
from rules import Rule, load_rule
from rules.plain import plain

FILE = Path(__file__).parent.parent / "family_fee.yaml"


def note() -> str:
    return "Varde, the plain function: exact decimals, facts checked"


def family_fee() -> Rule:
    return load_rule(FILE.read_text(encoding="utf-8"), FILE.name)


def make() -> Evaluate:
    form = plain(family_fee())
    if not form.whole:
        raise ValueError(f"the benchmark's rule has no plain function: {form.why}")
    determine, day = form.determine, date.fromisoformat

    def evaluate(case: Case) -> Answer:
        _, values = determine(day(case.request["date"]), {"family": case.request})
        return values["fee"], values["entitled"]

    return evaluate
