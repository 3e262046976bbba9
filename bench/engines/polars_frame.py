"""polars: the rule as column expressions, asked of a frame of one family."""

from __future__ import annotations

from bench.case import PRICES, Answer, Case
from bench.timing import Evaluate

CASES = 100


def note() -> str:
    import polars

    return f"polars {polars.__version__}, a frame of one row"


def make() -> Evaluate:
    import polars as pl

    price = pl.lit(0.0)
    for first, amount in PRICES:
        price = pl.when(pl.col("day") >= first).then(amount).otherwise(price)
    of_age = ((pl.col("day") - pl.col("birth")) // 10000).is_between(1, 5)
    cap = pl.col("incomes").list.sum() * 0.06 / 11
    factor = pl.when(pl.col("place") == 1).then(1.0).when(pl.col("place") == 2).then(0.7).otherwise(0.0)
    fee = pl.when(of_age).then(pl.min_horizontal(price, cap) * factor).otherwise(0.0)
    asked = [fee.alias("fee"), (of_age & (cap < price)).alias("entitled")]

    def evaluate(case: Case) -> Answer:
        row = {"day": case.day, "birth": case.birth, "place": case.order, "incomes": list(case.incomes)}
        found = pl.DataFrame([row]).select(asked).row(0)
        return found[0], found[1]

    return evaluate
