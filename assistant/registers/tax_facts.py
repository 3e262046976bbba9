"""From a summed tax basis to a person's assessed income, in the model's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.registers.income import UPWARD_ADJUSTMENT, AddedUp, add_up
from assistant.registers.population_facts import person_ref
from assistant.registers.tax import TaxBasis
from assistant.twin.facts import Span, Statement

YEARS_AN_ASSESSMENT_LASTS = 2  # it is the latest one until the next is made, in the course of the year after


def statements_from_tax_basis(basis: TaxBasis) -> tuple[Statement, ...]:
    """The assessed income (NOK a year) and whether the tax administration shields the person.

    No amount for a shielded person, nor where the basis has an income post that `income_posts.yaml` does not
    classify, nor where its sums do not agree with their parts: all are for a person to decide, and unknown is
    not zero. An earlier year does not stand in for
    it: what was said of the years whose assessment would still last is taken back (FOR-2005-12-16-1478 § 3e:
    the latest assessment).
    """
    identifier = basis.identifier
    if basis.shielded:
        return (
            _income(identifier, basis.income_year),
            _shielded(identifier, True),
            *_no_longer_latest(basis),
        )
    added = add_up(basis.posts)
    if added.amount is None or not basis.adds_up:
        return (
            _income(identifier, basis.income_year),
            _shielded(identifier, False),
            *_no_longer_latest(basis),
        )
    span = Span(
        added.amount,
        date(basis.income_year + 1, 1, 1),
        date(basis.income_year + 1 + YEARS_AN_ASSESSMENT_LASTS, 1, 1),
        _detail(basis, added),
    )
    return (_income(identifier, basis.income_year, span), _shielded(identifier, False))


def statements_without_assessment(identifier: str, income_year: int) -> tuple[Statement, ...]:
    """The tax administration has no basis (any more) for that year: what it said before is taken back."""
    return (_income(identifier, income_year),)


def unclassified_posts(basis: TaxBasis) -> tuple[str, ...]:
    """The income posts that keep the income unknown, for whoever looks after `income_posts.yaml`."""
    return () if basis.shielded else add_up(basis.posts).unclassified


def _income(identifier: str, income_year: int, *spans: Span) -> Statement:
    return Statement(person_ref(identifier), "person.assessed_income", spans, scope=str(income_year))


def _no_longer_latest(basis: TaxBasis) -> tuple[Statement, ...]:
    """The earlier years taken back, whose assessments would last into the days of this one."""
    years = range(1, YEARS_AN_ASSESSMENT_LASTS)
    return tuple(_income(basis.identifier, basis.income_year - back) for back in years)


def _shielded(identifier: str, shielded: bool) -> Statement:
    return Statement(person_ref(identifier), "person.income_shielded", (Span(shielded),))


def _detail(basis: TaxBasis, added: AddedUp) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "income_year": basis.income_year,
        "stage": basis.stage,
        "form": basis.form,
        "posts": {name: str(amount) for name, amount in sorted(added.posts.items())},
        "person_income": str(added.person_income),
        "capital_income": str(added.capital_income),
    }
    if basis.calculated is not None:
        detail["calculated_by_source"] = str(basis.calculated)
    if basis.settled_on is not None:
        detail["settled_on"] = basis.settled_on.isoformat()
    if added.upward_adjustment:
        detail["sum_without_adjustment"] = str(added.amount)
        detail["sum_with_adjustment"] = str(added.amount_adjusted)
        detail["open_question"] = UPWARD_ADJUSTMENT
    return detail
