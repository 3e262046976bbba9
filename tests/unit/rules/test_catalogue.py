"""The catalogue we ship: it is sound, its tests hold, and it knows which rules read what."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules import Catalogue, Rule, determine
from rules.checks import AS_WRITTEN, failed_tests
from rules.rule import RuleTest

CATALOGUE = Catalogue.load()
TESTS = [(rule, test) for rule in CATALOGUE.rules.values() for test in rule.tests]


@pytest.mark.parametrize("rule", CATALOGUE.rules.values(), ids=lambda rule: rule.id)
def test_a_rule_has_texts_law_sources_and_tests_with_reasons(rule: Rule) -> None:
    assert [fault for check in AS_WRITTEN for fault in check(rule, CATALOGUE)] == []
    assert {test.expect.get("answer") for test in rule.tests} >= {"yes", "no"}


@pytest.mark.parametrize(
    ("rule", "test"), TESTS, ids=lambda part: getattr(part, "name", getattr(part, "id", ""))
)
def test_a_rules_own_test(rule: Rule, test: RuleTest) -> None:
    alone = replace(rule, tests=(test,))
    assert failed_tests(alone, CATALOGUE) == []


def family(income: int | None, number: int, birth_date: str = "2023-04-01") -> dict[str, Any]:
    adult = {} if income is None else {"assessed_income": income}
    return {
        "child": {
            "birth_date": birth_date,
            "sibling_number": number,
            "kindergarten_place": {"price": 2000, "weekly_hours": 45, "food": 450},
            "household": {"adults": [adult]},
        }
    }


DAY = date(2024, 9, 1)


@pytest.mark.parametrize(
    ("number", "fee"), [(1, Decimal(1636)), (2, Decimal(1145)), (3, Decimal(0)), (4, Decimal(0))]
)
def test_what_a_family_with_300_000_pays_for_each_child(number: int, fee: Decimal) -> None:
    fees = CATALOGUE.rules["kindergarten.monthly_fee"]
    assert determine(fees, DAY, family(300_000, number), {}, CATALOGUE).values["monthly_fee"] == fee


@pytest.mark.parametrize(("income", "answer"), [(366_666, "yes"), (366_667, "no")])
def test_the_limit_for_a_price_of_2000(income: int, answer: str) -> None:
    assert determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, family(income, 1)).answer == answer


def test_an_unknown_income_is_the_only_thing_missing() -> None:
    found = determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, family(None, 1))
    assert (found.answer, found.missing) == ("undetermined", ("child.household.adults.assessed_income",))


def test_a_null_income_says_nothing_for_everybody_has_one() -> None:
    facts = family(None, 1)
    facts["child"]["household"]["adults"][0]["assessed_income"] = None
    found = determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, facts)
    assert (found.answer, found.missing) == ("undetermined", ("child.household.adults.assessed_income",))


def test_an_unknown_household_is_told_by_what_is_needed_of_it() -> None:
    facts = {"child": {"kindergarten_place": {"price": 2000}}}
    found = determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, facts)
    assert found.answer == "undetermined"
    assert "child.household.adults.assessed_income" in found.missing


def test_price_and_incomes_are_all_the_reduced_fee_needs() -> None:
    facts = {
        "child": {
            "kindergarten_place": {"price": 2000},
            "household": {"adults": [{"assessed_income": 300000}]},
        }
    }
    found = determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, facts)
    assert (found.answer, found.values["monthly_fee"], found.missing) == ("yes", Decimal(1636), ())


def test_used_facts_and_parameters_are_told_with_place_and_source() -> None:
    facts = family(300_000, 1)
    facts["child"]["household"]["adults"][0]["id"] = "p1"
    used = determine(CATALOGUE.rules["kindergarten.reduced_fee"], DAY, facts).as_json()["used"]
    assert {
        "kind": "fact",
        "path": "child.household.adults[0].assessed_income",
        "value": Decimal(300_000),
        "subject": "p1",
    } in used
    price = next(one for one in used if one.get("name") == "max_price")
    assert (price["value"], price["from"], price["unit"]) == (Decimal(2000), date(2024, 8, 1), "NOK/month")
    assert "udir.no" in price["source"]


@pytest.mark.parametrize(
    ("concept", "rules"),
    [
        (
            "person.assessed_income",
            (
                "kindergarten.core_time",
                "kindergarten.monthly_fee",
                "kindergarten.reduced_fee",
                "school.after_school_reduced_fee",
                "school.leisure_card",
            ),
        ),
        ("person.sibling_number", ("kindergarten.monthly_fee", "kindergarten.sibling_discount")),
        ("kindergarten_place.weekly_hours", ("having_a_child.cash_for_care", "kindergarten.monthly_fee")),
        (
            "household.adults",
            (
                "kindergarten.core_time",
                "kindergarten.monthly_fee",
                "kindergarten.reduced_fee",
                "school.after_school_reduced_fee",
                "school.leisure_card",
            ),
        ),
        ("person.email", ()),
    ],
)
def test_which_rules_to_run_again_when_a_concept_changes(concept: str, rules: tuple[str, ...]) -> None:
    assert CATALOGUE.reading(concept) == rules


def test_the_combined_fee_reads_what_the_rules_it_uses_read() -> None:
    assert "child.birth_date" in CATALOGUE.paths("kindergarten.monthly_fee")
    assert "child.guardians.reports_lasting_income_drop" in CATALOGUE.paths("kindergarten.reduced_fee")


def test_what_a_rule_reads_is_known_through_names_for_names() -> None:
    assert "resident.wards.guardians.address_key" in CATALOGUE.paths("ill_child.care_days")


def test_a_determination_before_the_first_price_says_why_it_is_open() -> None:
    found = determine(CATALOGUE.rules["kindergarten.reduced_fee"], date(2015, 6, 1), family(300_000, 1))
    assert (found.answer, found.missing) == ("undetermined", ())
    assert found.reasons == ("max_price has no value on 2015-06-01; the next applies from 2016-01-01",)
    assert found.changes_on == date(2016, 1, 1)


def test_every_asked_concept_says_why_we_ask() -> None:
    asked = [concept for concept in CATALOGUE.model.concepts.values() if concept.question]
    assert {concept.id for concept in asked} >= {"person.assessed_income", "person.cohabitant"}
    assert all(set(concept.question.why) == {"nb", "nn", "en"} for concept in asked if concept.question)
