"""DuckDB: the rule as one SQL statement, asked of one family; the rates stand in a table."""

from __future__ import annotations

from bench.case import PRICES, Answer, Case
from bench.timing import Evaluate

CASES = 100
QUESTION = """
with price as (select max_price from prices where valid_from <= $day order by valid_from desc limit 1),
     family as (select (($day - $birth) // 10000) between 1 and 5 as of_age,
                       list_sum($incomes::double[]) * 0.06 / 11 as cap,
                       case $place when 1 then 1.0 when 2 then 0.7 else 0.0 end::double as factor, max_price
                from price)
select case when of_age then least(max_price, cap) * factor else 0 end, of_age and cap < max_price from family
"""


def note() -> str:
    import duckdb

    return f"duckdb {duckdb.__version__}, one statement a family"


def make() -> Evaluate:
    import duckdb

    connection = duckdb.connect()
    connection.execute("create table prices(valid_from int, max_price double)")
    connection.executemany("insert into prices values (?, ?)", [list(price) for price in PRICES])

    def evaluate(case: Case) -> Answer:
        given = {"day": case.day, "birth": case.birth, "place": case.order, "incomes": list(case.incomes)}
        row = connection.execute(QUESTION, given).fetchone()
        assert row is not None
        return row[0], row[1]

    return evaluate
