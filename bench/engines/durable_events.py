"""durable-rules: one event a family. Its conditions choose the branch; sums are made in Python before."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from bench.case import FACTORS, Answer, Case
from bench.timing import Evaluate


def note() -> str:
    return f"durable_rules {version('durable_rules')}, one event a family; the amounts are reckoned in Python before"


def make() -> Evaluate:
    from durable.lang import m, post, ruleset, when_all

    said: dict[str, Answer] = {}
    with ruleset("family_fee"):

        @when_all((m.age >= 10000) & (m.age < 60000) & (m.cap < m.price))
        def reduced(found: Any) -> None:
            said["now"] = (found.m.cap * found.m.factor, True)

        @when_all((m.age >= 10000) & (m.age < 60000) & (m.cap >= m.price))
        def full(found: Any) -> None:
            said["now"] = (found.m.price * found.m.factor, False)

        @when_all(m.age < 10000)
        def too_young(found: Any) -> None:
            said["now"] = (0.0, False)

        @when_all(m.age >= 60000)
        def too_old(found: Any) -> None:
            said["now"] = (0.0, False)

    def evaluate(case: Case) -> Answer:
        price = 1200.0 if case.day >= 20250801 else 2000.0 if case.day >= 20240801 else 3000.0
        event = {"age": case.day - case.birth, "cap": sum(case.incomes) * 0.06 / 11, "price": price}
        post("family_fee", {**event, "factor": FACTORS.get(case.order, 0.0)})
        return said["now"]

    return evaluate
