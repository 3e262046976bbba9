"""rule-engine: two expressions over Python values."""

from __future__ import annotations

from importlib.metadata import version

from bench.case import Answer, Case
from bench.timing import Evaluate

PRICE = "(day >= 20250801 ? 1200.0 : (day >= 20240801 ? 2000.0 : 3000.0))"
CAP = "($sum(incomes) * 0.06 / 11)"
OF_AGE = "((day - birth) // 10000 >= 1 and (day - birth) // 10000 <= 5)"
FACTOR = "(order == 1 ? 1.0 : (order == 2 ? 0.7 : 0.0))"
CASES = 200


def note() -> str:
    return f"rule-engine {version('rule-engine')} (Python), days as whole numbers"


def make() -> Evaluate:
    import rule_engine

    fee = rule_engine.Rule(f"{OF_AGE} ? $min([{PRICE}, {CAP}]) * {FACTOR} : 0.0")
    entitled = rule_engine.Rule(f"{OF_AGE} and {CAP} < {PRICE}")

    def evaluate(case: Case) -> Answer:
        names = {"day": case.day, "birth": case.birth, "order": case.order, "incomes": list(case.incomes)}
        return fee.evaluate(names), entitled.evaluate(names)

    return evaluate
