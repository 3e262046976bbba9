"""A rule as it stands in the catalogue: its law, dated parameters, conditions, outcome, texts and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from rules.determination import LawReference, Texts
from rules.fact_paths import fact_paths
from rules.feel import Expression
from rules.model import InformationModel
from rules.regions import ComparedFacts
from rules.watched_day import TODAY

Kind = Literal["right", "duty", "benefit"]
KINDS = ("right", "duty", "benefit")


@dataclass(frozen=True)
class Period:
    """Days in force: the first, and the last (None: until further)."""

    first: date
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def edges(self) -> tuple[date, ...]:
        """The days on which something begins or has ended."""
        return (self.first,) if self.last is None else (self.first, self.last + timedelta(days=1))


@dataclass(frozen=True)
class DatedValue:
    """A value of law from a day, for everybody or for a zone or municipality, with where it was read."""

    value: Any
    period: Period
    scope: Mapping[str, str]  # {"zone": "central_5_6"}; empty: everybody
    source: str = ""
    doubt: str = ""  # what makes this value less than certain, in plain words
    announced: date | None = None
    line: int = 0


MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Parameter:
    """A value law or a budget sets, by date and where needed by zone or municipality."""

    name: str
    unit: str
    title: Texts
    by: tuple[str, ...]  # the settings a value may depend on, the more specific last
    values: tuple[DatedValue, ...]
    line: int = 0

    def at(self, day: date, settings: Mapping[str, Any]) -> DatedValue | None:
        """The value in force that day, or None; one for a zone or municipality beats the general one."""
        try:
            key = (day, *(settings.get(name) for name in self.by))
            return self._found[key]
        except (KeyError, TypeError):  # not asked for yet; or a setting that is a list
            found = self._at(day, settings)
        if len(self._found) < MOST_REMEMBERED:
            with suppress(TypeError):
                self._found[key] = found
        return found

    @cached_property
    def _found(self) -> dict[tuple[Any, ...], DatedValue | None]:
        return {}

    def _at(self, day: date, settings: Mapping[str, Any]) -> DatedValue | None:
        in_force = [
            dated
            for dated in self.values
            if day in dated.period and all(settings.get(key) == word for key, word in dated.scope.items())
        ]
        return max(in_force, key=lambda dated: (self._rank(dated), dated.period.first), default=None)

    def _rank(self, dated: DatedValue) -> tuple[int, ...]:
        return (len(dated.scope), *(int(key in dated.scope) for key in reversed(self.by)))


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
COMES_ABOUT = ("automatic", "application", "duty", "in_person")
"""Of itself; when it is applied for; as something that has to be done; when one meets in person."""


@dataclass(frozen=True)
class Deadline:
    """The last day to do something is a date of the outcome; people hear of it so long before."""

    value: str  # the name of the outcome's value
    told_before: str  # an ISO 8601 duration: 'P2M'
    line: int = 0


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
        named: dict[str, tuple[str, ...]] = {}
        for definition in self.where:
            named[definition.name] = self._facts(definition.expression, named)
        found = (path for expression in self.expressions for path in self._facts(expression, named))
        return tuple(dict.fromkeys(found))

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

    @property
    def values_named(self) -> tuple[str, ...]:
        """The names of the outcome's values."""
        return tuple(definition.name for definition in self.outcome)
