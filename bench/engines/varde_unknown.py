"""Ours: the whole determination of a family one of whose incomes nobody has told us, and then of it told."""

from __future__ import annotations

from datetime import date

from bench.case import Answer, Case
from bench.engines.varde_plain import family_fee
from bench.timing import Evaluate
from rules import determine

CASES = 200


def note() -> str:
    return "Varde, two whole determinations: first with an income unknown, which names it, then with it told"


def make() -> Evaluate:
    rule, day = family_fee(), date.fromisoformat

    def evaluate(case: Case) -> Answer:
        on = day(case.request["date"])
        untold = {**case.request, "adults": [{}, *case.request["adults"][1:]]}
        first = determine(rule, on, {"family": untold})
        values = determine(rule, on, {"family": case.request}).values
        if first.missing not in ((), ("family.adults.income",)):
            raise ValueError(f"missing is {first.missing}")
        return values["fee"], values["entitled"]

    return evaluate
