"""The rule of the benchmark as an oracle, and made-up families to ask it about.

household income  the sum of the incomes of the one or two adults
maximum price     by date: 3000 from 2023-01-01, 2000 from 2024-08-01, 1200 from 2025-08-01
cap               6 percent of the household income, over 11 months
age test          1 to 5 full years on the day
factor            1 for the first child, 0.7 for the second, 0 for later ones
fee               min(maximum price, cap) * factor, and 0 if the age test fails
entitled          the age test holds and the cap is below the maximum price
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PRICES = ((20230101, 3000.0), (20240801, 2000.0), (20250801, 1200.0))
SHARE, MONTHS = 0.06, 11
FACTORS = {1: 1.0, 2: 0.7}
DAYS = (20240115, 20240801, 20250301, 20250901)

Answer = tuple[Any, Any]
"""Fee in kroner a month, and whether the family is entitled to the reduced fee."""


@dataclass(frozen=True)
class Case:
    """One family on one day. `request` is what a service would get as JSON; the rest the same as numbers.

    Engines without dates get the days as whole numbers (20240801); making them is not counted.
    """

    request: Mapping[str, Any]
    day: int
    birth: int
    order: int
    incomes: tuple[float, ...]
    answer: tuple[float, bool]


def oracle(day: int, birth: int, order: int, incomes: tuple[float, ...]) -> tuple[float, bool]:
    """What is right, on days written as whole numbers."""
    price = PRICES[bisect_right([first for first, _ in PRICES], day) - 1][1]
    of_age = 1 <= (day - birth) // 10000 <= 5  # full years, exact for days written so
    cap = sum(incomes) * SHARE / MONTHS
    fee = min(price, cap) * FACTORS.get(order, 0.0) if of_age else 0.0
    return fee, of_age and cap < price


def iso(day: int) -> str:
    return f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def cases(count: int, seed: int = 11) -> list[Case]:
    """Made-up families: three in four with two adults, children of all ages up to ten."""
    chance = random.Random(seed)  # noqa: S311  # made-up families, no secret
    return [_case(DAYS[number % len(DAYS)], chance) for number in range(count)]


def _case(day: int, chance: random.Random) -> Case:
    incomes = [round(chance.lognormvariate(12.8, 0.6), 0)]
    if chance.random() < 0.75:
        incomes.append(round(chance.lognormvariate(12.5, 0.7), 0))
    birth = chance.randint(2016, 2025) * 10000 + chance.randint(1, 12) * 100 + chance.randint(1, 28)
    if birth > day:
        birth -= 20000  # born by then
    order = chance.choices((1, 2, 3, 4), (60, 28, 9, 3))[0]
    request = {
        "date": iso(day),
        "child": {"birth_date": iso(birth), "sibling_order": order},
        "adults": [{"income": income} for income in incomes],
    }
    return Case(request, day, birth, order, tuple(incomes), oracle(day, birth, order, tuple(incomes)))
