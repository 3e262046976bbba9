"""The days that matter in the years of a family: what begins, changes and ends by law, and by when to act.

Every rule is asked for everybody it can be about, through the whole period, with the facts as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rules.catalogue_loader import Catalogue
from rules.evaluation import NO_SETTINGS
from rules.rule import Rule
from rules.timeline import Stretch, timeline

Kind = Literal["now", "begins", "changes", "deadline", "ends"]
KINDS: tuple[Kind, ...] = ("now", "deadline", "begins", "changes", "ends")
"""In the order they are told on one day."""


@dataclass(frozen=True)
class Member:
    """Somebody, or something, of the family: a name to be told by, a subject type, and what is known."""

    name: str
    kind: str  # 'person', 'vehicle'
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class LifeDay:
    """What a rule says of somebody from a day, or has to be done by that day."""

    day: date
    kind: Kind
    member: str
    rule: Rule
    values: Mapping[str, Any] = field(default_factory=dict)
    told_on: date | None = None  # of a deadline: the day to tell of it

    @property
    def key(self) -> str:
        """What tells it apart, the same each time the family is asked about."""
        return f"{self.rule.id}:{self.member}:{self.kind}:{self.day}"


def life_timeline(
    catalogue: Catalogue,
    members: Iterable[Member],
    first: date,
    until: date,
    settings: Mapping[str, Any] = NO_SETTINGS,
) -> tuple[LifeDay, ...]:
    """The days of [first, until), in order. What is undetermined is no day: nothing is told that is not known.

    That a duty ends is no day either: its deadline was told, and there is nothing to lose.

    Raises `PeriodFault` for a period without days or longer than 120 years, and `FactFault` for facts that
    are not of the information model.
    """
    days = [
        day
        for member in members
        for rule in catalogue.rules.values()
        if _can_be_about(catalogue, rule, member)
        for day in _days(catalogue, rule, member, first, until, settings)
    ]
    return tuple(sorted(days, key=lambda one: (one.day, KINDS.index(one.kind), one.member, one.rule.id)))


def _can_be_about(catalogue: Catalogue, rule: Rule, member: Member) -> bool:
    kind = catalogue.model.subject_type(rule.about)
    return kind is not None and kind.id == member.kind


def _days(
    catalogue: Catalogue, rule: Rule, member: Member, first: date, until: date, settings: Mapping[str, Any]
) -> Iterator[LifeDay]:
    found = timeline(rule, first, until, {rule.about: member.facts}, settings, catalogue)
    before: Stretch | None = None
    told: set[date] = set()
    for stretch in found.stretches:
        if stretch.answer == "yes":
            kind: Kind = "now" if before is None else "changes" if before.answer == "yes" else "begins"
            if kind != "changes" or not _too_late(rule, stretch):
                yield LifeDay(stretch.first, kind, member.name, rule, stretch.values)
            yield from _deadline(rule, member, stretch, told)
        elif before is not None and before.answer == "yes" and stretch.answer == "no" and rule.kind != "duty":
            yield LifeDay(stretch.first, "ends", member.name, rule)
        before = stretch


def _too_late(rule: Rule, stretch: Stretch) -> bool:
    """Has its deadline passed? What changes after that concerns nobody who met it."""
    last = rule.last_day(stretch.values)
    return last is not None and last < stretch.first


def _deadline(rule: Rule, member: Member, stretch: Stretch, told: set[date]) -> Iterator[LifeDay]:
    last = rule.last_day(stretch.values)
    if rule.deadline is None or last is None or last in told or last < stretch.first:
        return
    told.add(last)
    tell = max(rule.deadline.told_from(last), stretch.first)
    yield LifeDay(last, "deadline", member.name, rule, stretch.values, tell)
