"""The baseline: the rule as a Python programmer writes it, in floating point, with dates and no reasons given."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from bench.case import Answer, Case
from bench.timing import Evaluate

FIRSTS = (date(2023, 1, 1), date(2024, 8, 1), date(2025, 8, 1))
PRICES = (3000.0, 2000.0, 1200.0)
FACTORS = {1: 1.0, 2: 0.7}


def note() -> str:
    return "Python by hand, floating point"


def make() -> Evaluate:
    def evaluate(case: Case) -> Answer:
        request = case.request
        day = date.fromisoformat(request["date"])
        birth = date.fromisoformat(request["child"]["birth_date"])
        price = PRICES[bisect_right(FIRSTS, day) - 1]
        age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        of_age = 1 <= age <= 5
        cap = sum(adult["income"] for adult in request["adults"]) * 0.06 / 11
        fee = min(price, cap) * FACTORS.get(request["child"]["sibling_order"], 0.0) if of_age else 0.0
        return fee, of_age and cap < price

    return evaluate
