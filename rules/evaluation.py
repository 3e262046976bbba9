"""What a rule says for a subject at a date: conditions in three-valued logic, outcome, what is missing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from rules.determination import (
    Answer,
    ConditionResult,
    Determination,
    Discretion,
    UsedFact,
    UsedParameter,
)
from rules.fact_tree import prepared
from rules.feel import Expression, FeelError, Recorder, Unknown
from rules.feel.facts import Facts
from rules.feel.values import Context
from rules.gaps import PARAMETER, most_deciding_first
from rules.judgement import Judgement, Looks, Named, settled
from rules.model import FactFault
from rules.next_change import next_change
from rules.parameter import Parameter
from rules.regions import regions
from rules.relevance import relevant
from rules.rule import Definition, Rule
from rules.watched_day import TODAY, WatchedDay, only_watched, unwatched

NO_SETTINGS: Mapping[str, Any] = {}

NOT_IN_FORCE = {
    "nb": "Reglene gjelder på denne datoen",
    "nn": "Reglane gjeld på denne datoen",
    "en": "The rules are in force on this date",
}


class Rules(Protocol):
    """Where the rules that a rule uses are found: a catalogue."""

    @property
    def rules(self) -> Mapping[str, Rule]: ...


def determine(
    rule: Rule,
    on: date,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any] = NO_SETTINGS,
    catalogue: Rules | None = None,
) -> Determination:
    """Determine a rule for the subject of `facts` ({"child": {…}}) as the law and the facts are on a day.

    An absent key is unknown, null is known to be absent. `settings` are the municipality's; those it has not
    set have the rule file's default. Raises `FactFault` for facts or settings that cannot be, and `FeelError`
    when an expression meets a limit.
    """
    rules = catalogue.rules if catalogue is not None else {}
    tree = prepared(facts, rule.about, rule.model)
    exact = exact_settings(settings)

    looks = Looks()
    now = judge(rule, on, tree, exact, rules, looks=looks)
    judgement = _settled(now, rule, on, tree, exact, rules)
    return Determination(
        rule=rule.id,
        rule_version=rule.version,
        on=on,
        answer=judgement.answer,
        values=judgement.values,
        missing=judgement.missing,
        conditions=judgement.conditions,
        used=judgement.used,
        law=rule.law,
        discretion=judgement.discretion,
        changes_on=next_change(
            now, lambda day: judge(rule, day, tree, exact, rules, noted=False, looks=looks)
        ),
        reasons=judgement.reasons,
        trace=judgement.trace,
    )


def look(
    rule: Rule, on: date, tree: Mapping[str, Any], settings: Mapping[str, Any], rules: Mapping[str, Rule]
) -> Judgement:
    """One look at a rule with exact relevance; until its `next_look` it finds the same for the same facts."""
    return _settled(judge(rule, on, tree, settings, rules), rule, on, tree, settings, rules)


def _settled(
    judgement: Judgement,
    rule: Rule,
    on: date,
    tree: Mapping[str, Any],
    settings: Mapping[str, Any],
    rules: Mapping[str, Rule],
) -> Judgement:
    """The judgement of a rule with exact relevance."""

    def values_of(path: str) -> tuple[Any, ...]:
        compared = (
            (one.compared_facts, names_of(one, on, tree, settings, rules)) for one in _with_used(rule, rules)
        )
        return regions(path, compared, rule.model)

    def judge_with(given: Mapping[str, Any]) -> Judgement:
        return judge(rule, on, given, settings, rules, noted=False)

    return relevant(judgement, tree, rule.about, rule.model, judge_with, values_of)


def _with_used(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[Rule]:
    """The rule and those it uses; one that two of them use comes twice."""
    yield rule
    for used in rule.uses.values():
        if used in rules:
            yield from _with_used(rules[used], rules)


def answered(
    rule: Rule, settings: Mapping[str, Any] = NO_SETTINGS, catalogue: Rules | None = None
) -> Callable[[date, Mapping[str, Any]], tuple[Answer, Mapping[str, Any]]]:
    """A function of day and facts that gives what `determine` gives as answer and values, and spares the rest."""
    rules = catalogue.rules if catalogue is not None else {}
    exact = exact_settings(settings)

    def answer(on: date, facts: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
        judgement = look(rule, on, prepared(facts, rule.about, rule.model), exact, rules)
        return judgement.answer, judgement.values

    return answer


def judge(
    rule: Rule,
    on: date,
    tree: Mapping[str, Any],
    settings: Mapping[str, Any],
    rules: Mapping[str, Rule],
    *,
    noted: bool = True,
    looks: Looks | None = None,
) -> Judgement:
    """One look at a rule: `determine` without relevance beyond Kleene's logic, and without the days ahead.

    Where it is not `noted` how the rule came to it, `used` and `trace` are empty. `looks`: those at the rules it
    uses, on the same tree with the same settings.
    """
    if rule.in_force and not any(on in period for period in rule.in_force):
        refused = ConditionResult("in_force", False, NOT_IN_FORCE, rule.law)
        later = [edge for period in rule.in_force for edge in period.edges if edge > on]
        return Judgement("no", {}, (), (refused,), next_look=min(later, default=None))
    return _Evaluation(rule, on, tree, settings, rules, noted, looks or Looks()).judgement()


def names_of(
    rule: Rule, on: date, tree: Mapping[str, Any], settings: Mapping[str, Any], rules: Mapping[str, Rule]
) -> Mapping[str, Any]:
    """The names an expression of the rule may use, each with its value that day, worked out when asked for."""
    return _Evaluation(rule, on, tree, settings, rules).scope


def exact_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as expressions have them."""
    return {name: _exact(value) for name, value in settings.items()}


def _exact(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    return value


class _Scope(Mapping[str, Any]):
    """The names of a rule, each worked out the first time an expression asks for it."""

    def __init__(self, evaluation: _Evaluation) -> None:
        self.evaluation = evaluation
        self.known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = self.evaluation.named(name)
        return self.known[name]

    def __contains__(self, name: object) -> bool:
        return name in self.evaluation.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.evaluation.names)

    def __len__(self) -> int:
        return len(self.evaluation.names)


@dataclass
class _Evaluation:
    """One rule at one day on one tree of facts, while it is being evaluated."""

    rule: Rule
    on: date
    tree: Mapping[str, Any]
    settings: Mapping[str, Any]
    rules: Mapping[str, Rule]
    noted: bool = True
    looks: Looks = field(default_factory=Looks)
    recorder: Recorder = field(default_factory=lambda: Recorder(names=False))
    roots: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, UsedParameter] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    used_rules: dict[str, Judgement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rule = self.rule
        self.today = WatchedDay.watching(self.on)
        self.names: dict[str, Any] = {
            TODAY: self.today,
            rule.about: Facts(self.tree.get(rule.about, {}), rule.about, rule.about),
        }
        for group in (rule.outcome, rule.where, rule.settings, rule.parameters):
            self.names.update({item.name: item for item in group})
        self.names.update({name: _Uses(name, other) for name, other in rule.uses.items()})
        self.setting_values = {s.name: self.settings.get(s.name, s.default) for s in rule.settings}
        for setting in rule.settings:
            value = self.setting_values[setting.name]
            if setting.choices and value not in setting.choices:
                raise FactFault(
                    f"settings.{setting.name}: {value!r} is not one of {', '.join(setting.choices)}"
                )
        self.scope = _Scope(self)

    # ---- names

    def named(self, name: str) -> Any:
        """The value of a name of the rule, noted as used."""
        item = self.names[name]
        if isinstance(item, Parameter):
            return self._parameter(item)
        if isinstance(item, Definition):
            return self._value(item.expression, f"where '{name}'")
        if isinstance(item, _Uses):
            return self._used_rule(item)
        if name in self.setting_values:
            value = self.setting_values[name]
            source = "municipality" if name in self.settings else "default"
            self.parameters[name] = UsedParameter(name, value, "", None, source)
            return value
        return item

    def _parameter(self, parameter: Parameter) -> Any:
        dated = parameter.at(self.on, {**self.settings, **self.setting_values})
        if dated is None:
            firsts = sorted(value.period.first for value in parameter.values)
            later = next((first for first in firsts if first > self.on), None)
            ahead = f"; the next applies from {later}" if later else ""
            self.reasons.append(f"{parameter.name} has no value on {self.on}{ahead}")
            return Unknown((PARAMETER + parameter.name,))
        self.parameters[parameter.name] = UsedParameter(
            parameter.name, dated.value, parameter.unit, dated.period.first, dated.source
        )
        return dated.value

    def _used_rule(self, uses: _Uses) -> Context:
        """Another rule's answer and outcome; what it does not give (it answers no) is null."""
        other = self.rules.get(uses.rule)
        if other is None:
            raise FactFault(f"rule {self.rule.id} uses {uses.rule}, which is not in the catalogue at hand")
        judgement = self._look_at(other)
        self.used_rules[uses.name] = judgement
        self.reasons.extend(judgement.reasons)
        if judgement.answer != "undetermined":
            unknown = {name: Unknown(gaps) for name, gaps in judgement.open_values.items()}
            return Context({"answer": judgement.answer, **judgement.values, **unknown})
        open_answer = Unknown(judgement.open_answer)
        return Context(
            {"answer": open_answer, **dict.fromkeys(other.values_named, open_answer)}
            | {name: Unknown((*judgement.open_answer, *gaps)) for name, gaps in judgement.open_values.items()}
        )

    def _look_at(self, other: Rule) -> Judgement:
        known = None if self.noted else self.looks.at(other.id, self.on)
        if known is None:
            known = judge(
                other, self.on, self.tree, self.settings, self.rules, noted=self.noted, looks=self.looks
            )
            self.looks.keep(other.id, self.on, known)
        return known

    def _value(self, expression: Expression, what: str) -> Any:
        if not only_watched(expression):
            self.today.look_tomorrow()
        try:
            return expression.evaluate(
                self.scope, self.recorder if self.noted else None, keep_places=True, roots=self.roots
            )
        except FeelError as error:
            raise FeelError(f"{self.rule.id}, {what}: {error.message}", error.line, error.column) from error

    def _outcome_value(self, value: Definition) -> Any:
        """Through the scope, where later values find it too; unless `where` has the same name."""
        if self.names[value.name] is value:
            return self.scope[value.name]
        return self._value(value.expression, f"outcome '{value.name}'")

    # ---- the judgement

    def judgement(self) -> Judgement:
        found = [Named(c.id, self._value(c.that, f"condition '{c.id}'")) for c in self.rule.conditions]
        conditions = tuple(
            # null (a place that is known not to exist has no price) does not hold
            ConditionResult(c.id, None if value.unknown else value.value is True, c.text, c.law)
            for c, value in zip(self.rule.conditions, found, strict=True)
        )
        answer = _answer(conditions)
        outcome = [] if answer == "no" else [Named(v.name, self._outcome_value(v)) for v in self.rule.outcome]
        discretion = tuple(
            Discretion(item.id, item.text, item.law)
            for item in self.rule.discretion
            if self._value(item.when, f"discretion '{item.id}'") is True
        )
        open_conditions = [value.gaps for value in found if value.unknown] if answer != "no" else []
        open_values = {value.name: value.gaps for value in outcome if value.unknown}
        gaps = [*open_conditions, *open_values.values()]
        return Judgement(
            answer=answer,
            values={v.name: unwatched(v.value) for v in outcome if not v.unknown} if answer == "yes" else {},
            missing=most_deciding_first(gaps, self.rule.model),
            conditions=conditions,
            used=self._used() if self.noted else (),
            discretion=discretion,
            reasons=tuple(dict.fromkeys(self.reasons)) if gaps else (),
            open_answer=tuple(dict.fromkeys(gap for gaps in open_conditions for gap in gaps)),
            open_values=open_values,
            next_look=self._next_look(),
            trace=self._trace() if self.noted else {},
        )

    def _used(self) -> tuple[UsedFact | UsedParameter, ...]:
        prefix = f"{self.rule.about}."
        own = [
            UsedFact(read.path, read.value, read.entity)
            for read in self.recorder.reads.values()
            if read.path.startswith(prefix)
        ]
        others = [used for judgement in self.used_rules.values() for used in judgement.used]
        seen: dict[tuple[object, ...], UsedFact | UsedParameter] = {}
        for used in (*own, *self.parameters.values(), *others):
            key = (used.path,) if isinstance(used, UsedFact) else (used.name, used.valid_from, used.source)
            seen.setdefault(key, used)
        return tuple(sorted(seen.values(), key=lambda used: isinstance(used, UsedParameter)))

    def _next_look(self) -> date | None:
        rule = self.rule
        following = bisect_right(rule.edges, self.on)
        days = list(rule.edges[following : following + 1])
        days += [other.next_look for other in self.used_rules.values() if other.next_look]
        if self.today.next_look:
            days.append(self.today.next_look)
        return min(days, default=None)

    def _trace(self) -> Mapping[str, Any]:
        """What the rule worked out on the way: its `where`, and what the rules it uses said."""
        trace: dict[str, Any] = {
            d.name: self.scope.known[d.name]
            for d in self.rule.where
            if d.name in self.scope.known and settled(self.scope.known[d.name])
        }
        for name, judgement in self.used_rules.items():
            trace[name] = {
                "rule": self.rule.uses[name],
                "rule_version": self.rules[self.rule.uses[name]].version,
                "answer": judgement.answer,
                "values": dict(judgement.values),
            }
        return trace


@dataclass(frozen=True)
class _Uses:
    name: str
    rule: str


def _answer(conditions: Iterable[ConditionResult]) -> Answer:
    """All hold: yes. One does not: no, whatever the others will be. Else nobody knows yet."""
    holds = [condition.holds for condition in conditions]
    if False in holds:
        return "no"
    return "undetermined" if None in holds else "yes"
