"""What follows from new facts, in one transaction: life events, determinations, guidance, and further work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from assistant.casework import Casework
from assistant.casework.case_rows import open_cases_about
from assistant.casework.errands import errand_of, errand_with, errands
from assistant.casework.fetching import About, applications_about, may_be_fetched
from assistant.config import local_date
from assistant.determinations import (
    DeterminationChange,
    Determinations,
    Redetermined,
    because_of,
    current_about,
    due_rules,
    waits_till_morning,
    whose_is_missing,
)
from assistant.events.bringing import bring_again, brought, not_told_otherwise
from assistant.events.families import Behind, Families, News, refs_in
from assistant.events.family_turn import in_the_familys_turn, names_of
from assistant.events.life import keep_life_events, look_again
from assistant.guidance import Guidance
from assistant.store import Transaction, enqueue
from assistant.store.tables import fact, subject
from assistant.twin import (
    Changed,
    Neighbourhood,
    Provenance,
    Statement,
    Twin,
    Unknown,
    log_usage,
)
from assistant.twin.household import FAMILY_TIES, affected_persons, household_adults
from rules import Catalogue

TAX = "tax_administration"


@dataclass(frozen=True)
class RecordedApart:
    """The places of the news that was recorded, and the determinations that changed."""

    places: tuple[int, ...] = ()
    changes: tuple[DeterminationChange, ...] = ()


@dataclass(frozen=True)
class Following:
    """`await record(tx, …)`: everything that new facts lead to, committed with them or not at all."""

    catalogue: Catalogue
    twin: Twin
    determinations: Determinations
    guidance: Guidance
    casework: Casework

    async def record(
        self,
        tx: Transaction,
        said: Iterable[tuple[Provenance, Sequence[Statement]]],
        cause: str,
        now: datetime,
        inbox_id: str | None = None,
    ) -> tuple[DeterminationChange, ...]:
        """Record what sources said and do what follows; the determinations that changed."""
        return (await self.record_apart(tx, [News(list(said), cause, inbox_id)], now)).changes

    async def record_apart(self, tx: Transaction, news: Sequence[News], now: datetime) -> RecordedApart:
        """Record what sources said because of several events, and do what follows, as if each were recorded alone.

        Of each family the first news alone; the rest is for another transaction.
        """
        await in_the_familys_turn(tx, self.twin, (), [said for one in news for said in one.statements])
        places, ours, families = await self._apart(tx, news)
        await log_usage(tx, [use for one in ours for use in one.uses], now)
        recorded = [
            await self.twin.record(tx, statements, provenance, now)
            for provenance, statements in _by_source(ours).items()
        ]
        ids = {ref: subject_id for one in recorded for ref, subject_id in one.ids.items()}
        named = [{ids[ref] for ref in refs_in(one.statements)} for one in ours]
        for names in named:
            families.bind(names)
        behind = Behind(families, ours, named)
        changes = [change for one in recorded for change in one.changes]
        on = local_date(now)
        life = await keep_life_events(tx, self.catalogue, changes, behind.inbox_id, on, now)
        await self.guidance.take_back_life_events(tx, life.annulled, now)
        await bring_again(tx, self.catalogue, {one.subject_id for one in changes}, on, now)
        met = any(one.concept == "person.birth_date" and not one.before for one in changes)
        await self._get_to_know(
            tx, [subject_id for one in recorded for subject_id in one.new_subjects], met, now
        )
        touched = [one.changed for one in changes]
        await self.guidance.reconsider(tx, touched, now)
        redetermined = await self.determinations.redetermine(tx, touched, behind.cause, now)
        await self.casework.reversals.follow(tx, changes, behind.cause, now)
        await self.after(tx, redetermined, now)
        return RecordedApart(tuple(places), redetermined.changes)

    async def _apart(
        self, tx: Transaction, news: Sequence[News]
    ) -> tuple[Sequence[int], Sequence[News], Families]:
        """The news that is recorded now, by its places and itself, and the families there are."""
        if len(news) == 1:
            return [0], news, Families((), ())
        refs = [refs_in(one.statements) for one in news]
        names = await names_of(tx, self.twin, frozenset().union(*refs))
        named = [{names[ref] for ref in some} for some in refs]
        families = Families(await self.twin.relations(tx, names.values()), named)
        places = families.first_of_each(named)
        return places, [news[place] for place in places], families

    async def run_again(
        self, tx: Transaction, subject_id: str, rules: Iterable[str], cause: str, now: datetime
    ) -> None:
        """Run rules for a subject though no fact has changed: their day has come, or they have."""
        await in_the_familys_turn(tx, self.twin, [subject_id])
        redetermined = await self.determinations.run(tx, {subject_id: rules}, because_of(cause), now)
        await self.after(tx, redetermined, now)

    async def look_anew(self, tx: Transaction, changed: Sequence[Changed], cause: str, now: datetime) -> None:
        """Run the rules again that read what is now used or no longer used, though no source has said anything."""
        await in_the_familys_turn(tx, self.twin, {one.subject_id for one in changed})
        tx.memory.pop(Twin, None)
        redetermined = await self.determinations.redetermine(tx, changed, because_of(cause), now)
        await self.after(tx, redetermined, now)

    async def wake(self, tx: Transaction, subject_id: str, on: date, now: datetime) -> None:
        """Do what a subject's day has come for: what changes by itself, a life event to tell of, a deadline."""
        await in_the_familys_turn(tx, self.twin, [subject_id])
        life = await look_again(tx, self.catalogue, subject_id, local_date(now), now)
        await self.guidance.take_back_life_events(tx, life.annulled, now)
        events = await brought(tx, subject_id, on)
        brings = {rule for event in events for rule in self.catalogue.life_events[event.kind].brings}
        rules = brings | await due_rules(tx, subject_id, on)
        redetermined = await self.determinations.run(
            tx, {subject_id: rules}, because_of(f"clock:{on}"), now, brings, in_the_morning=True
        )
        fresh = await not_told_otherwise(tx, self.catalogue, events, redetermined.said) if events else ()
        await self.guidance.plan_for_life_events(tx, events, fresh, now)
        await self.after(tx, redetermined, now, in_the_morning=True)

    async def after(
        self, tx: Transaction, redetermined: Redetermined, now: datetime, in_the_morning: bool = False
    ) -> None:
        """Fetch what is missing where a register knows it, try waiting cases again, tell those concerned.

        Of deadlines `in_the_morning`: after the life events behind them, and not of what is a day's mistake.
        """
        applied_for = {one.subject_id for one in redetermined.said if errand_with(one.rule) is not None}
        await self.casework.open_at_intake(tx, sorted(applied_for), now)
        lacking = [
            ((errand.id, one.subject_id, one.municipality), one.whose)
            for one in redetermined.lacking
            if (errand := errand_with(one.rule))
            is not None  # else nothing can be applied for, so nothing is handled
        ]
        may = await self._may_fetch(tx, {about for about, _ in lacking}, now)
        for about, whose in lacking:
            if about in may:
                await self._fetch(tx, whose, now)
        changed = redetermined.changes
        await self.casework.look_again(tx, sorted({change.subject_id for change in changed}), now)
        await self.guidance.plan_for_changes(tx, await self._not_applied_for(tx, changed), now)
        on = local_date(now)
        catalogue = await self.determinations.versions.catalogue_at(tx, on)
        to_tell = [
            one
            for one in redetermined.said
            if in_the_morning or not waits_till_morning(catalogue.rules[one.rule], one.after, on)
        ]
        await self.guidance.plan_for_deadlines(tx, to_tell, now)

    async def _get_to_know(self, tx: Transaction, new: Sequence[str], met: bool, now: datetime) -> None:
        """Ask the population register about people we have only heard of.

        And the contact register about those we have now met: their documents are here for the first time.
        """
        if met:
            await enqueue(tx, "refresh_contacts", {"only_new": True}, now=now, receipt="contacts:new")
        if not new:
            return
        question = select(subject.c.id).where(subject.c.id.in_(new), subject.c.kind == "person")
        people = [row["id"] for row in await tx.all(question)]
        for person in people:
            await enqueue(
                tx, "refresh_person", {"subject_id": person}, now=now, key=person, receipt=f"refresh:{person}"
            )

    async def _not_applied_for(
        self, tx: Transaction, changes: Sequence[DeterminationChange]
    ) -> Sequence[DeterminationChange]:
        """Without what is being decided: who has applied is answered by the decision."""
        waiting = await open_cases_about(tx, sorted({change.subject_id for change in changes}))
        answered = {(one.subject_id, rule) for one in waiting for rule in errand_of(one.kind).rules}
        return [change for change in changes if (change.subject_id, change.rule) not in answered]

    async def _may_fetch(self, tx: Transaction, asked: Collection[About], now: datetime) -> frozenset[About]:
        """That for which law and the municipality's choice let the incomes be fetched that its rules lack."""
        applied = await applications_about(tx, asked)
        may = set()
        for about in asked:
            chosen = await self.twin.generation(tx, about[2], about[0])
            if may_be_fetched(chosen, applied.get(about, ()), local_date(now)):
                may.add(about)
        return frozenset(may)

    async def fetch_missing(self, tx: Transaction, subject_id: str, now: datetime) -> None:
        """Fetch what an application needs and nobody has told us, where a register knows it."""
        for row in await current_about(tx, subject_id):
            if row["answer"] == "undetermined":
                on = max(row["on_date"], local_date(now))
                result = await self.determinations.determine_now(tx, row["rule"], subject_id, on, now)
                await self._fetch(tx, whose_is_missing(result), now)

    async def _fetch(self, tx: Transaction, whose: Mapping[str, Sequence[str]], now: datetime) -> None:
        for path, people in whose.items():
            if TAX in self.catalogue.model.concept_at(path).known_by:
                for person in people:
                    await self.fetch_income(tx, person, now)

    async def fetch_income(self, tx: Transaction, person_id: str, now: datetime) -> None:
        """Ask the tax administration for a person's latest assessment (FOR-2005-12-16-1478 § 3e)."""
        await enqueue(
            tx,
            "fetch_income",
            {"subject_id": person_id},
            now=now,
            key=person_id,
            receipt=f"income:{person_id}",
        )

    async def household(self, tx: Transaction, child_id: str, now: datetime) -> tuple[str, ...]:
        """The adults whose income counts for a child (§ 3d); none where nobody has told us who they are."""
        near = await self.twin.near(tx, [child_id])
        adults = household_adults(near, child_id, local_date(now))
        return () if isinstance(adults, Unknown) else tuple(adults)

    async def incomes_that_matter(
        self, tx: Transaction, people: Iterable[str], now: datetime
    ) -> frozenset[str]:
        """Those of the people on whose income some child's fee depends: that of others is not ours to fetch."""
        on = local_date(now)
        asked = frozenset(people)
        near = await self.twin.near(tx, asked, only=FAMILY_TIES)
        concerned = [(one, child) for one in asked for child in _children_concerned(near, one, on)]
        known = await self._fees_that_may_be_known(tx, near, {child for _, child in concerned}, now)
        return frozenset(one for one, child in concerned if child in known)

    async def _fees_that_may_be_known(
        self, tx: Transaction, near: Neighbourhood, children: Collection[str], now: datetime
    ) -> frozenset[str]:
        """Those of the children for whom incomes may be fetched where they live."""
        on = local_date(now)
        places = {
            one: (await self.determinations.municipality_of(tx, near, one, on)).number for one in children
        }
        asked = {(errand, child, number) for child, number in places.items() for errand in errands()}
        return frozenset(child for _, child, _ in await self._may_fetch(tx, asked, now))


def _children_concerned(near: Neighbourhood, person: str, on: date) -> Iterator[str]:
    """The children with a place, now or later, whose household the person is of, or may be."""
    for child in affected_persons(near, person, on):
        places = near.facts(child, "person.kindergarten_place")
        lasting = [row for row in places if row.valid_to is None or row.valid_to > on]
        adults = household_adults(near, child, on)
        if lasting and (isinstance(adults, Unknown) or person in adults):
            yield child


def _by_source(news: Iterable[News]) -> Mapping[Provenance, Sequence[Statement]]:
    found: dict[Provenance, list[Statement]] = {}
    for one in news:
        for provenance, statements in one.said:
            found.setdefault(provenance, []).extend(statements)
    return found


async def people_without_contact(tx: Transaction) -> list[str]:
    """People about whom the contact register has not been asked yet."""
    known = select(fact.c.subject_id).where(
        fact.c.concept == "person.reserved", fact.c.superseded_at.is_(None)
    )
    rows = await tx.all(_met().where(subject.c.id.not_in(known)))
    return [row["id"] for row in rows]


async def all_people(tx: Transaction) -> list[str]:
    return [row["id"] for row in await tx.all(_met())]


def _met() -> Select[tuple[str]]:
    """The people a register has told us of: not those somebody has only named, as in a mandate."""
    told_of = select(fact.c.subject_id).where(fact.c.concept == "person.birth_date")
    return select(subject.c.id).where(subject.c.kind == "person", subject.c.id.in_(told_of))
