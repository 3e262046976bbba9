"""What the state, municipalities and kindergartens have published, to the krone: the catalogue must say the same.

The tables are copied from their sources, not from the rules. Where a limit falls, the income just below it and the
one on it are both asked about: six percent is reached at the limit, and core time ends on it.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from rules import Catalogue, Determination, determine

CATALOGUE = Catalogue.load()
A_DAY = timedelta(days=1)
RICH = 2_000_000


def said(rule: str, on: str | date, facts: dict[str, Any], **settings: Any) -> Determination:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return determine(CATALOGUE.rule(rule), day, facts, settings, CATALOGUE)


def child(income: int, price: int | Decimal, **known: Any) -> dict[str, Any]:
    """A child with a full-day place, too young for core time, of a household with this income."""
    place = {"price": price, "weekly_hours": known.pop("hours", 45)}
    household = {"adults": [{"assessed_income": income}]}
    return {"child": {"sibling_number": 1, "kindergarten_place": place, "household": household, **known}}


def family_pays(children: int, income: int, price: int, on: str, **settings: Any) -> Decimal:
    """What a family with so many small children pays a month."""
    born = f"{int(on[:4]) - 1}-04-01"
    fees = (
        said(
            "kindergarten.monthly_fee",
            on,
            child(income, price, sibling_number=number, birth_date=born),
            **settings,
        ).values["monthly_fee"]
        for number in range(1, children + 1)
    )
    return sum(fees, Decimal(0))


# ---- the highest price of a place

MAX_PRICES = (
    # from         normal  class 5–6  action zone
    ("2016-01-01", 2655, 2655, 2655),
    ("2017-01-01", 2730, 2730, 2730),
    ("2018-01-01", 2910, 2910, 2910),
    ("2019-01-01", 2990, 2990, 2990),
    ("2019-08-01", 3040, 3040, 3040),
    ("2020-01-01", 3135, 3135, 3135),
    ("2021-01-01", 3230, 3230, 3230),
    ("2022-01-01", 3315, 3315, 3315),
    ("2022-08-01", 3050, 3050, 3050),
    ("2023-01-01", 3000, 3000, 3000),
    ("2023-08-01", 3000, 3000, 0),
    ("2024-08-01", 2000, 1500, 0),
    ("2025-08-01", 1200, 700, 0),
    ("2026-08-01", 1200, 700, 0),
)
FIRST_INCOME_WITHOUT_REDUCTION = {
    2655: 486_750,
    2730: 500_500,
    2910: 533_500,
    2990: 548_167,
    3040: 557_334,
    3135: 574_750,
    3230: 592_167,
    3315: 607_750,
    3050: 559_167,
    3000: 550_000,
    2000: 366_667,
    1500: 275_000,
    1200: 220_000,
    700: 128_334,
}
"""Price × 11 / 0.06, and where that is no whole krone the next one."""
ZONES = ("normal", "central_5_6", "action_zone")
PRICE_ROWS = [
    (since, zone, price) for since, *prices in MAX_PRICES for zone, price in zip(ZONES, prices, strict=True)
]


@pytest.mark.parametrize(("since", "zone", "price"), PRICE_ROWS)
def test_six_percent_turns_at_the_krone_of_the_highest_price(since: str, zone: str, price: int) -> None:
    if price == 0:
        assert said("kindergarten.reduced_fee", since, child(0, 0), zone=zone).answer == "no"
        assert said("kindergarten.monthly_fee", since, child(0, 0), zone=zone).values["monthly_fee"] == 0
        return
    limit = FIRST_INCOME_WITHOUT_REDUCTION[price]
    below = said("kindergarten.reduced_fee", since, child(limit - 1, price), zone=zone)
    assert (below.answer, below.values["monthly_fee"]) == ("yes", price)
    assert below.values["exact_monthly_fee"] < price
    assert said("kindergarten.reduced_fee", since, child(limit, price), zone=zone).answer == "no"


@pytest.mark.parametrize("zone", ZONES)
def test_a_price_lasts_through_the_day_before_the_next(zone: str) -> None:
    prices = [(since, price) for since, its_zone, price in PRICE_ROWS if its_zone == zone and price]
    for (_, price), (following, _) in pairwise(prices):
        last, limit = date.fromisoformat(following) - A_DAY, FIRST_INCOME_WITHOUT_REDUCTION[price]
        assert said("kindergarten.reduced_fee", last, child(limit - 1, price), zone=zone).answer == "yes"
        assert said("kindergarten.reduced_fee", last, child(limit, price), zone=zone).answer == "no"


PRINTED_LIMITS = (
    # printed by a municipality, a student welfare organisation or a broadcaster, to the nearest krone
    ("2016-01-01", 2655, 486_750),
    ("2017-01-01", 2730, 500_500),
    ("2018-01-01", 2910, 533_500),
    ("2019-08-01", 3040, 557_333),
    ("2020-01-01", 3135, 574_750),
    ("2021-01-01", 3230, 592_167),
    ("2022-08-01", 3050, 559_167),
    ("2024-08-01", 2000, 366_667),
)


@pytest.mark.parametrize(("on", "price", "limit"), PRINTED_LIMITS)
def test_a_printed_limit_is_ours_to_the_nearest_krone(on: str, price: int, limit: int) -> None:
    assert said("kindergarten.reduced_fee", on, child(limit - 1, price)).answer == "yes"
    assert said("kindergarten.reduced_fee", on, child(limit + 1, price)).answer == "no"


def test_nobody_knows_the_price_before_2016_and_no_fee_is_guessed() -> None:
    found = said("kindergarten.reduced_fee", "2015-12-31", child(100_000, 2580))
    assert (found.answer, found.changes_on) == ("undetermined", date(2016, 1, 1))
    assert said("kindergarten.reduced_fee", "2015-04-30", child(100_000, 2580)).answer == "no"


# ---- free core time

CORE_TIME = (
    # from         youngest, by the calendar year; income below
    ("2015-08-01", 4, 405_000),
    ("2016-08-01", 3, 417_000),
    ("2017-08-01", 3, 450_000),
    ("2018-08-01", 3, 533_500),
    ("2019-08-01", 2, 548_500),
    ("2020-08-01", 2, 566_100),
    ("2021-08-01", 2, 583_650),
    ("2022-08-01", 2, 598_825),
    ("2023-08-01", 2, 615_590),
    ("2024-08-01", 2, 642_700),
    ("2025-08-01", 2, 669_050),
    ("2026-08-01", 2, 692_465),
)


@pytest.mark.parametrize(("since", "youngest", "limit"), CORE_TIME)
@pytest.mark.parametrize("months", [0, 11])
def test_core_time_is_for_incomes_below_the_limit(since: str, youngest: int, limit: int, months: int) -> None:
    first = date.fromisoformat(since)
    on = first if months == 0 else date(first.year + 1, 7, 31)
    if since == "2016-08-01" and months:
        on = date(2016, 12, 31)  # a limit of 428 000 is told of for the spring of 2017
    born = date(first.year - youngest, 12, 31)
    below, at = (child(income, 2000, birth_date=born) for income in (limit - 1, limit))
    assert (
        said("kindergarten.core_time", on, below).answer,
        said("kindergarten.core_time", on, at).answer,
    ) == (
        "yes",
        "no",
    )


@pytest.mark.parametrize(("since", "youngest", "limit"), CORE_TIME)
def test_the_calendar_year_decides_not_the_birthday(since: str, youngest: int, limit: int) -> None:
    year = int(since[:4])
    turns_this_year, turns_next_year = date(year - youngest, 12, 31), date(year - youngest + 1, 1, 1)
    for born, answer in ((turns_this_year, "yes"), (turns_next_year, "no")):
        found = said("kindergarten.core_time", since, child(limit - 1, 2000, birth_date=born))
        assert (found.answer, found.values.get("free_hours")) == (answer, 20 if answer == "yes" else None)


@pytest.mark.parametrize(
    ("born", "on", "deferred", "answer"),
    [
        ("2021-12-31", "2027-07-31", False, "yes"),
        ("2021-01-01", "2027-08-01", False, "no"),
        ("2021-01-01", "2027-08-01", True, "yes"),
        ("2021-01-01", "2028-07-31", True, "yes"),
        ("2021-01-01", "2028-08-01", True, "no"),
    ],
)
def test_core_time_lasts_to_the_start_of_school(born: str, on: str, deferred: bool, answer: str) -> None:
    facts = child(300_000, 1200, birth_date=born, deferred_school_start=deferred)
    assert said("kindergarten.core_time", on, facts).answer == answer


# ---- what a family pays


@pytest.mark.parametrize(
    ("on", "price", "paid"),
    [
        ("2025-08-01", 1200, (1200, 2040, 2040)),  # tusenbein.barnehage.no
        ("2024-08-01", 2000, (2000, 3400, 3400, 3400, 3400)),  # 3 400 is the most (NRK, VL, September 2023)
        ("2023-08-01", 3000, (3000, 5100, 5100)),  # the third child free from this day
        ("2023-07-31", 3000, (3000, 5100, 6600)),  # and at half the price until it
    ],
)
def test_what_families_with_a_high_income_pay(on: str, price: int, paid: tuple[int, ...]) -> None:
    assert tuple(family_pays(number + 1, RICH, price, on) for number in range(len(paid))) == paid


def test_the_three_reductions_come_in_the_order_of_the_regulation() -> None:
    """6 % of 300 000 over 11 months is 1 636.36; 70 % of that 1 145.45; 25 of 45 hours of that 636.36."""
    place = {"birth_date": "2021-05-01", "sibling_number": 2}
    found = said("kindergarten.monthly_fee", "2024-09-01", child(300_000, 2000, **place), rounding="none")
    assert found.values["monthly_fee"] == Decimal("636.36")


@pytest.mark.parametrize(("price", "on", "fee"), [(2000, "2024-09-01", 1111), (1200, "2025-09-01", 667)])
def test_twenty_of_forty_five_hours_are_free(price: int, on: str, fee: int) -> None:
    assert (
        said("kindergarten.monthly_fee", on, child(600_000, price, birth_date="2021-05-01")).values[
            "monthly_fee"
        ]
        == fee
    )


PART_TIME = (
    ("Tønsberg", "2023-08-01", (3000, 2700, 2100, 1800)),
    ("Eigersund", "2019-01-01", (2990, 2392, 1794, 1196)),
    ("Malvik", "2020-01-01", (3135, 2508, 1881, 1254, 627)),
    ("Tryggheim", "2020-01-01", (3135, 2759, 2069)),
    ("Høylandet", "2020-01-01", (3135, 2665, 2195, 1410, 783)),
    ("Nissedal", "2022-08-01", (3050, 2690, 2095, 1475)),
    ("Suldal", "2023-08-01", (1500, 1330, 1030)),
)
PART_TIME_ROWS = [
    (place, on, price, number) for place, on, prices in PART_TIME for number, price in enumerate(prices)
]


@pytest.mark.parametrize(("place", "on", "price", "number"), PART_TIME_ROWS)
def test_a_part_time_place_costs_what_the_kindergarten_asks(
    place: str, on: str, price: int, number: int
) -> None:
    small = {"birth_date": f"{int(on[:4]) - 1}-04-01", "hours": 45 - 8 * number}
    assert said("kindergarten.monthly_fee", on, child(RICH, price, **small)).values["monthly_fee"] == price
    second = said(
        "kindergarten.monthly_fee", on, child(RICH, price, sibling_number=2, **small), rounding="none"
    )
    assert second.values["monthly_fee"] == Decimal(price) * 7 / 10


def test_six_percent_of_a_part_time_place_is_of_its_own_price() -> None:
    """A place of 1 475 where the highest price is 3 050: the cap bites below 1 475 × 11 / 0.06 = 270 416.67."""
    for income, fee in ((270_417, 1475), (270_416, 1475), (250_000, 1364), (559_166, 1475)):
        found = said("kindergarten.reduced_fee", "2022-08-01", child(income, 1475, hours=18))
        assert (found.answer, found.values["monthly_fee"]) == ("yes", fee)
    assert said("kindergarten.reduced_fee", "2022-08-01", child(559_167, 1475, hours=18)).answer == "no"


@pytest.mark.parametrize("on", ["2022-08-01", "2024-09-01", "2026-09-01"])
@pytest.mark.parametrize("rule", ["reduced_fee", "core_time", "sibling_discount"])
def test_none_of_the_reductions_is_law_in_longyearbyen(rule: str, on: str) -> None:
    facts = child(100_000, 2000, sibling_number=3, birth_date=f"{int(on[:4]) - 3}-05-01")
    assert said(f"kindergarten.{rule}", on, facts, zone="longyearbyen").answer == "no"
    fee = said("kindergarten.monthly_fee", on, facts, zone="longyearbyen").values["monthly_fee"]
    assert fee == 2000


# ---- the after-school programme


def pupil(income: int, price_a_year: int, grade: int = 1) -> dict[str, Any]:
    return {
        "child": {
            "after_school_place": True,
            "school_grade": grade,
            "after_school_yearly_price": price_a_year,
            "household": {"adults": [{"assessed_income": income}]},
        }
    }


@pytest.mark.parametrize(
    ("on", "price_a_month", "months", "limit"),
    [
        ("2026-08-01", 845, 11, 154_917),  # Bergen, grade 1
        ("2026-08-01", 3551, 11, 651_017),  # Bergen, grade 4
        ("2024-08-01", 3015, 11, 552_750),
        ("2024-08-01", 2770, 10, 461_667),  # Grong prints 461 666, cut off
    ],
)
def test_six_percent_of_the_after_school_programme_turns_at_the_printed_limit(
    on: str, price_a_month: int, months: int, limit: int
) -> None:
    rule, a_year = "school.after_school_reduced_fee", price_a_month * months
    below = said(rule, on, pupil(limit - 1, a_year), after_school_months=months)
    assert (below.answer, below.values["monthly_fee"]) == ("yes", price_a_month)
    assert said(rule, on, pupil(limit, a_year), after_school_months=months).answer == "no"


AFTER_SCHOOL = (
    # from         grades with six percent, grades with twelve free hours
    ("2020-07-31", (), ()),
    ("2020-08-01", (1, 2), ()),
    ("2021-07-31", (1, 2), ()),
    ("2021-08-01", (1, 2, 3, 4), ()),
    ("2022-07-31", (1, 2, 3, 4), ()),
    ("2022-08-01", (1, 2, 3, 4), (1,)),
    ("2023-07-31", (1, 2, 3, 4), (1,)),
    ("2023-08-01", (1, 2, 3, 4), (1, 2)),
    ("2024-07-31", (1, 2, 3, 4), (1, 2)),
    ("2024-08-01", (1, 2, 3, 4), (1, 2, 3)),
    ("2026-07-31", (1, 2, 3, 4), (1, 2, 3)),
    ("2026-08-01", (1, 2, 3, 4), (1, 2, 3)),
)


@pytest.mark.parametrize(("on", "reduced", "free"), AFTER_SCHOOL)
@pytest.mark.parametrize("grade", range(1, 8))
def test_which_grades_have_what_in_the_after_school_programme(
    on: str, reduced: tuple[int, ...], free: tuple[int, ...], grade: int
) -> None:
    facts = pupil(100_000, 30_000, grade)
    fee = said("school.after_school_reduced_fee", on, facts)
    hours = said("school.after_school_free_hours", on, facts)
    assert (fee.answer == "yes", hours.answer == "yes") == (grade in reduced, grade in free)
    assert hours.values.get("free_hours") == (12 if grade in free else None)


@pytest.mark.parametrize(("grade", "answer"), [(4, "no"), (5, "yes"), (6, "yes"), (7, "yes"), (8, "no")])
def test_the_after_school_programme_is_free_for_special_needs(grade: int, answer: str) -> None:
    facts = {"child": {"school_grade": grade, "needs_special_after_school_care": True}}
    assert said("school.after_school_special_needs", "2026-09-01", facts).answer == answer
