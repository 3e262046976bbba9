"""What a request shows where the municipality sees flags and not incomes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from assistant.mydata.asking import DataRequest
from assistant.mydata.opening import is_withheld, request_opened_for, without_the_fact


def about(source: str) -> DataRequest:
    told = {
        "concept": "person.assessed_income",
        "source": source,
        "held": 180_000,
        "should_be": "2",
        "value": "2",
    }
    at = datetime(2026, 11, 23, tzinfo=UTC)
    effect = [{"subject": "a"}]
    return DataRequest(
        "id", 1, "wrong", "a", "a", "9999", told, "", effect, "nb", "received", at, date(2026, 12, 23)
    )


@pytest.mark.parametrize(
    ("source", "settings", "withheld"),
    [
        ("tax_administration", {"generations": {"apply_reduced_fee": "flagged"}}, True),
        ("tax_administration", {"generations": {"apply_reduced_fee": "fetched"}}, False),
        ("tax_administration", {}, False),
        ("population_register", {"generations": {"apply_reduced_fee": "flagged"}}, False),
    ],
)
def test_only_what_the_tax_administration_says_is_withheld(
    source: str, settings: dict[str, object], withheld: bool
) -> None:
    assert is_withheld(about(source), settings) is withheld


def test_without_the_fact_no_value_and_no_effect_is_left() -> None:
    left = without_the_fact(about("tax_administration"))
    assert left.about == {"concept": "person.assessed_income", "source": "tax_administration"}
    assert left.effect == ()


def test_words_do_not_make_a_reason() -> None:
    assert request_opened_for("to open data request 1 (snoop): x") is None
    assert request_opened_for("to handle data request 1") is None
