"""What matters now without anything having to be applied for here: what a life event brings, a deadline that nears.

Pure. Quiet until it matters: a right is told when the event happens that makes it one's own, a duty when its day is
near; all else is answered when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from assistant.determinations import DeterminationChange
from assistant.guidance import wording
from assistant.guidance.content import content_of, item_of, plain
from assistant.guidance.once import first_of_each, matter_of, twins
from assistant.guidance.people import Circle, Person
from assistant.guidance.planning import NO_WISHES, Knocked, PlannedGuidance, knock
from assistant.guidance.tact import Telling, telling
from assistant.guidance.wishes import Wish, as_wished, way_for
from rules import Catalogue, Matter, Rule

LIFE_EVENT, DEADLINE_NEAR = "life_event", "deadline_near"

IS_NEWS_AGAIN = timedelta(days=365)
"""What was told for one life event is told for another after so long: a second job lost, a second child."""


@dataclass(frozen=True)
class LifeEventRow:
    """A life event as kept, whose day to be told of has come."""

    id: str
    kind: str
    subject_id: str
    occurred_on: date


@dataclass(frozen=True)
class ToldBefore:
    """What a person has been told of a rule and a subject for a life event or a deadline."""

    kind: str
    answer: str
    deadline: date | None
    at: date
    values: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""

    @property
    def item_deadline(self) -> str | None:
        return None if self.deadline is None else self.deadline.isoformat()


ToldItems = Mapping[tuple[str, str, str], Sequence[ToldBefore]]
"""(person id, subject id, rule id) → what was told, the oldest first."""

Circles = Mapping[tuple[str, str], Circle]
Records = Mapping[str, Mapping[str, Any]]


def life_event_cause(event: LifeEventRow) -> str:
    """What makes guidance of it unique: a death that was a mistake, and one that was not, have days of their own."""
    return f"{LIFE_EVENT}:{event.id}:{event.occurred_on}"


def deadline_cause(last: date | None) -> str:
    return f"{DEADLINE_NEAR}:{last}"


def plan_life_events(
    events: Sequence[LifeEventRow],
    said: Sequence[DeterminationChange],
    circles: Circles,
    told: ToldItems,
    records: Records,
    catalogue: Catalogue,
    on: date,
    wishes: Mapping[str, Sequence[Wish]] = NO_WISHES,
) -> tuple[PlannedGuidance, ...]:
    """One guidance a person and subject, with all that is, or may be, theirs; nothing they have heard.

    In the order the events' files have them. What is *no* is left out; what hangs on something we do not know is
    told as something that may be. Events of one morning about the same subject are told together.
    """
    groups: dict[tuple[str, str, Telling], list[tuple[LifeEventRow, DeterminationChange]]] = defaultdict(list)
    people: dict[tuple[str, str], tuple[Person, str]] = {}
    for event in events:
        for change in _brought(event, catalogue.life_events[event.kind].brings, said):
            rule = catalogue.rules[change.rule]
            circle = circles.get((change.subject_id, rule.told_to))
            deadline = rule.last_day(change.after.values)
            if circle is None or (deadline is not None and deadline < on):
                continue
            for person in circle.recipients:
                matter = Matter(rule.id, rule.kind, LIFE_EVENT, about=rule.about)
                how = telling(catalogue.tact, person, circle.subject, circle.others, matter, on)
                earlier = _told_of(told, catalogue, person.id, change.subject_id, rule)
                if way_for(wishes.get(person.id, ()), rule.id, LIFE_EVENT) == "nothing":
                    continue
                if how.silent or any(_same(one, rule, change, event, on) for one in earlier):
                    continue
                people[person.id, event.subject_id] = (person, circle.name)
                groups[person.id, event.subject_id, how].append((event, change))
    planned: list[PlannedGuidance] = []
    knocked: Knocked = set()
    for (person_id, subject_id, way), found in groups.items():
        person, name = people[person_id, subject_id]
        brought = list({change.rule: change for _, change in found}.values())
        says = [matter_of(plain(item_of(catalogue.rules[one.rule], one.after))) for one in brought]
        together = first_of_each(brought, says)
        first = catalogue.life_events[found[0][0].kind]
        wished = way_for(wishes.get(person_id, ()), together[0].rule, LIFE_EVENT)
        content = as_wished(_content(catalogue, together, records, person_id, name, on), wished)
        opening = {
            language: _opened(text.format(name=name or wording.word("nameless", language)))
            for language, text in first.opening.items()
        }
        behind = list(dict.fromkeys(event for event, _ in found))
        planned.append(
            PlannedGuidance(
                person=person,
                subject_id=subject_id,
                kind=LIFE_EVENT,
                rule=together[0].rule,
                cause=life_event_cause(behind[0]),
                determination_id=together[0].determination_id,
                telling=knock(way, person_id, knocked),
                content={**content, "opening": opening, "life_events": [event.id for event in behind]},
            )
        )
    return tuple(planned)


def _told_of(
    told: ToldItems, catalogue: Catalogue, person_id: str, subject_id: str, rule: Rule
) -> list[ToldBefore]:
    """What the person has been told of the rule and the subject, or of a rule that reads the same."""
    same = (rule.id, *twins(catalogue, rule))
    return [one for rule_id in same for one in told.get((person_id, subject_id, rule_id), ())]


def _same(before: ToldBefore, rule: Rule, change: DeterminationChange, event: LifeEventRow, on: date) -> bool:
    """Has this been told, in the same words, so lately that it is no news?

    What was told when the event was thought to have happened on another day was told by mistake.
    """
    if before.cause.startswith(f"{LIFE_EVENT}:{event.id}:") and before.cause != life_event_cause(event):
        return False
    item = plain(item_of(rule, change.after))
    said = (item["answer"], item["deadline"], item["values"])
    return said == (before.answer, before.item_deadline, before.values) and on - before.at < IS_NEWS_AGAIN


def _opened(text: str) -> str:
    return text[:1].upper() + text[1:]


def _brought(
    event: LifeEventRow, brings: Sequence[str], said: Sequence[DeterminationChange]
) -> Iterable[DeterminationChange]:
    by_rule = {one.rule: one for one in said if one.subject_id == event.subject_id}
    found = (by_rule[rule] for rule in brings if rule in by_rule)
    return (one for one in found if one.after.answer != "no")


def nearing(change: DeterminationChange, rule: Rule, on: date) -> date | None:
    """The last day to act, where it is now time to tell of it."""
    last = rule.last_day(change.after.values)
    if rule.deadline is None or last is None or change.after.answer != "yes":
        return None
    return last if rule.deadline.told_from(last) <= on <= last else None


def plan_deadlines(
    said: Sequence[DeterminationChange],
    circles: Circles,
    told: ToldItems,
    records: Records,
    catalogue: Catalogue,
    on: date,
    wishes: Mapping[str, Sequence[Wish]] = NO_WISHES,
) -> tuple[PlannedGuidance, ...]:
    """One guidance a person and deadline, once; none where a life event told of it while it was near."""
    planned: list[PlannedGuidance] = []
    knocked: Knocked = set()
    heard_now: set[tuple[str, str, str]] = set()
    for change in said:
        rule = catalogue.rules[change.rule]
        says = matter_of(plain(item_of(rule, change.after)))
        circle, last = circles.get((change.subject_id, rule.told_to)), nearing(change, rule, on)
        if circle is None or last is None or rule.deadline is None:
            continue
        for person in circle.recipients:
            matter = Matter(rule.id, rule.kind, DEADLINE_NEAR, about=rule.about)
            how = telling(catalogue.tact, person, circle.subject, circle.others, matter, on)
            earlier = _told_of(told, catalogue, person.id, change.subject_id, rule)
            heard = any(
                one.deadline == last
                and (one.kind == DEADLINE_NEAR or one.at >= rule.deadline.told_from(last))
                for one in earlier
            )
            wished = way_for(wishes.get(person.id, ()), rule.id, DEADLINE_NEAR)
            now = (person.id, change.subject_id, says)
            if how.silent or heard or wished == "nothing" or now in heard_now:
                continue
            heard_now.add(now)
            content = _content(catalogue, [change], records, person.id, _of_whom(circle, person), on)
            planned.append(
                PlannedGuidance(
                    person=person,
                    subject_id=change.subject_id,
                    kind=DEADLINE_NEAR,
                    rule=rule.id,
                    cause=deadline_cause(last),
                    determination_id=change.determination_id,
                    telling=knock(how, person.id, knocked),
                    content={**as_wished(content, wished), "due_on": last},
                )
            )
    return tuple(planned)


def _of_whom(circle: Circle, person: Person) -> str:
    """Whose deadline it is, where it is not the person's own."""
    return "" if circle.subject is not None and circle.subject.id == person.id else circle.name


def _content(
    catalogue: Catalogue,
    together: Sequence[DeterminationChange],
    records: Records,
    person_id: str,
    name: str,
    on: date,
) -> dict[str, Any]:
    content = content_of(
        catalogue,
        together,
        [],
        records,
        person_id=person_id,
        subject_name=name,
        municipality=together[0].municipality,
        today=on,
    )
    items = [item_of(catalogue.rules[one.rule], one.after) for one in together]
    return {**content, "items": items, "determinations": [one.determination_id for one in together]}
