"""From changed determinations to planned guidance: whom to tell what, once, in whichever ways are open. Pure.

What decides is not what the computer thought yesterday but what the person was last told: a right that was
undetermined for an hour while a register was asked is neither lost nor found again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assistant.determinations import DeterminationChange
from assistant.guidance.content import content_of, questions, spoken_of
from assistant.guidance.once import first_of_each, twins
from assistant.guidance.people import Circle, Person
from assistant.guidance.tact import ON_PAPER, Telling, telling
from assistant.guidance.wishes import Way, Wish, as_wished, way_for
from assistant.store.columns import to_json
from rules import Catalogue, Matter, Rule

STANDS = frozenset({"right_found", "right_changed"})
"""Kinds after which a person counts on having the right."""

KNOWN = STANDS | {"flag_set"}
"""With those told so by a decision they did not have to ask for."""

FROM_DETERMINATIONS = STANDS | {"right_lost", "right_possible", "facts_missing"}
"""The kinds that say what a determination says, and are overtaken by the next one."""


@dataclass(frozen=True)
class Told:
    """What a person was last told about a rule for a subject, and has not been taken back."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    begins: date | None = None  # where it was told as something to come


NO_WISHES: Mapping[str, Sequence[Wish]] = {}


@dataclass(frozen=True)
class PlannedGuidance:
    """One thing to tell one person. Written and sent elsewhere."""

    person: Person
    subject_id: str
    kind: str
    rule: str
    cause: str
    determination_id: str | None
    telling: Telling
    content: Mapping[str, Any]
    way: Way = "tell"  # 'act': the assistant is to walk the errand first, and tells of that


ToldTo = Mapping[tuple[str, str, str], Told]
"""(person id, subject id, rule id) → what was last told."""


def is_told(rule: Rule) -> bool:
    """Whether people are told of the rule by itself: those one can do something about.

    A discount that the municipality gives of its own accord, and a rule that only sums others up, are part of
    what is told about the right they belong to.
    """
    return bool(rule.told_to) and bool(rule.process)


def kind_of(
    change: DeterminationChange, told: Told | None, asked: tuple[str, ...], on: date, *, later: bool
) -> str | None:
    """What the change means, on that day, to somebody who was last told `told`; None: nothing to say.

    `later`: the registers are asked only when one applies, so what they would say is not waited for.
    """
    after = change.after
    stands = told is not None and told.kind in KNOWN
    if after.answer == "yes":
        if not stands:
            return "right_found"
        assert told is not None
        same = _same(told.values, spoken_of(after.values)) and not _moved(told.begins, after.on, on)
        return None if same else "right_changed"
    if after.answer == "no":
        if stands:
            return "right_lost"
        return "right_possible" if after.discretion and not _told(told, "right_possible") else None
    if asked and len(asked) == len(after.missing):  # no register can tell: only people can
        known = told is not None and told.kind == "facts_missing" and set(asked) <= set(told.asked)
        return None if known else "facts_missing"
    open_question = bool(after.discretion) or later
    if open_question and not stands and not _told(told, "right_possible"):
        return "right_possible"
    return None


def _heard_of_a_twin(
    change: DeterminationChange, kind: str, told: ToldTo, catalogue: Catalogue, person_id: str
) -> bool:
    """Whether the person has heard just this of a rule that reads the same."""
    earlier = (
        told.get((person_id, change.subject_id, twin))
        for twin in twins(catalogue, catalogue.rules[change.rule])
    )
    values = spoken_of(change.after.values)
    return any(one is not None and one.kind == kind and _same(one.values, values) for one in earlier)


def _says(change: DeterminationChange, catalogue: Catalogue) -> str:
    """What the change says to its reader."""
    title = dict(catalogue.rules[change.rule].title)
    return to_json([title, change.after.answer, spoken_of(change.after.values), change.after.missing])


def _moved(said: date | None, begins: date, on: date) -> bool:
    """Does it begin on another day than was said, where one of the days is still to come?"""
    return begins != (said or on) and max(begins, said or on) > on


def _told(told: Told | None, kind: str) -> bool:
    return told is not None and told.kind == kind


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(json.loads(to_json(one)) == json.loads(to_json(other)))


def plan(
    changes: Sequence[DeterminationChange],
    circles: Mapping[tuple[str, str], Circle],
    told: ToldTo,
    records: Mapping[str, Mapping[str, Any]],
    catalogue: Catalogue,
    on: date,
    asked_later: Collection[tuple[str, str]] = (),
    wishes: Mapping[str, Sequence[Wish]] = NO_WISHES,
) -> tuple[PlannedGuidance, ...]:
    """What to tell of these changes, made together: one guidance a person, subject, kind and errand.

    `circles`: (subject id, the rule's `told_to`) → circle. Only the first guidance to a person has a notice
    by email or SMS: one knock on the door is enough for all that waits behind it. `asked_later`: (municipality,
    errand) where the registers are asked only when one applies. `wishes`: person id → what they have chosen.
    """
    groups: dict[tuple[str, str, str, str, Telling, Way], list[DeterminationChange]] = defaultdict(list)
    people: dict[tuple[str, str], tuple[Person, str]] = {}
    for change in changes:
        rule = catalogue.rules[change.rule]
        circle = circles.get((change.subject_id, rule.told_to))
        if circle is None or not is_told(rule):
            continue
        asked = questions(catalogue.model, change.after.missing)
        for person in circle.recipients:
            if change.cause == f"person:{person.id}":
                continue  # who told us sees the answer where they told it
            before = told.get((person.id, change.subject_id, change.rule))
            later = (change.municipality, rule.process) in asked_later
            kind = kind_of(change, before, asked, on, later=later)
            if kind is None or _heard_of_a_twin(change, kind, told, catalogue, person.id):
                continue
            matter = Matter(rule.id, rule.kind, kind, about=rule.about)
            how = telling(catalogue.tact, person, circle.subject, circle.others, matter, on)
            way = way_for(wishes.get(person.id, ()), rule.id, kind, rule.process)
            if how.silent or way == "nothing":
                continue
            people[person.id, change.subject_id] = (person, circle.name)
            groups[person.id, change.subject_id, kind, rule.process, how, way].append(change)
    planned: list[PlannedGuidance] = []
    knocked: Knocked = set()
    for (person_id, subject_id, kind, _, how, way), together in groups.items():
        person, name = people[person_id, subject_id]
        ranked = sorted(
            together, key=lambda change: (not _in_money(catalogue.rules[change.rule]), change.rule)
        )
        ordered = first_of_each(ranked, [_says(change, catalogue) for change in ranked])
        planned.append(
            PlannedGuidance(
                person=person,
                subject_id=subject_id,
                kind=kind,
                rule=ordered[0].rule,
                cause=once(ordered[0]),
                determination_id=ordered[0].determination_id,
                telling=how if acts(how, way) else knock(how, person_id, knocked),
                content=as_wished(
                    content_of(
                        catalogue,
                        ordered,
                        _summing_up(ordered, changes, catalogue),
                        records,
                        person_id=person_id,
                        subject_name=name,
                        municipality=ordered[0].municipality,
                        today=on,
                    ),
                    way,
                ),
                way="act" if acts(how, way) else "tell",
            )
        )
    return tuple(planned)


def acts(how: Telling, way: Way) -> bool:
    """Whether the assistant walks the errand: as wished, and the person can be told of it here."""
    return way == "act" and how.by_hand is None and bool(how.channels)


Knocked = set[tuple[str, date | None]]
"""Who has a notice of something already, and on what later day if it waits: what is told now has one of its own."""


def knock(how: Telling, person_id: str, knocked: Knocked) -> Telling:
    """The way without a notice where the person has one on the same day already: `knocked` grows."""
    then = (person_id, how.not_before)
    if then in knocked and how.channels:
        return replace(how, channels=("chat",), because=("told_with_another",))
    if how.notice:
        knocked.add(then)
    return how


def strictest(ways: Collection[Telling]) -> Telling:
    """How several things that are told together may be told: as the one that asks most.

    A human must think of it; a human sends it; nothing is said; it waits, the longest first.
    """

    def asks(way: Telling) -> tuple[bool, bool, bool, date]:
        withheld = way.by_hand not in (None, ON_PAPER)
        return withheld, way.by_hand is not None, way.silent is not None, way.not_before or date.min

    return max(ways, key=asks)


def once(change: DeterminationChange) -> str:
    """The cause that makes a guidance unique.

    A register's event is handled once. Other causes ('income:<id>', 'clock:<day>') may come again with other
    news, so the determination tells them apart.
    """
    if change.cause.startswith("inbox:"):
        return change.cause
    return f"{change.cause}:{change.determination_id}"


def _in_money(rule: Rule) -> bool:
    return any(definition.unit.startswith("NOK") for definition in rule.outcome)


def _summing_up(
    told: Sequence[DeterminationChange], changes: Iterable[DeterminationChange], catalogue: Catalogue
) -> list[DeterminationChange]:
    """The changes of rules that take up the outcome of a rule told of, for the same subject."""
    mine = {change.rule for change in told}
    return [
        change
        for change in changes
        if change.subject_id == told[0].subject_id
        and change.rule not in mine
        and mine & set(catalogue.rules[change.rule].uses.values())
        and not is_told(catalogue.rules[change.rule])
    ]
