"""A rule asked about one subject: facts and settings are read once, and it is asked of any day or with a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from rules.evaluation import NO_SETTINGS, Rules, exact_settings, look, names_of
from rules.fact_tree import prepared
from rules.judgement import Judgement
from rules.parameter import DatedValue, Parameter
from rules.rule import Rule


@dataclass(frozen=True)
class Asked:
    """A rule, the facts of a subject, the municipality's settings, and the rules it may use."""

    rule: Rule
    tree: Mapping[str, Any]
    settings: Mapping[str, Any]
    rules: Mapping[str, Rule]

    @classmethod
    def of(
        cls,
        rule: Rule,
        facts: Mapping[str, Any],
        settings: Mapping[str, Any] = NO_SETTINGS,
        catalogue: Rules | None = None,
    ) -> Self:
        """Raises `FactFault` for facts that cannot be."""
        rules = catalogue.rules if catalogue is not None else {}
        return cls(rule, prepared(facts, rule.about, rule.model), exact_settings(settings), rules)

    def at(self, day: date) -> Judgement:
        """What the rule says that day. Raises `FactFault` and `FeelError` as `determine` does."""
        return look(self.rule, day, self.tree, self.settings, self.rules)

    def of_rule(self, rule: Rule) -> Asked:
        """The same question to another rule."""
        return replace(self, rule=rule)

    def with_rule(self, rule: Rule) -> Asked:
        """The same question with another version of a rule, its own or one it uses."""
        rules = {**self.rules, rule.id: rule}
        return replace(self, rule=rule if rule.id == self.rule.id else self.rule, rules=rules)

    def names(self, rule: Rule, day: date) -> Mapping[str, Any]:
        """The names of a rule with the values they have that day."""
        return names_of(rule, day, self.tree, self.settings, self.rules)

    def every_rule(self) -> Iterator[Rule]:
        """The rule, and every rule it uses directly or through others, each once."""
        waiting, seen = [self.rule], {self.rule.id}
        while waiting:
            rule = waiting.pop(0)
            yield rule
            for used in rule.uses.values():
                if used in self.rules and used not in seen:
                    seen.add(used)
                    waiting.append(self.rules[used])

    def value_at(self, rule: Rule, parameter: Parameter, day: date) -> DatedValue | None:
        """The value of a rule's parameter that day, under the municipality's settings."""
        own = {setting.name: self.settings.get(setting.name, setting.default) for setting in rule.settings}
        return parameter.at(day, {**self.settings, **own})
