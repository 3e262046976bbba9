"""From changed facts to changed determinations: only the rules that read them, only the people they concern."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from assistant.config import local_date
from assistant.determinations.catalogue_by_day import CatalogueByDay
from assistant.determinations.concerned import may_concern, names_read, readers
from assistant.determinations.deadlines import tells_of_deadline
from assistant.determinations.records import DeterminationChange, Kept, Writing, forget, keep, kept_about
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
    log_usage,
)
from assistant.twin.view import build_view
from rules import Catalogue, determine
from rules.determination import Determination, UsedFact

HORIZON = timedelta(days=365)
"""How far ahead a coming right is looked for: a place accepted in spring starts in August."""

PURPOSE = "to find rights and duties"
BASIS = "forvaltningsloven § 11"


Cause = Callable[[str], str]
"""Subject → what made rules be run for it, as it is kept with what they say."""


def because_of(cause: str) -> Cause:
    """The same cause for everybody."""
    return lambda _subject_id: cause


@dataclass(frozen=True)
class Result:
    """A determination, and the view of the facts that it was made from."""

    determination: Determination
    view: View


@dataclass(frozen=True)
class Lack:
    """What an undetermined rule lacks about a subject: path → whose value nobody has told us."""

    rule: str
    subject_id: str
    municipality: str
    whose: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Redetermined:
    """What running rules led to: what now says something else, and what is lacking, new or not.

    That a parent's income is missing is said in the same words before and after we know who the parents are,
    but only after is there anybody to ask about.
    """

    changes: tuple[DeterminationChange, ...] = ()
    lacking: tuple[Lack, ...] = ()
    said: tuple[DeterminationChange, ...] = ()  # all that is kept of what was run, changed or not


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
        self, tx: Transaction, changed: Iterable[Changed], cause: Cause, now: datetime
    ) -> Redetermined:
        """Run again every rule that reads a changed fact, for everyone the change may concern."""
        rules_of: dict[str, set[str]] = {}
        on = local_date(now)
        changes = list(changed)
        if not changes:
            return Redetermined()
        near = await self.twin.near(tx, self.twin.close_to(tx, {change.subject_id for change in changes}))
        catalogue = await self.versions.catalogue_at(tx, on)
        for change in changes:
            for subject_id, reading in readers(catalogue, change, near, on).items():
                rules_of.setdefault(subject_id, set()).update(reading)
        return await self.run(tx, rules_of, cause, now)

    async def run(
        self,
        tx: Transaction,
        rules_of: Mapping[str, Iterable[str]],
        cause: Cause,
        now: datetime,
        brought: Collection[str] = (),
        in_the_morning: bool = False,
    ) -> Redetermined:
        """Run rules for subjects, keep what is new, log every use.

        Of a rule without an errand only a *yes* is kept, and of one that a life event has `brought` also what is
        undetermined: the rest is neither told nor needed, and only waited for where a day alone brings an answer.
        `in_the_morning`: deadlines that are near are told of now, and not looked for tomorrow.
        """
        if not rules_of:
            return Redetermined()
        today = local_date(now)
        found: list[DeterminationChange] = []
        said: list[DeterminationChange] = []
        lacking: list[Lack] = []
        by_day = await self.versions.by_day(tx)
        near = await self.twin.near(tx, rules_of)
        everything_kept = await kept_about(tx, rules_of)
        uses: list[Use] = []
        writing = Writing()
        for subject_id in sorted(rules_of):
            place = await self.municipality_of(tx, near, subject_id, today)
            kept = everything_kept[subject_id]
            for rule_id in sorted(rules_of[subject_id]):
                rule = by_day.at(today).rules.get(rule_id)
                if rule is None or not may_concern(rule, subject_id, near, today):
                    forget(writing, kept, rule_id, subject_id)
                    continue
                result, again = look_ahead(
                    near, by_day, rule_id, subject_id, place, today, by_itself=rule_id in brought
                )
                said_now = result.determination
                worth_keeping = (
                    said_now.answer == "yes"
                    or rule_id in by_day.at(today).with_errand
                    or (rule_id in brought and said_now.answer == "undetermined")
                )
                again = _earliest(again, tells_of_deadline(rule, said_now, today, in_the_morning))
                if not worth_keeping:
                    again = worth_waiting_for(near, by_day, said_now, subject_id, place, again)
                uses += uses_of(rule.id, result)
                change = keep(
                    writing,
                    said_now,
                    result.view,
                    kept,
                    subject_id=subject_id,
                    municipality=place.number,
                    cause=cause(subject_id),
                    next_look=again,
                    now=now,
                    worth_keeping=worth_keeping,
                )
                if change is not None:
                    found.append(change)
                if still := change or unchanged(kept, result, subject_id, place.number, cause(subject_id)):
                    said.append(still)
                if said_now.answer == "undetermined":
                    lacking.append(Lack(rule_id, subject_id, place.number, whose_is_missing(result)))
        await writing.write(tx)
        await log_usage(tx, uses, now)
        return Redetermined(tuple(found), tuple(lacking), tuple(said))

    async def determine_now(
        self,
        tx: Transaction,
        rule_id: str,
        subject_id: str,
        on: date,
        now: datetime,
        known_at: datetime | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Result:
        """What a rule says on a given day (as known now, or then); the use is logged, nothing is kept.

        `known_at`: with the facts and the texts of rules as they were known at that moment. `settings`: instead
        of what the municipality has settled now.
        """
        near = await self.twin.near(tx, [subject_id], known_at=known_at)
        place = await self.municipality_of(tx, near, subject_id, on)
        if settings is not None:
            place = replace(place, settings=settings)
        catalogue = await self.versions.catalogue_at(tx, on, known_at)
        result = _determine(near, catalogue, rule_id, subject_id, place, on)
        await log_usage(tx, uses_of(rule_id, result), now)
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


def uses_of(rule_id: str, result: Result) -> list[Use]:
    """Whose facts a determination rests on, and which: one entry of the usage log a subject."""
    concepts: dict[str, set[str]] = {}
    for used in result.determination.used:
        if isinstance(used, UsedFact) and used.subject in result.view.subjects:
            concepts.setdefault(used.subject, set()).add(used.path.rpartition(".")[2])
    return [
        Use(subject, "rule", rule_id, "used", PURPOSE, BASIS, tuple(sorted(names)))
        for subject, names in sorted(concepts.items())
    ]


def unchanged(
    kept: Kept, result: Result, subject_id: str, municipality: str, cause: str
) -> DeterminationChange | None:
    """What was run and says what it said: with the row that is kept of it, if any."""
    row = kept.current.get(result.determination.rule)
    if row is None:
        return None
    said = result.determination
    return DeterminationChange(row["id"], said.rule, subject_id, municipality, row["record"], said, cause)


def look_ahead(
    near: Neighbourhood,
    by_day: CatalogueByDay,
    rule_id: str,
    subject_id: str,
    place: Municipality,
    today: date,
    by_itself: bool = False,
) -> tuple[Result, date | None]:
    """What holds today or, where that is a plain no, what first begins to hold on a day we already know of.

    `by_itself`: also where nothing but time has to pass, as for a benefit that is given from the month after.

    With the day to look again: when either can turn out otherwise by itself, or when a fact about the subject
    or anybody it rests on begins or ends.
    """
    now = _determine(near, by_day.at(today), rule_id, subject_id, place, today)
    changes_on = now.determination.changes_on
    about = {subject_id, *now.view.subjects}
    read = names_read(by_day.at(today), rule_id)
    known = sorted({day for one in about for day in near.turning_days(one, today, read)})
    again = _earliest(changes_on, *known[:1])
    horizon = today + HORIZON
    turns = [day for day in known if day <= horizon]
    if by_itself and changes_on is not None and changes_on <= horizon:
        turns = sorted({*turns, changes_on})
    if now.determination.answer != "no" or not turns:
        return now, again
    # A right that begins by itself before a known change begins on its own day, not with the change.
    days = {*turns, changes_on} if changes_on and changes_on < turns[-1] else turns
    for day in sorted(day for day in days if day is not None):
        later = _determine(near, by_day.at(day), rule_id, subject_id, place, day)
        if later.determination.answer != "no":
            return later, _earliest(again, later.determination.changes_on)
    return now, again


def worth_waiting_for(
    near: Neighbourhood,
    by_day: CatalogueByDay,
    said: Determination,
    subject_id: str,
    place: Municipality,
    day: date | None,
) -> date | None:
    """The day, if it alone may bring an answer: what hangs on facts nobody has told us is run again when one is.

    Else everybody, of whom the registers know next to nothing, is woken for every duty there is.
    """
    if day is None:
        return None
    then = _determine(near, by_day.at(day), said.rule, subject_id, place, day)
    return None if then.determination.answer == "undetermined" else day


def _determine(
    near: Neighbourhood, catalogue: Catalogue, rule_id: str, subject_id: str, place: Municipality, on: date
) -> Result:
    rule = catalogue.rules[rule_id]
    subject_type = catalogue.model.subject_type(rule.about)
    assert subject_type is not None  # a rule about no subject type is not loaded
    paths = catalogue.paths(rule_id)
    view = build_view(
        near, catalogue.model, subject_id, rule.about, subject_type.id, paths, on, place.settings
    )
    return Result(determine(rule, on, view.facts, place.settings, catalogue), view)


def _earliest(*days: date | None) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None
