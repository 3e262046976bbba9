"""From changed facts to changed determinations: only the rules that read them, only the people they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from assistant.config import local_date
from assistant.determinations.catalogue_by_day import CatalogueByDay
from assistant.determinations.records import DeterminationChange, keep, kept_about
from assistant.determinations.rule_versions import RuleVersions
from assistant.store import Transaction
from assistant.store.tables import determination
from assistant.twin import (
    Changed,
    Municipality,
    Neighbourhood,
    Twin,
    Use,
    View,
    is_adult,
    is_minor,
    log_usage,
)
from assistant.twin.household import DERIVED_FROM, affected_persons
from assistant.twin.view import build_view
from rules import Catalogue, determine
from rules.determination import Determination, UsedFact

HORIZON = timedelta(days=365)
"""How far ahead a coming right is looked for: a place accepted in spring starts in August."""

SUBJECT_KINDS = {"child": "person", "person": "person"}
"""The names a rule may give its subject, and the subject type of the information model behind each."""

PURPOSE = "to find rights and duties"
BASIS = "forvaltningsloven § 11"


@dataclass(frozen=True)
class Result:
    """A determination, and the view of the facts that it was made from."""

    determination: Determination
    view: View


@dataclass(frozen=True)
class Lack:
    """What an undetermined rule lacks about a subject: path → whose value nobody has told us."""

    subject_id: str
    whose: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Redetermined:
    """What running rules led to: what now says something else, and what is lacking, new or not.

    That a parent's income is missing is said in the same words before and after we know who the parents are,
    but only after is there anybody to ask about.
    """

    changes: tuple[DeterminationChange, ...] = ()
    lacking: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class Determinations:
    """Runs rules over the twin. `home` is the municipality whose settings hold where a person's is not ours.

    `catalogue` is the one we ship: concepts, life events, texts. Which version of a rule holds on a day is
    asked of `versions`.
    """

    catalogue: Catalogue
    versions: RuleVersions
    twin: Twin
    home: str

    async def redetermine(
        self, tx: Transaction, changed: Iterable[Changed], cause: str, now: datetime
    ) -> Redetermined:
        """Run again every rule that reads a changed fact, for everyone the change may concern."""
        rules_of: dict[str, set[str]] = {}
        on = local_date(now)
        changes = list(changed)
        if not changes:
            return Redetermined()
        near = await self.twin.near(tx, {change.subject_id for change in changes})
        catalogue = await self.versions.catalogue_at(tx, on)
        for change in changes:
            reading = rules_reading(catalogue, change.concept)
            for person in affected_persons(near, change.subject_id, on) if reading else ():
                if not is_adult(near, person, on) or any(
                    catalogue.rules[r].about != "child" for r in reading
                ):
                    rules_of.setdefault(person, set()).update(reading)
        return await self.run(tx, rules_of, cause, now)

    async def run(
        self, tx: Transaction, rules_of: Mapping[str, Iterable[str]], cause: str, now: datetime
    ) -> Redetermined:
        """Run rules for subjects, keep what is new, log every use."""
        if not rules_of:
            return Redetermined()
        today = local_date(now)
        found: list[DeterminationChange] = []
        lacking: list[Lack] = []
        by_day = await self.versions.by_day(tx)
        near = await self.twin.near(tx, rules_of)
        everything_kept = await kept_about(tx, rules_of)
        uses: list[Use] = []
        for subject_id in sorted(rules_of):
            place = await self.municipality_of(tx, near, subject_id, today)
            kept = everything_kept[subject_id]
            for rule_id in sorted(rules_of[subject_id]):
                rule = by_day.at(today).rules.get(rule_id)
                if rule is None or (rule.about == "child" and not is_minor(near, subject_id, today)):
                    continue
                result, again = look_ahead(near, by_day, rule_id, subject_id, place, today)
                uses += _uses(rule.id, result)
                change = await keep(
                    tx,
                    result.determination,
                    result.view,
                    kept,
                    subject_id=subject_id,
                    municipality=place.number,
                    cause=cause,
                    next_look=again,
                    now=now,
                )
                if change is not None:
                    found.append(change)
                if result.determination.answer == "undetermined":
                    lacking.append(Lack(subject_id, whose_is_missing(result)))
        await log_usage(tx, uses, now)
        return Redetermined(tuple(found), tuple(lacking))

    async def determine_now(
        self,
        tx: Transaction,
        rule_id: str,
        subject_id: str,
        on: date,
        now: datetime,
        known_at: datetime | None = None,
    ) -> Result:
        """What a rule says on a given day (as known now, or then); the use is logged, nothing is kept."""
        near = await self.twin.near(tx, [subject_id], known_at=known_at)
        place = await self.municipality_of(tx, near, subject_id, on)
        catalogue = await self.versions.catalogue_at(tx, on)
        result = _determine(near, catalogue, rule_id, subject_id, place, on)
        await log_usage(tx, _uses(rule_id, result), now)
        return result

    async def subjects_of(self, tx: Transaction, rule_id: str) -> tuple[str, ...]:
        """Everybody a rule has been run for: whom a changed rule has to be run for again."""
        question = select(determination.c.subject_id).where(
            determination.c.rule == rule_id, determination.c.current
        )
        return tuple(row["subject_id"] for row in await tx.all(question))

    async def municipality_of(
        self, tx: Transaction, near: Neighbourhood, subject_id: str, on: date
    ) -> Municipality:
        """The municipality a person lives in if it is one of ours, else the one this assistant serves."""
        number: Any = near.value(subject_id, "person.municipality", on)
        place = await self.twin.municipality(tx, number) if isinstance(number, str) else None
        place = place or await self.twin.municipality(tx, self.home)
        if place is None:
            raise LookupError(f"municipality {self.home} is not set up: add it to the table municipality")
        return place


def whose_is_missing(result: Result) -> Mapping[str, tuple[str, ...]]:
    """Each missing path, and those whose value it is; nobody where it is not even known who they are."""
    return {path: result.view.unknown.get(path, ()) for path in result.determination.missing}


def _uses(rule_id: str, result: Result) -> list[Use]:
    """Whose facts a determination rests on, and which: one entry of the usage log a subject."""
    concepts: dict[str, set[str]] = {}
    for used in result.determination.used:
        if isinstance(used, UsedFact) and used.subject in result.view.subjects:
            concepts.setdefault(used.subject, set()).add(used.path.rpartition(".")[2])
    return [
        Use(subject, "rule", rule_id, "used", PURPOSE, BASIS, tuple(sorted(names)))
        for subject, names in sorted(concepts.items())
    ]


def rules_reading(catalogue: Catalogue, concept: str) -> frozenset[str]:
    """The rules that read a concept, itself or through what is derived from it.

    Of those there is something to do about alone: what nobody is told of is not determined and kept, for data are
    to be limited to what is needed (the General Data Protection Regulation article 5 no. 1 c).
    """
    derived = [made for made, parts in DERIVED_FROM.items() if concept in parts]
    reading = frozenset(rule for name in (concept, *derived) for rule in catalogue.reading(name))
    return reading & catalogue.followed_up


def look_ahead(
    near: Neighbourhood,
    by_day: CatalogueByDay,
    rule_id: str,
    subject_id: str,
    place: Municipality,
    today: date,
) -> tuple[Result, date | None]:
    """What holds today or, where that is a plain no, what first begins to hold on a day we already know of.

    With the day to look again: when either can turn out otherwise by itself, or when a fact about the subject
    or anybody it rests on begins or ends.
    """
    now = _determine(near, by_day.at(today), rule_id, subject_id, place, today)
    by_itself = now.determination.changes_on
    about = {subject_id, *now.view.subjects}
    known = sorted({day for one in about for day in near.turning_days(one, today)})
    again = _earliest(by_itself, *known[:1])
    turns = [day for day in known if day <= today + HORIZON]
    if now.determination.answer != "no" or not turns:
        return now, again
    # A right that begins by itself before a known change begins on its own day, not with the change.
    days = {*turns, by_itself} if by_itself and by_itself < turns[-1] else turns
    for day in sorted(day for day in days if day is not None):
        later = _determine(near, by_day.at(day), rule_id, subject_id, place, day)
        if later.determination.answer != "no":
            return later, _earliest(again, later.determination.changes_on)
    return now, again


def _determine(
    near: Neighbourhood, catalogue: Catalogue, rule_id: str, subject_id: str, place: Municipality, on: date
) -> Result:
    rule = catalogue.rules[rule_id]
    kind = SUBJECT_KINDS[rule.about]
    paths = catalogue.paths(rule_id)
    view = build_view(near, catalogue.model, subject_id, rule.about, kind, paths, on, place.settings)
    return Result(determine(rule, on, view.facts, place.settings, catalogue), view)


def _earliest(*days: date | None) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None
