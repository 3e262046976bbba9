"""Looking at a case before it is decided: which days, what the rules say, why a human is needed, what to pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assistant.casework import case_rows
from assistant.casework.assessment import Assessment, Assessor
from assistant.casework.automation import HumanReason, Matter, reason_named, reasons_for_human
from assistant.casework.case_rows import Case, Decision
from assistant.casework.errands import Errand, errand_of
from assistant.casework.period import (
    FirstOfMonth,
    Period,
    decision_period,
    first_of_month_setting,
    kindergarten_year,
)
from assistant.casework.ruling import NoSuchCase
from assistant.casework.running_year import Fee, fee_in_running_year, income_rose, what_changed
from assistant.casework.submission import Submission
from assistant.config import local_date
from assistant.guidance.content import spoken_of
from assistant.store import Transaction
from assistant.twin import Municipality

WHERE_LAW_IS_SILENT: FirstOfMonth = "same_month"
"""Offered to a case worker for an application on the first of a month: the applicant's favour."""


@dataclass(frozen=True)
class Considered:
    """A case as it looks now. `running` is a grant that already holds in the same kindergarten year."""

    case: Case
    errand: Errand
    municipality: Municipality
    applied_on: date
    edge: FirstOfMonth | None  # the municipality's setting
    period: Period  # the days a decision would hold
    assessment: Assessment
    reasons: tuple[HumanReason, ...]
    running: Decision | None


@dataclass(frozen=True)
class Applied:
    """What a case was opened of, and where: what does not change with the facts."""

    errand: Errand
    municipality: Municipality
    submission: Submission
    applied_on: date
    edge: FirstOfMonth | None  # the municipality's setting

    def reasons(self, assessment: Assessment) -> tuple[HumanReason, ...]:
        """Why a human must decide on the assessment, if so."""
        return reasons_for_human(
            Matter(
                determinations=assessment.determinations,
                situation=assessment.situation,
                submission=self.submission,
                applied_on=self.applied_on,
                edge=self.edge,
            )
        )


async def applied_for(tx: Transaction, assessor: Assessor, opened: Case) -> Applied:
    """Raises `NoSuchCase` where its municipality is not set up here."""
    municipality = await assessor.twin.municipality(tx, opened.municipality)
    if municipality is None:
        raise NoSuchCase(f"municipality {opened.municipality} of case {opened.number} is not set up here")
    submission = Submission.of_case(opened.__dict__)
    return Applied(
        errand=errand_of(opened.kind),
        municipality=municipality,
        submission=submission,
        applied_on=submission.counts_from(opened.received_at),
        edge=first_of_month_setting(municipality.settings.get("application_on_first_of_month")),
    )


async def consider(
    tx: Transaction,
    assessor: Assessor,
    opened: Case,
    now: datetime,
    *,
    period: Period | None = None,
    household_income: Decimal | None = None,
) -> Considered:
    """Look at a case on current facts, as of the day its decision would begin. Uses of facts are logged.

    `period`: the days the decision is to hold, where § 3d or a case worker has not to be asked again.
    `household_income`: what a case worker has found it to be, NOK a year.
    """
    applied = await applied_for(tx, assessor, opened)
    errand, municipality = applied.errand, applied.municipality
    applied_on, edge = applied.applied_on, applied.edge
    if period is None:
        place_from = await assessor.place_from(tx, opened.subject_id, applied_on)
        today = local_date(now)
        period = decision_period(applied_on, edge or WHERE_LAW_IS_SILENT, place_from)
        if period.valid_to <= today:  # applied long ago, for the whole stay: the year that runs
            period = kindergarten_year(today)
    assessment = await assessor.assess(
        tx,
        errand,
        opened.subject_id,
        opened.person_id,
        municipality,
        period.valid_from,
        now,
        household_income,
    )
    year = kindergarten_year(period.valid_from)
    running = await case_rows.granted_in(tx, errand.id, opened.subject_id, opened.municipality, year)
    reasons = applied.reasons(assessment)
    considered = Considered(
        opened, errand, municipality, applied_on, edge, period, assessment, reasons, running
    )
    if _a_rise_takes_support_away(considered):
        return replace(considered, reasons=(*reasons, reason_named("income_rose")))
    return considered


def _a_rise_takes_support_away(considered: Considered) -> bool:
    """More to pay in the running year, where incomes have risen and something else differs too.

    How much of it is the rise, which is not to count (§§ 3b and 3c), nobody can tell from the sum.
    """
    running, assessment = considered.running, considered.assessment
    if running is None or fee_of(considered).amount <= Decimal(str(running.content["monthly_fee"])):
        return False
    return income_rose(_used(running), assessment.used)


def _used(decided: Decision) -> list[Mapping[str, Any]]:
    return [used for record in decided.content["determinations"] for used in record["used"]]


def fee_of(considered: Considered) -> Fee:
    """What is to be paid, NOK a month: the rules' answer, unless a rise in income would take support away."""
    assessment, running = considered.assessment, considered.running
    determined = assessment.monthly_fee if assessment.answer == "yes" else assessment.full_fee
    if determined is None:
        determined = assessment.full_fee or Decimal(0)
    if running is None:
        return Fee(determined)
    change = what_changed(_used(running), assessment.used)
    return fee_in_running_year(determined, Decimal(str(running.content["monthly_fee"])), change)


def heard(considered: Considered) -> dict[str, Any]:
    """The rights that are there, with their values: what the applicant now knows, told or not before."""
    there = [
        one
        for one in considered.assessment.determinations
        if one.rule in considered.errand.decides and one.answer == "yes"
    ]
    if not there:
        return {}
    return {
        "rules": [one.rule for one in there],
        "values_of": {one.rule: spoken_of(one.values) for one in there},
    }


def told_about(considered: Considered) -> str:
    """The rule a message about the decision is named after: the first right that is there."""
    granted = [
        determination.rule
        for determination in considered.assessment.determinations
        if determination.rule in considered.errand.decides and determination.answer == "yes"
    ]
    return granted[0] if granted else considered.errand.decides[0]
