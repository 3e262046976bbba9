"""The people and facts of the walker's tests: Siri applies for Emil, alone or with Omar in the household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.processes.definition import load_definitions
from assistant.processes.picture import ConceptWords, ErrandView, Gap, HeldFact, Who
from rules.determination import Determination

ON = date(2026, 9, 15)
SIRI = Who("00000000-0000-4000-8000-000000000001", "Siri Steen")
OMAR = Who("00000000-0000-4000-8000-000000000002", "Omar Dal")
EMIL = Who("00000000-0000-4000-8000-000000000003", "Emil Steen")

DEFINITION = load_definitions()["apply_reduced_fee"]
INCOME = "child.household.adults.assessed_income"


def said(text: str) -> Mapping[str, str]:
    return {"nb": text, "nn": text, "en": text}


INCOME_WORDS = ConceptWords("person.assessed_income", said("Inntekt"), None, None, "money", "NOK/year")
PRICE_WORDS = ConceptWords("kindergarten_place.price", said("Pris"), None, None, "money", "NOK/month")
HOURS_WORDS = ConceptWords(
    "kindergarten_place.weekly_hours", said("Timer"), said("Hvor mange timer i uken?"), None, "number", "t"
)

INCOME_FACT = HeldFact(INCOME_WORDS, SIRI, Decimal(300_000), "tax_administration", date(2026, 6, 1), "§ 3e")
PRICE_FACT = HeldFact(PRICE_WORDS, EMIL, Decimal(2000), "kindergarten_system", date(2026, 8, 1), "§ 3e")

HOURS_GAP = Gap("child.kindergarten_place.weekly_hours", HOURS_WORDS, EMIL, register=None)
INCOME_GAP = Gap(INCOME, INCOME_WORDS, SIRI, register="tax_administration")


def view(**changes: Any) -> ErrandView:
    alone = ErrandView("nb", ON, SIRI, EMIL, (SIRI,), (INCOME_FACT, PRICE_FACT), ())
    return replace(alone, **changes)


def determined(answer: str = "yes", missing: tuple[str, ...] = (), **values: Any) -> Determination:
    fee = {"monthly_fee": Decimal(1636)} if answer == "yes" and not values else values
    return Determination(
        rule="kindergarten.reduced_fee",
        rule_version="1",
        on=ON,
        answer=answer,  # type: ignore[arg-type]
        values=fee,
        missing=missing,
        conditions=(),
        used=(),
        law=(),
    )
