"""A rule as it stands in the catalogue: its law, dated parameters, conditions, outcome, texts and tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from rules.determination import LawReference, Texts
from rules.fact_paths import fact_paths
from rules.feel import Expression
from rules.feel.temporal import plus_months
from rules.model import InformationModel
from rules.parameter import Parameter, Period
from rules.regions import ComparedFacts
from rules.watched_day import TODAY

Kind = Literal["right", "duty", "benefit"]
KINDS: tuple[Kind, ...] = ("right", "duty", "benefit")


@dataclass(frozen=True)
class Setting:
    """What law leaves to the municipality, with the value used where it has set none."""

    name: str
    default: Any
    title: Texts
    choices: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Definition:
    """A named expression: of `where`, or one value of the outcome."""

    name: str
    expression: Expression
    unit: str = ""
    title: Texts = field(default_factory=dict)
    line: int = 0
    called: Texts = field(default_factory=dict)  # within a sentence, with its article: 'a household income'


@dataclass(frozen=True)
class Condition:
    id: str
    that: Expression
    text: Texts
    law: tuple[LawReference, ...]
    line: int = 0


@dataclass(frozen=True)
class DiscretionItem:
    """A question for a case worker, raised when `when` holds."""

    id: str
    when: Expression
    text: Texts
    law: tuple[LawReference, ...]
    line: int = 0


@dataclass(frozen=True)
class Appeal:
    to: str  # 'county_governor'
    within: str  # an ISO 8601 duration: 'P3W'
    law: tuple[LawReference, ...] = ()


ComesAbout = Literal["automatic", "application", "duty", "in_person"]
COMES_ABOUT: tuple[ComesAbout, ...] = ("automatic", "application", "duty", "in_person")
"""Of itself; when it is applied for; as something that has to be done; when one meets in person."""


@dataclass(frozen=True)
class Deadline:
    """The last day to do something is a date of the outcome; people hear of it so long before."""

    value: str  # the name of the outcome's value
    told_before: str  # an ISO 8601 duration: 'P2M'
    line: int = 0

    def told_from(self, last: date) -> date:
        """The day to tell of it, of the last day to do it.

        >>> Deadline("apply_by", "P2M").told_from(date(2026, 4, 30))
        datetime.date(2026, 2, 28)
        """
        day = last
        for number, unit in re.findall(r"(\d+)([YMWD])", self.told_before):
            if unit in "YM":
                day = plus_months(day, -int(number) * (12 if unit == "Y" else 1)) or day
            else:
                day -= timedelta(days=int(number) * (7 if unit == "W" else 1))
        return day


@dataclass(frozen=True)
class RuleTest:
    """An example the rule must answer as its author says, and why."""

    name: str
    on: date
    given: Mapping[str, Any]
    settings: Mapping[str, Any]
    expect: Mapping[str, Any]  # answer, missing, changes_on, discretion, and values of the outcome by name
    because: str
    line: int = 0


@dataclass(frozen=True)
class Rule:
    """One right, duty or benefit. `version` is a hash of the text, so the same text is the same version."""

    id: str
    version: str
    kind: Kind
    title: Texts
    summary: Texts
    authority: str
    about: str
    told_to: str
    law: tuple[LawReference, ...]
    in_force: tuple[Period, ...]
    announced: date | None
    parameters: tuple[Parameter, ...]
    settings: tuple[Setting, ...]
    uses: Mapping[str, str]  # the name here → the id of the rule whose answer and outcome it stands for
    where: tuple[Definition, ...]
    conditions: tuple[Condition, ...]
    outcome: tuple[Definition, ...]
    discretion: tuple[DiscretionItem, ...]
    appeal: Appeal | None
    process: str
    comes_about: ComesAbout | None
    next_step: Texts  # what the person does, in plain words; empty where there is nothing to do
    deadline: Deadline | None
    known_gaps: tuple[Texts, ...]  # what its sources do not say, shown to whoever asks
    asked: Mapping[str, tuple[str, ...]]  # language → what people write who look for it
    tests: tuple[RuleTest, ...]
    model: InformationModel = field(repr=False)
    text: str = field(repr=False)
    filename: str = ""

    @property
    def expressions(self) -> Iterator[Expression]:
        for definition in (*self.where, *self.outcome):
            yield definition.expression
        for condition in self.conditions:
            yield condition.that
        for item in self.discretion:
            yield item.when

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The fact paths its own expressions read, in the order of the file, each once: 'child.birth_date' …

        What the rules it uses read is in `Catalogue.paths`.
        """
        found = (path for expression in self.expressions for path in self._facts(expression, self._named))
        return tuple(dict.fromkeys(found))

    @cached_property
    def condition_paths(self) -> tuple[tuple[str, ...], ...]:
        """The fact paths each of its conditions reads, in their order."""
        return tuple(self._facts(condition.that, self._named) for condition in self.conditions)

    @cached_property
    def _named(self) -> Mapping[str, tuple[str, ...]]:
        named: dict[str, tuple[str, ...]] = {}
        for definition in self.where:
            named[definition.name] = self._facts(definition.expression, named)
        return named

    @cached_property
    def compared_facts(self) -> ComparedFacts:
        """The facts that its conditions, `where` and outcome only compare with something."""
        named = [item.name for group in (self.parameters, self.settings, self.where) for item in group]
        deciding = [c.that for c in self.conditions] + [d.expression for d in (*self.where, *self.outcome)]
        return ComparedFacts.of(
            deciding, self.about, (TODAY, self.about, *named, *self.uses, *self.values_named)
        )

    def _facts(self, expression: Expression, named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        return fact_paths(expression.paths, self.about, self.model, named)

    @cached_property
    def edges(self) -> tuple[date, ...]:
        """The days on which a value of law begins or ends, or the rule itself, in order."""
        periods = [value.period for parameter in self.parameters for value in parameter.values]
        return tuple(sorted({day for period in (*periods, *self.in_force) for day in period.edges}))

    def last_day(self, values: Mapping[str, Any]) -> date | None:
        """The last day to act, among the values of its outcome; None where it has none, or none is known."""
        last = values.get(self.deadline.value) if self.deadline else None
        return last if isinstance(last, date) else None

    @property
    def values_named(self) -> tuple[str, ...]:
        """The names of the outcome's values."""
        return tuple(definition.name for definition in self.outcome)
