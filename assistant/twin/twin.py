"""The face of the twin: record what sources state, and read it back as values, relations and views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from assistant.store import Identities, Transaction
from assistant.store.tables import fact, municipality, subject
from assistant.twin.facts import Provenance, Statement
from assistant.twin.generations import Generation, generation_of
from assistant.twin.household import full_years
from assistant.twin.neighbourhood import (
    _COLUMNS,
    UNKNOWN,
    Fact,
    Neighbourhood,
    Unknown,
    load_neighbourhood,
    load_relations,
)
from assistant.twin.recording import Recorded, record
from assistant.twin.view import View, build_view
from rules import InformationModel

FAMILY = frozenset(
    {
        "person.children",
        "person.parents",
        "person.guardians",
        "person.spouse",
        "person.cohabitant",
        "person.shared_residence",
        "person.kindergarten_place",
        "person.wards",
        "person.mother_of",
        "vehicle.owner",
        "organisation.owners",
    }
)
"""The relations that are followed when the facts around a person are loaded."""

DEPTH = 3
"""Child → parent → the parent's partner and other children → their places: as far as § 3a and § 3d look."""


@dataclass(frozen=True)
class Municipality:
    """A municipality and what law leaves it to settle (zone, rounding, which child is number one …)."""

    number: str
    name: str
    settings: Mapping[str, Any]


_MUNICIPALITY = select(municipality).where(municipality.c.number == bindparam("number"))


@dataclass(frozen=True)
class Twin:
    """Everything is read and written inside the caller's transaction."""

    identities: Identities
    model: InformationModel

    async def record(
        self, tx: Transaction, statements: Iterable[Statement], provenance: Provenance, now: datetime
    ) -> Recorded:
        tx.memory.pop(Twin, None)
        return await record(tx, self.identities, statements, provenance, now)

    async def near(
        self,
        tx: Transaction,
        subjects: Iterable[str],
        *,
        known_at: datetime | None = None,
        only: frozenset[str] | None = None,
    ) -> Neighbourhood:
        """The facts about the subjects and their families, as known now or at an earlier moment.

        `only`: of these concepts (None: of all), where many are asked about and little is wanted of each. Within a
        transaction the database is asked once about the same subjects, or some of them, until something
        is recorded: what was loaded around all of them holds what is around each.
        """
        asked = frozenset(subjects)
        if not asked:
            return Neighbourhood(())
        remembered: dict[Any, Neighbourhood] = tx.memory.setdefault(Twin, {})
        for (around, when, concepts), near in remembered.items():
            if when == known_at and asked <= around and concepts in (None, only):
                return near
        near = await load_neighbourhood(tx, asked, FAMILY, depth=DEPTH, known_at=known_at, only=only)
        remembered[asked, known_at, only] = near
        return near

    async def relations(self, tx: Transaction, subjects: Iterable[str]) -> Sequence[tuple[str, str]]:
        """The two ends of each relation in the families of the subjects: what `near` is about, without its facts."""
        asked = frozenset(subjects)
        found = await load_relations(tx, asked, FAMILY, depth=DEPTH) if asked else ()
        tx.memory.setdefault(Twin.relations, set()).update(found)
        return found

    def close_to(self, tx: Transaction, subjects: Iterable[str]) -> frozenset[str]:
        """Those within two relations of the subjects, as far as this transaction has asked for `relations`.

        Who is about to ask about one of a family, and then about others in it, asks about all of them at once.
        """
        of: dict[str, set[str]] = {}
        for one, other in tx.memory.get(Twin.relations, ()):
            of.setdefault(one, set()).add(other)
            of.setdefault(other, set()).add(one)
        near = set(subjects)
        for _ in range(2):
            near.update(*(of.get(one, ()) for one in near))
        return frozenset(near)

    async def view(
        self,
        tx: Transaction,
        subject_id: str,
        paths: Iterable[str],
        on: date,
        *,
        alias: str = "child",
        kind: str = "person",
        settings: Mapping[str, Any] | None = None,
        known_at: datetime | None = None,
    ) -> View:
        """The subject as a rule sees it on a day. The caller logs the use (`log_usage`)."""
        near = await self.near(tx, [subject_id], known_at=known_at)
        return build_view(near, self.model, subject_id, alias, kind, paths, on, settings or {})

    async def value(self, tx: Transaction, subject_id: str, concept: str, on: date) -> Any:
        """The value on that day: UNKNOWN where nobody has told us, None where it is known to be absent."""
        near = await load_neighbourhood(tx, [subject_id], frozenset(), depth=0)
        return near.value(subject_id, concept, on)

    async def values(
        self, tx: Transaction, subject_id: str, concepts: Iterable[str], on: date
    ) -> Mapping[str, Any]:
        """Several values of one subject at once; those that are unknown are left out."""
        near = await load_neighbourhood(tx, [subject_id], frozenset(), depth=0)
        found = {concept: near.value(subject_id, concept, on) for concept in concepts}
        return {concept: value for concept, value in found.items() if value is not UNKNOWN}

    async def related(self, tx: Transaction, subject_id: str, concept: str, on: date) -> tuple[str, ...]:
        """The subjects at the other end on that day; none where unknown."""
        near = await load_neighbourhood(tx, [subject_id], frozenset(), depth=0)
        others = near.many(subject_id, concept, on)
        return () if isinstance(others, Unknown) else others

    async def wards_of(self, tx: Transaction, person_id: str, on: date) -> tuple[str, ...]:
        """The children under 18 whom the person has parental responsibility for (foreldreansvar)."""
        near = await load_neighbourhood(tx, [person_id], frozenset({"person.guardians"}), depth=1)
        children = near.pointing_at(person_id, "person.guardians", on)
        return tuple(child for child in children if is_minor(near, child, on))

    async def is_guardian(self, tx: Transaction, person_id: str, child_id: str, on: date) -> bool:
        """Whether the person may act for the child: the one place where that is settled."""
        return child_id in await self.wards_of(tx, person_id, on)

    async def facts_of(self, tx: Transaction, subject_id: str) -> Sequence[Fact]:
        """All we hold about a subject now, newest first: what "my data" shows."""
        question = (
            select(*_COLUMNS)
            .where(fact.c.subject_id == subject_id, fact.c.superseded_at.is_(None))
            .order_by(fact.c.concept, fact.c.recorded_at.desc())
        )
        return [Fact._make(row) for row in await tx.rows(question)]

    async def owner_of(self, tx: Transaction, fact_id: str) -> str | None:
        """The person a fact is about, or whose thing (a place, a vehicle) it is; None where there is no such fact."""
        about: str | None = await tx.scalar(select(fact.c.subject_id).where(fact.c.id == fact_id))
        if about is None or await self.kind_of(tx, about) == "person":
            return about
        persons = select(subject.c.id).where(subject.c.kind == "person")
        question = (
            select(fact.c.subject_id, fact.c.object_id)
            .where((fact.c.object_id == about) | (fact.c.subject_id == about))
            .where(fact.c.subject_id.in_(persons) | fact.c.object_id.in_(persons))
            .limit(1)
        )
        row = await tx.first(question)
        return next((end for end in (row or {}).values() if end is not None and end != about), about)

    async def kind_of(self, tx: Transaction, subject_id: str) -> str | None:
        kind: str | None = await tx.scalar(select(subject.c.kind).where(subject.c.id == subject_id))
        return kind

    async def municipality(self, tx: Transaction, number: str) -> Municipality | None:
        """Within a transaction the database is asked once; what a municipality settles is not changed in one."""
        remembered: dict[str, Municipality | None] = tx.memory.setdefault(Municipality, {})
        if number not in remembered:
            row = await tx.first(_MUNICIPALITY, {"number": number})
            remembered[number] = None if row is None else Municipality(**row)
        return remembered[number]

    async def generation(self, tx: Transaction, number: str, errand: str) -> Generation:
        """Who carries the facts of an errand in a municipality."""
        place = await self.municipality(tx, number)
        return generation_of({} if place is None else place.settings, errand)


def is_adult(near: Neighbourhood, person: str, on: date) -> bool:
    """Known to be 18 or more on that day."""
    born = near.value(person, "person.birth_date", on)
    if born is UNKNOWN or born is None:
        return False
    return full_years(date.fromisoformat(str(born)), on) >= 18


def is_minor(near: Neighbourhood, person: str, on: date) -> bool:
    """Under 18 on that day; a person whose birth date nobody has told us is not taken for a child."""
    born = near.value(person, "person.birth_date", on)
    if born is UNKNOWN or born is None:
        return False
    return full_years(date.fromisoformat(str(born)), on) < 18
