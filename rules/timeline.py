"""The stretches of days in which a rule says the same for the same facts, and why each begins.

Reckoned from the rule's own comparisons with the day and the dates in its law: each look tells the first
later day on which anything can turn out otherwise, so the days in between are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rules.asked import Asked
from rules.determination import Answer, LawReference, Texts
from rules.evaluation import NO_SETTINGS, Rules
from rules.rule import Rule
from rules.turning import Turn, outcome, turns

LONGEST = timedelta(days=366 * 120)


class PeriodFault(ValueError):
    """A period no timeline can be made of; the message names the days and the way out."""


@dataclass(frozen=True)
class Coming:
    """Law that is announced, and not yet in force on the day the reader knows of."""

    from_day: date
    announced: date
    rule: str
    what: Texts  # the title of the rule, or of the value of law
    law: tuple[LawReference, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "from": self.from_day,
            "announced": self.announced,
            "rule": self.rule,
            "what": dict(self.what),
            "law": [reference.as_json() for reference in self.law],
        }


@dataclass(frozen=True)
class Stretch:
    """The days [first, until) with one answer, one set of values and one list of what is missing for them."""

    first: date
    until: date  # the day after the last
    answer: Answer
    values: Mapping[str, Any]
    missing: tuple[str, ...] = ()
    why: tuple[Turn, ...] = ()  # why it begins; nothing for the first, which begins with the period
    coming: tuple[Coming, ...] = ()  # the announced law it begins with, while that is not in force yet

    def as_json(self) -> dict[str, Any]:
        return {
            "from": self.first,
            "to": self.until,
            "answer": self.answer,
            "values": dict(self.values),
            "missing": list(self.missing),
            "why": [turn.as_json() for turn in self.why],
            "coming": [law.as_json() for law in self.coming],
        }


@dataclass(frozen=True)
class Timeline:
    """What a rule says for a subject through a period, as the facts are now."""

    rule: str
    rule_version: str
    first: date
    until: date
    known_on: date
    stretches: tuple[Stretch, ...]
    coming: tuple[Coming, ...] = field(default=())  # also what begins after the period

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "rule_version": self.rule_version,
            "from": self.first,
            "to": self.until,
            "known_on": self.known_on,
            "stretches": [stretch.as_json() for stretch in self.stretches],
            "coming": [law.as_json() for law in self.coming],
        }


def timeline(
    rule: Rule,
    first: date,
    until: date,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any] = NO_SETTINGS,
    catalogue: Rules | None = None,
    *,
    known_on: date | None = None,
) -> Timeline:
    """The stretches of the days [first, until). `known_on`: the reader's day, by default the first.

    The facts are taken as they are through the whole period. Raises `PeriodFault` for a period without days or
    longer than 120 years, `FactFault` and `FeelError` as `determine` does.
    """
    if until <= first:
        raise PeriodFault(f"the period from {first} to {until} has no days: give a later day to end before")
    if until - first > LONGEST:
        raise PeriodFault(f"the period from {first} to {until} is longer than 120 years: ask for less")
    asked = Asked.of(rule, facts, settings, catalogue)
    today = known_on or first
    coming = tuple(sorted(_coming(asked, today), key=lambda law: (law.from_day, law.rule)))
    return Timeline(
        rule.id, rule.version, first, until, today, tuple(_stretches(asked, first, until, coming)), coming
    )


def _stretches(asked: Asked, first: date, until: date, coming: tuple[Coming, ...]) -> Iterator[Stretch]:
    begins, judged = first, asked.at(first)
    look = judged.next_look
    while look is not None and look < until:
        later = asked.at(look)
        if outcome(later) != outcome(judged):
            yield _stretch(asked, begins, look, first, coming)
            begins, judged = look, later
        look = later.next_look
    yield _stretch(asked, begins, until, first, coming)


def _stretch(asked: Asked, begins: date, until: date, first: date, coming: tuple[Coming, ...]) -> Stretch:
    judged = asked.at(begins)
    why = turns(asked, begins) if begins > first else ()
    new = {(turn.rule, turn.announced) for turn in why if turn.announced}
    return Stretch(
        begins,
        until,
        judged.answer,
        judged.values,
        judged.missing,
        why,
        tuple(law for law in coming if law.from_day == begins and (law.rule, law.announced) in new),
    )


def _coming(asked: Asked, today: date) -> Iterator[Coming]:
    """The law of the rule, and of those it uses, that is announced by a day and begins after it."""
    for rule in asked.every_rule():
        for period in rule.in_force:
            if rule.announced and rule.announced <= today < period.first:
                yield Coming(period.first, rule.announced, rule.id, rule.title, rule.law)
        for parameter in rule.parameters:
            for value in parameter.values:
                applies = asked.value_at(rule, parameter, value.period.first) is value
                if applies and value.announced and value.announced <= today < value.period.first:
                    yield Coming(value.period.first, value.announced, rule.id, parameter.title, rule.law)
