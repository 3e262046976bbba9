"""OpenFisca: the rule as variables and formulas; a simulation is built from JSON for each family, as its API does."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import Any

from bench.case import FACTORS, PRICES, Answer, Case
from bench.timing import Evaluate

CASES = 30


def note() -> str:
    return f"openfisca-core {version('openfisca-core')}, a simulation a family, 32-bit floats"


def make() -> Evaluate:
    from openfisca_core.simulations import SimulationBuilder

    system = _system()

    def evaluate(case: Case) -> Answer:
        request = case.request
        day, year = request["date"], request["date"][:4]
        child = {
            "birth": {"ETERNITY": request["child"]["birth_date"]},
            "sibling_order": {"ETERNITY": request["child"]["sibling_order"]},
        }
        adults = {
            f"adult{n}": {"income": {year: adult["income"]}} for n, adult in enumerate(request["adults"])
        }
        household = {"adults": list(adults), "children": ["child"]}
        simulation = SimulationBuilder().build_from_entities(
            system, {"persons": {"child": child, **adults}, "households": {"one": household}}
        )
        return simulation.calculate("fee", day)[0], simulation.calculate("entitled", day)[0]

    return evaluate


def _system() -> Any:
    import numpy
    from openfisca_core import periods
    from openfisca_core.entities import build_entity
    from openfisca_core.parameters import ParameterNode
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    roles = [{"key": "adult", "plural": "adults"}, {"key": "child", "plural": "children"}]
    household = build_entity(key="household", plural="households", label="", doc="", roles=roles)
    person = build_entity(key="person", plural="persons", label="", doc="", is_person=True)

    def variable(name: str, of: Any, kind: type, period: Any, formula: Any = None) -> type:
        described = {"value_type": kind, "entity": of, "definition_period": period, "label": name}
        return type(name, (Variable,), described | ({"formula": formula} if formula else {}))

    def income(group: Any, period: Any, parameters: Any) -> Any:
        return group.sum(group.members("income", period), role=household.ADULT)

    def age(one: Any, period: Any, parameters: Any) -> Any:
        born = one("birth", period)
        year, month = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
        months, days = (month - year).astype(int) + 1, (born - month + 1).astype(int)
        on = period.start
        not_yet = (months > on.month) | ((months == on.month) & (days > on.day))
        return on.year - (year.astype(int) + 1970) - not_yet

    def of_age(one: Any, period: Any, parameters: Any) -> Any:
        years = one("age", period)
        return (years >= 1) * (years <= 5)

    def cap(one: Any, period: Any, parameters: Any) -> Any:
        return one.household("household_income", period.this_year) * 0.06 / 11

    def fee(one: Any, period: Any, parameters: Any) -> Any:
        order = one("sibling_order", period)
        factor = numpy.select([order == number for number in FACTORS], list(FACTORS.values()), 0.0)
        return (
            one("of_age", period) * numpy.minimum(parameters(period).max_price, one("cap", period)) * factor
        )

    def entitled(one: Any, period: Any, parameters: Any) -> Any:
        return one("of_age", period) * (one("cap", period) < parameters(period).max_price)

    system = TaxBenefitSystem([person, household])
    for made in (
        variable("birth", person, date, periods.ETERNITY),
        variable("sibling_order", person, int, periods.ETERNITY),
        variable("income", person, float, periods.YEAR),
        variable("household_income", household, float, periods.YEAR, income),
        variable("age", person, int, periods.DAY, age),
        variable("of_age", person, bool, periods.DAY, of_age),
        variable("cap", person, float, periods.DAY, cap),
        variable("fee", person, float, periods.DAY, fee),
        variable("entitled", person, bool, periods.DAY, entitled),
    ):
        system.add_variable(made)
    prices = {
        f"{first // 10000}-{first // 100 % 100:02d}-{first % 100:02d}": {"value": p} for first, p in PRICES
    }
    system.parameters = ParameterNode("", data={"max_price": {"values": prices}})
    return system
