"""Why a rule says what it says: conditions, facts with their source, amounts as they came about, and the record."""

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Catalogue, Determination, determine
from rules.canonical_json import canonical
from rules.decision_record import decision_record, record_bytes
from rules.determination import UsedFact
from rules.explanation import Explanation, explain, sentences

CATALOGUE = Catalogue.load()
FEE = "kindergarten.reduced_fee"
DAY = date(2024, 9, 1)
ROOT = Path(__file__).parents[3]


def family(*incomes: int | None, price: int = 2000) -> dict[str, Any]:
    adults = [{} if income is None else {"assessed_income": income} for income in incomes]
    return {
        "child": {
            "birth_date": "2022-02-20",
            "sibling_number": 2,
            "kindergarten_place": {"price": price, "weekly_hours": 45},
            "household": {"adults": adults},
        }
    }


def determined(facts: dict[str, Any], rule: str = FEE, **settings: Any) -> Determination:
    return determine(CATALOGUE.rule(rule), DAY, facts, settings, CATALOGUE)


def explained(facts: dict[str, Any], rule: str = FEE, **settings: Any) -> Explanation:
    return explain(determined(facts, rule, **settings), CATALOGUE.rule(rule), CATALOGUE.rules)


def told(found: Explanation, language: str) -> list[str]:
    return [line.replace("\xa0", " ") for line in sentences(found, language)]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("nb", ["Redusert foreldrebetaling i barnehage: ja.",
                "Pris etter inntekt per måned: 6 % av 300 000 kr / 11 = 1 636 kr",
                "Før avrunding: 6 % av 300 000 kr / 11 = 1 636,36 kr",
                "Vi brukte: Inntekt fra skatteoppgjøret: 300 000 kr per år."]),
        ("nn", ["Redusert foreldrebetaling i barnehage: ja.",
                "Pris etter inntekt per månad: 6 % av 300 000 kr / 11 = 1 636 kr"]),
        ("en", ["Reduced kindergarten fee: yes.",
                "Price by income a month: 6% of 300 000 kr / 11 = 1 636 kr",
                "Value in force: Highest share of the household's income: 6% from 1 May 2015 "
                "(FOR-2005-12-16-1478 § 3b)."]),
    ],
)  # fmt: skip
def test_the_fee_is_explained_in_three_languages(language: str, lines: list[str]) -> None:
    said = told(explained(family(300_000)), language)
    assert [line for line in lines if line not in said] == []


def test_two_incomes_are_added_in_sight() -> None:
    assert "The household's income: 200 000 kr + 100 000 kr = 300 000 kr" in told(
        explained(family(200_000, 100_000)), "en"
    )


def test_what_was_chosen_is_what_is_shown() -> None:
    assert "Price by income a month: 1 400 kr" in told(explained(family(300_000, price=1400)), "en")


def test_a_condition_that_fails_tells_both_sides() -> None:
    (line,) = [line for line in told(explained(family(400_000)), "nb") if line.startswith("✗")]
    assert ": 2 000 kr × 11 = 22 000 kr er ikke mer enn 6 % av 400 000 kr = 24 000 kr (" in line
    assert line.endswith("(Forskrift om foreldrebetaling i barnehager § 3b a)")


def test_what_is_missing_is_named_and_its_condition_has_a_question_mark() -> None:
    said = told(explained(family(None)), "en")
    assert said[0] == "Reduced kindergarten fee: undetermined. We lack: Income from the tax assessment."
    assert [line[0] for line in said[1:5]] == ["✓", "✓", "✓", "?"]
    assert not any("300 000" in line for line in said)


def test_a_fee_that_rests_on_other_rules_is_reckoned_from_what_they_say() -> None:
    said = told(explained(family(300_000), "kindergarten.monthly_fee"), "en")
    assert "To pay a month, without food: 1 636.36 kr × (1 - 30%) × (45 - 20) / 45 = 636 kr" in said


def test_a_fact_is_told_with_its_source() -> None:
    def provenance(fact: UsedFact) -> dict[str, Any]:
        return {"source": "tax_administration", "recorded_at": DAY} if "income" in fact.path else {}

    rule = CATALOGUE.rule(FEE)
    found = explain(determined(family(300_000)), rule, CATALOGUE.rules, provenance)
    assert "We used: Income from the tax assessment: 300 000 kr a year (source: tax_administration)." in told(
        found, "en"
    )
    facts = found.as_json()["facts"]
    assert [fact.get("recorded_at") for fact in facts if "income" in fact["path"]] == [DAY]


def test_what_no_line_can_be_made_of_is_told_as_its_value_alone() -> None:
    rule = small_rule(
        conditions("applicant.age > 1") + "outcome:\n  x: sum(for c in applicant.children return c.age)\n"
    )
    facts = {"applicant": {"age": 5, "children": [{"age": 3}, {"age": 4}]}}
    assert "x: 7" in sentences(explain(determine(rule, DAY, facts), rule), "en")


TERMS = st.recursive(
    st.sampled_from(["applicant.income", "applicant.age", "3", "limit"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner)
        | st.builds("min({}, {})".format, inner, inner)
        | st.builds("(if {} > 2 then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=5,
)


@example(term="applicant.age - (applicant.age - 3)", income=1, age=7)
@given(term=TERMS, income=st.none() | st.integers(-9, 9), age=st.integers(0, 9))
def test_what_is_written_out_comes_to_what_the_rule_found(term: str, income: int | None, age: int) -> None:
    body = f"parameters: {{limit: {{values: [{{from: 2020-01-01, value: 4}}]}}}}\noutcome:\n  x: |-\n    {term}\n"
    rule = small_rule(body)
    facts = {"age": age} if income is None else {"age": age, "income": income}
    found = determine(rule, DAY, {"applicant": facts})
    for line in explain(found, rule).working["en"]:
        value = found.values["x"]
        if line.steps:
            plain = line.steps.replace("\xa0", "").replace("kr", "").replace("×", "*")
            assert abs(Decimal(str(eval(plain))) - value) < Decimal("0.001")
        assert line.value.replace("\xa0", "").removesuffix("kr") in (
            f"{value.quantize(Decimal('0.01')):f}",
            f"{value.quantize(Decimal('0.0001')).normalize() + 0:f}",
        )


# ---- the decision record


def test_the_record_has_what_was_touched_and_no_more() -> None:
    facts = family(None)
    facts["child"]["kindergarten_place"] = None
    record = decision_record(determined(facts), CATALOGUE.rule(FEE))
    assert [one["path"] for one in record["inputs"]] == ["child.kindergarten_place"]
    assert record["outcome"]["answer"] == "no"
    assert record["rule_version"] == CATALOGUE.rule(FEE).version == record["content_hash"][:16]


def test_the_record_names_each_value_of_law_and_the_rules_used() -> None:
    record = decision_record(
        determined(family(300_000), "kindergarten.monthly_fee"), CATALOGUE.rule("kindergarten.monthly_fee")
    )
    assert record["uses"]["reduced"]["rule_version"] == CATALOGUE.rule(FEE).version
    prices = [one for one in record["parameters"] if one["name"] == "max_price"]
    assert [(one["from"], one["value"]) for one in prices] == [(date(2024, 8, 1), 2000)]


def test_amounts_that_are_worth_the_same_give_the_same_bytes() -> None:
    rule = CATALOGUE.rule(FEE)
    plain, decimals = family(300_000), family(300_000)
    decimals["child"]["household"]["adults"] = [{"assessed_income": "300000.00"}]
    assert record_bytes(determined(plain), rule) == record_bytes(determined(decimals), rule)
    assert record_bytes(determined(plain), rule) != record_bytes(determined(family(300_001)), rule)


SCRIPT = """
import sys
from datetime import date
from rules import Catalogue, determine
from rules.decision_record import record_bytes
catalogue = Catalogue.load()
rule = catalogue.rule("kindergarten.monthly_fee")
facts = {"child": {"birth_date": "2022-02-20", "sibling_number": 2,
    "kindergarten_place": {"price": 2000, "weekly_hours": 45},
    "household": {"adults": [{"assessed_income": 200000}, {"assessed_income": 100000}]}}}
found = determine(rule, date(2024, 9, 1), facts, {"zone": "normal"}, catalogue)
sys.stdout.buffer.write(record_bytes(found, rule))
"""


def test_two_processes_with_other_hashes_write_the_same_bytes() -> None:
    written = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert len(set(written)) == 1
    assert json.loads(written[0])["outcome"]["values"]["monthly_fee"] == 636


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("-0.00"), b"0"),
        (Decimal("1636.363636363636363636363636363636"), b"1636.363636363636363636363636363636"),
        (Decimal("1E+2"), b"100"),
        ({"ø": [True, None, "a"], "a": (1,)}, '{"a":[1],"ø":[true,null,"a"]}'.encode()),
    ],
)
def test_canonical_json_is_exact_and_ordered(value: Any, text: bytes) -> None:
    assert canonical(value) == text
