"""Ours: the whole determination, with unknowns, the trace, the facts used and the day it can next change."""

from __future__ import annotations

from datetime import date

from bench.case import Answer, Case
from bench.engines.varde_plain import family_fee
from bench.timing import Evaluate
from rules import determine

CASES = 200


def note() -> str:
    return "Varde, the whole determination: unknowns, trace, facts used, next change"


def make() -> Evaluate:
    rule, day = family_fee(), date.fromisoformat

    def evaluate(case: Case) -> Answer:
        values = determine(rule, day(case.request["date"]), {"family": case.request}).values
        return values["fee"], values["entitled"]

    return evaluate
