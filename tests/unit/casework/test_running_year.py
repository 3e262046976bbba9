"""A rise in income does not lower support in the running kindergarten year."""

from decimal import Decimal

import pytest

from assistant.casework.running_year import Fee, fee_in_running_year, what_changed


def used(**facts):
    return [
        {"kind": "fact", "path": f"child.{path}", "value": value, "subject": "s"}
        for path, value in facts.items()
    ] + [{"kind": "parameter", "name": "max_price", "value": len(facts)}]


@pytest.mark.parametrize(
    ("determined", "running", "change", "fee"),
    [
        (2000, None, "nothing", Fee(Decimal(2000))),
        (2000, 1636, "income", Fee(Decimal(1636), kept=True)),
        (1000, 1636, "income", Fee(Decimal(1000))),
        (1636, 1636, "nothing", Fee(Decimal(1636))),
        (2000, 1636, "other", Fee(Decimal(2000))),
    ],
)
def test_the_fee_in_a_year_that_runs(determined, running, change, fee):
    before = None if running is None else Decimal(running)
    assert fee_in_running_year(Decimal(determined), before, change) == fee


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (used(assessed_income=300), used(assessed_income=300), "nothing"),
        (used(assessed_income=300), used(assessed_income="300"), "nothing"),
        (used(assessed_income=300), used(assessed_income=500), "income"),
        (used(assessed_income=300, price=2000), used(assessed_income=500, price=1200), "other"),
        (used(assessed_income=300), used(assessed_income=300, price=1200), "other"),
    ],
)
def test_what_has_changed_is_told_from_the_facts_used(before, after, change):
    assert what_changed(before, after) == change
