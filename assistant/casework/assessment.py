"""What the rules say of a case on the day its decision is to begin, and the facts it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from assistant.casework.automation import Situation
from assistant.casework.errands import Errand
from assistant.casework.situation import PATHS, place_begins, place_number, situation_from
from assistant.determinations import Determinations, explained
from assistant.store import Transaction
from assistant.twin import Municipality, Twin, Use, View, log_usage
from rules import Catalogue, determine
from rules.determination import Answer, Determination

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Assessment:
    """The rules' answers for one errand on one day. Amounts are NOK a month without food; None: not known."""

    on: date
    catalogue: Catalogue  # with the versions of the rules that hold that day
    determinations: tuple[Determination, ...]
    records: tuple[Mapping[str, Any], ...]  # the determinations as JSON, each fact with its source
    situation: Situation
    place_number: str | None
    answer: Answer
    full_fee: Decimal | None
    monthly_fee: Decimal | None

    @property
    def used(self) -> list[Mapping[str, Any]]:
        return [entry for record in self.records for entry in record["used"]]


def answer_of(errand: Errand, determinations: Mapping[str, Determination]) -> Answer:
    """Granted if one of the rights applied for is there; refused only when none is, for certain."""
    answers = [determinations[rule].answer for rule in errand.decides]
    if "yes" in answers:
        return "yes"
    return "undetermined" if "undetermined" in answers else "no"


def _amount(determination: Determination, name: str) -> Decimal | None:
    value = determination.values.get(name)
    return None if value is None else Decimal(str(value))


def with_household_income(facts: Mapping[str, Any], income: Decimal) -> dict[str, Any]:
    """The facts with the household's income put to what a case worker has found it to be (NOK a year).

    The rules read the sum of the adults' incomes: the first adult is given all of it, the others nothing.
    """
    changed = deepcopy(dict(facts))
    for alias in changed.values():
        household = alias.get("household") if isinstance(alias, dict) else None
        for place, adult in enumerate((household or {}).get("adults") or ()):
            adult["assessed_income"] = income if place == 0 else Decimal(0)
    return changed


@dataclass(frozen=True)
class Assessor:
    """Asks the rules and the twin about a case. Every use of facts is logged."""

    determinations: Determinations

    @property
    def twin(self) -> Twin:
        return self.determinations.twin

    async def place_from(self, tx: Transaction, subject_id: str, on: date) -> date | None:
        """The day the child's place begins: the one held that day, or the first that begins within a year."""
        near = await self.twin.near(tx, [subject_id])
        turns = [day for day in near.turning_days(subject_id, on) if day <= on + A_YEAR]
        for day in (on, *sorted(turns)):
            view = await self.twin.view(tx, subject_id, PATHS, day)
            if place_number(view.facts) is not None:
                return place_begins(view.facts) or day
        return None

    async def assess(
        self,
        tx: Transaction,
        errand: Errand,
        subject_id: str,
        applicant: str,
        municipality: Municipality,
        on: date,
        now: datetime,
        household_income: Decimal | None = None,
        known_at: datetime | None = None,
    ) -> Assessment:
        """Determine the errand's rules on a day; with a household income a case worker has found, if any.

        `known_at`: as it was known at an earlier moment; `municipality` then carries the settings of that time.
        """
        found: dict[str, Determination] = {}
        records = []
        catalogue = await self.determinations.versions.catalogue_at(tx, on, known_at)
        settings = None if known_at is None else municipality.settings
        for rule_id in errand.rules:
            result = await self.determinations.determine_now(
                tx, rule_id, subject_id, on, now, known_at, settings
            )
            determination = result.determination
            if household_income is not None:
                facts = with_household_income(result.view.facts, household_income)
                rule = catalogue.rules[rule_id]
                determination = determine(rule, on, facts, municipality.settings, catalogue)
            found[rule_id] = determination
            records.append(explained(determination, result.view))
        view = await self.twin.view(
            tx, subject_id, PATHS, on, settings=municipality.settings, known_at=known_at
        )
        await self._log(tx, errand, view, now)
        return Assessment(
            on=on,
            catalogue=catalogue,
            determinations=tuple(found.values()),
            records=tuple(records),
            situation=situation_from(view.facts, applicant),
            place_number=place_number(view.facts),
            answer=answer_of(errand, found),
            full_fee=_amount(found[errand.amount], "full_fee"),
            monthly_fee=_amount(found[errand.amount], "monthly_fee"),
        )

    async def _log(self, tx: Transaction, errand: Errand, view: View, now: datetime) -> None:
        concepts = tuple(sorted({path.rpartition(".")[2] for path in PATHS}))
        basis = f"{errand.law[-1].act} {errand.law[-1].section}"
        await log_usage(
            tx,
            [
                Use(subject, "rule", errand.id, "used", "to decide a case", basis, concepts)
                for subject in sorted(view.subjects)
                if not subject.startswith("household:")
            ],
            now,
        )
