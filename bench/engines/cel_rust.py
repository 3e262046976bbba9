"""Common Expression Language in Rust: two expressions. CEL has no sum and no min, so the host lends them."""

from __future__ import annotations

from importlib.metadata import version

from bench.case import Answer, Case
from bench.timing import Evaluate

PRICE = "(day >= 20250801 ? 1200.0 : (day >= 20240801 ? 2000.0 : 3000.0))"
CAP = "(total(incomes) * 0.06 / 11.0)"
OF_AGE = "((day - birth) / 10000 >= 1 && (day - birth) / 10000 <= 5)"
FACTOR = "(order == 1 ? 1.0 : (order == 2 ? 0.7 : 0.0))"
FEE = f"{OF_AGE} ? least({PRICE}, {CAP}) * {FACTOR} : 0.0"
ENTITLED = f"{OF_AGE} && {CAP} < {PRICE}"


def note() -> str:
    return f"common-expression-language {version('common-expression-language')} (Rust), days as whole numbers"


def make() -> Evaluate:
    import cel

    fee, entitled = cel.compile(FEE), cel.compile(ENTITLED)

    def evaluate(case: Case) -> Answer:
        names = {"day": case.day, "birth": case.birth, "order": case.order, "incomes": list(case.incomes)}
        context = cel.Context(names)
        context.add_function("total", sum)
        context.add_function("least", min)
        return fee.execute(context), entitled.execute(context)

    return evaluate
