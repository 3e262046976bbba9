"""The facts about a person and those around them, in memory, as known at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from assistant.store import Transaction
from assistant.store.asking import among
from assistant.store.tables import fact, restriction, subject


class Unknown(Enum):
    """No source has told us. Not zero, not false, not null (which is: known to be absent)."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("unknown is neither true nor false: compare with `is UNKNOWN`")


UNKNOWN: Final = Unknown.UNKNOWN

TOLD_BY_PERSON = "person"

INVERSE: Final = {
    "person.wards": "person.guardians",
    "person.children": "person.parents",
}
"""Relations that are told from both sides, and one side may be told before the other."""


class Fact(NamedTuple):
    """One row of the twin: the value of a concept for a subject, from–to, with where it comes from.

    A tuple, for thousands are made in a moment.
    """

    id: str
    subject_id: str
    concept: str
    scope: str
    value: Any
    object_id: str | None
    valid_from: date | None
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    source: str
    basis: str
    detail: Mapping[str, Any]

    def holds_on(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )

    @property
    def rank(self) -> tuple[bool, date, datetime]:
        """The better fact is last: a register before a person's word, then what began or was learnt last."""
        return (self.source != TOLD_BY_PERSON, self.valid_from or date.min, self.recorded_at)


_COLUMNS = [fact.c[name] for name in Fact._fields]


class Neighbourhood:
    """Questions about loaded facts. Pure: the same facts and date give the same answer."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._of: dict[tuple[str, str], list[Fact]] = {}
        self._towards: dict[tuple[str, str], list[Fact]] = {}
        self._about: dict[str, list[Fact]] = {}
        seen: set[str] = set()
        for row in facts:
            if row.id in seen:
                continue
            seen.add(row.id)
            self._of.setdefault((row.subject_id, row.concept), []).append(row)
            self._about.setdefault(row.subject_id, []).append(row)
            if row.object_id is not None:
                self._towards.setdefault((row.object_id, row.concept), []).append(row)

    def instead(self, old: Fact, new: Fact | None) -> Neighbourhood:
        """The same facts with one as somebody says it should be, or (None) without it: what if?"""
        every = (row for rows in self._about.values() for row in rows if row.id != old.id)
        return Neighbourhood([*every, *([new] if new is not None else [])])

    def facts(self, subject_id: str, concept: str) -> Sequence[Fact]:
        return self._of.get((subject_id, concept), ())

    def about(self, subject_id: str) -> tuple[Fact, ...]:
        """Everything loaded about a subject, concept by concept, each in the order it was learnt."""
        found = self._about.get(subject_id, ())
        return tuple(sorted(found, key=lambda row: (row.concept, row.recorded_at, row.id)))

    def subjects(self) -> frozenset[str]:
        """Everybody and everything a loaded fact is about or speaks of."""
        return frozenset(self._about.keys() | {end for end, _ in self._towards})

    def best(self, subject_id: str, concept: str, on: date) -> Fact | None:
        """The fact that answers for the concept on that day, or None where nobody has told us."""
        holding = [row for row in self.facts(subject_id, concept) if row.holds_on(on)]
        return max(holding, key=lambda row: row.rank) if holding else None

    def value(self, subject_id: str, concept: str, on: date) -> Any:
        row = self.best(subject_id, concept, on)
        return UNKNOWN if row is None else row.value

    def one(self, subject_id: str, concept: str, on: date) -> str | Unknown | None:
        """The subject at the other end; None where there is known to be none."""
        row = self.best(subject_id, concept, on)
        return UNKNOWN if row is None else row.object_id

    def many(self, subject_id: str, concept: str, on: date) -> tuple[str, ...] | Unknown:
        """The subjects at the other end on that day; an empty tuple where there are known to be none."""
        rows = self.facts(subject_id, concept)
        if not rows:
            return UNKNOWN
        return tuple(dict.fromkeys(row.object_id for row in rows if row.object_id and row.holds_on(on)))

    def either_way(self, subject_id: str, concept: str, on: date) -> tuple[str, ...] | Unknown:
        """As `many`, with those who say the same from their side: a child whose guardian one is, is one's ward."""
        told = self.many(subject_id, concept, on)
        inverse = INVERSE.get(concept)
        others = self.pointing_at(subject_id, inverse, on) if inverse else ()
        if isinstance(told, Unknown):
            return others or UNKNOWN
        return tuple(dict.fromkeys((*told, *others)))

    def pointing_at(self, object_id: str, concept: str, on: date) -> tuple[str, ...]:
        rows = self._towards.get((object_id, concept), ())
        return tuple(dict.fromkeys(row.subject_id for row in rows if row.holds_on(on)))

    def facts_towards(self, object_id: str, concept: str) -> Sequence[Fact]:
        return self._towards.get((object_id, concept), ())

    def turning_days(self, subject_id: str, after: date, names: frozenset[str] | None = None) -> set[date]:
        """The later days on which some loaded fact about the subject begins or stops to hold.

        `names`: only attributes of these names (None: all).
        """
        rows = [
            row
            for row in self._about.get(subject_id, ())
            if names is None or row.concept.partition(".")[2] in names
        ]
        days = [day for row in rows for day in (row.valid_from, row.valid_to)]
        return {day for day in days if day is not None and day > after}


def was_known(known_at: datetime | BindParameter[datetime] | None) -> ColumnElement[bool]:
    """That a fact was known at a moment: learnt by then and not yet unlearnt. None: known now."""
    if known_at is None:
        return fact.c.superseded_at.is_(None)
    return and_(
        fact.c.recorded_at <= known_at,
        or_(fact.c.superseded_at.is_(None), fact.c.superseded_at > known_at),
    )


NEVER_RESTRICTED: Final = frozenset(
    {
        "person.name",
        "person.birth_date",
        "person.death_date",
        "person.residence_status",
        "person.address_protection",
        "person.reserved",
        "person.under_guardianship",
        "person.parents",
        "person.children",
        "person.guardians",
        "person.wards",
        "person.mother_of",
    }
)
"""What tells who may see and act for whom, and whom to protect. It goes on being used while somebody asks for a
restriction: for the rights of another person (the General Data Protection Regulation article 18 no. 2)."""


def is_in_use() -> ColumnElement[bool]:
    """A fact whose use is not restricted now (article 18). The one place where a restriction is kept to."""
    restricted = exists().where(
        restriction.c.subject_id == fact.c.subject_id,
        restriction.c.concept == fact.c.concept,
        restriction.c.until.is_(None),
        restriction.c.concept.not_in(sorted(NEVER_RESTRICTED)),
    )
    return ~restricted


async def load_neighbourhood(
    tx: Transaction,
    start: Iterable[str],
    relations: frozenset[str],
    *,
    depth: int,
    known_at: datetime | None = None,
    only: frozenset[str] | None = None,
) -> Neighbourhood:
    """Load the facts about subjects and about those within `depth` relations of them.

    `only`: of these concepts (None: of all). `known_at`: as we knew it then (None: as we know it now). What is
    restricted now is not loaded: for a rule it is unknown. What was known then is loaded whole, so that a past
    decision can be explained as it was made.
    """
    values: dict[str, Any] = {"start": sorted(start), "relations": sorted(relations), "depth": depth}
    if known_at is not None:
        values["known_at"] = known_at
    if only is not None:
        values["only"] = sorted(only)
    question = _within_reach(known_at is None, only is not None, _on_postgresql(tx))
    rows = await tx.rows(question, values)
    return Neighbourhood(map(Fact._make, rows))


async def load_relations(
    tx: Transaction, start: Iterable[str], relations: frozenset[str], *, depth: int
) -> Sequence[tuple[str, str]]:
    """The two ends of each relation around the subjects that `load_neighbourhood` would follow, as known now.

    Of relations too whose use is restricted: who belongs together is asked so as to keep people apart.
    """
    values = {"start": sorted(start), "relations": sorted(relations), "depth": depth}
    return [(one, other) for one, other in await tx.rows(_relations_within_reach(_on_postgresql(tx)), values)]


@cache
def _within_reach(now: bool, some: bool, on_postgresql: bool) -> Select[Any]:
    """The facts about whoever is reached from `start` in at most `depth` steps along `relations`, either way.

    In one order whenever one asks: two facts of the same rank are told apart by it.
    """
    held = _held(now)
    is_near = _is_near(held, on_postgresql)
    # Two questions rather than one with `or`, for which PostgreSQL would read the whole table.
    wanted = and_(held, fact.c.concept.in_(among("only"))) if some else held
    about = select(*_COLUMNS).where(is_near(fact.c.subject_id), wanted)
    towards = select(*_COLUMNS).where(is_near(fact.c.object_id), _ALONG, wanted)
    both = about.union_all(towards).subquery()
    return select(both).order_by(both.c.recorded_at, both.c.id)


@cache
def _relations_within_reach(on_postgresql: bool) -> CompoundSelect[Any]:
    held = was_known(None)
    is_near = _is_near(held, on_postgresql)
    ends = select(fact.c.subject_id, fact.c.object_id).where(_ALONG, fact.c.object_id.is_not(None), held)
    return ends.where(is_near(fact.c.subject_id)).union(ends.where(is_near(fact.c.object_id)))


_ALONG = fact.c.concept.in_(among("relations"))


def _on_postgresql(tx: Transaction) -> bool:
    return tx.connection.dialect.name == "postgresql"


def _held(now: bool) -> ColumnElement[bool]:
    if now:
        return and_(was_known(None), is_in_use())
    return was_known(bindparam("known_at", type_=fact.c.recorded_at.type))


def _is_near(
    held: ColumnElement[bool], on_postgresql: bool
) -> Callable[[ColumnElement[Any]], ColumnElement[bool]]:
    """Whether a column is somebody who is reached.

    PostgreSQL has its own form, in which it walks indexes whatever it believes of how many there will be: the two
    directions are two questions, and those reached an array.
    """
    reached = (
        select(subject.c.id.label("id"), literal(0).label("step"))
        .where(subject.c.id.in_(among("start")))
        .cte("reached", recursive=True)
    )
    relation = and_(_ALONG, fact.c.object_id.is_not(None), held)
    if on_postgresql:
        onwards = select(fact.c.object_id.label("id")).where(fact.c.subject_id == reached.c.id, relation)
        backwards = select(fact.c.subject_id).where(fact.c.object_id == reached.c.id, relation)
        others = onwards.union_all(backwards).lateral()
        step = select(others.c.id, reached.c.step + 1).join_from(reached, others, true())
    else:
        other_end = case((fact.c.subject_id == reached.c.id, fact.c.object_id), else_=fact.c.subject_id)
        either = or_(fact.c.subject_id == reached.c.id, fact.c.object_id == reached.c.id)
        step = select(other_end, reached.c.step + 1).join_from(reached, fact, either).where(relation)
    reached = reached.union(step.where(reached.c.step < bindparam("depth")))
    everybody = select(reached.c.id).distinct().scalar_subquery()
    if on_postgresql:
        return lambda column: column == any_(func.array(everybody))
    return lambda column: column.in_(everybody)
