"""Which text of each rule holds on which day: the catalogue we ship, overlaid with what was saved in the editor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from rules import Catalogue, Rule, RuleFault, load_rule

log = structlog.get_logger()


@dataclass(frozen=True)
class RuleVersion:
    """One version of a rule. Number 0 is the catalogue's file: it has no day, author or moment of its own."""

    rule: str
    number: int
    applies_from: date | None
    text: str = field(repr=False)
    digest: str  # SHA-256 of the text, hexadecimal; a determination's `rule_version` is its beginning
    saved_by: str = ""
    saved_at: datetime | None = None
    note: str = ""

    def applies(self, on: date) -> bool:
        return self.applies_from is None or self.applies_from <= on


def holding(versions: Iterable[RuleVersion], on: date) -> RuleVersion | None:
    """The version of one rule that holds on a day: of those that apply, the one with the highest number.

    Who saves a version replaces, from its day on, whatever was saved before.
    """
    return max((v for v in versions if v.applies(on)), key=lambda version: version.number, default=None)


class CatalogueByDay:
    """The catalogue on any day, given every version saved. Compiles a text once, whatever the days asked for."""

    def __init__(self, shipped: Catalogue, saved: Iterable[RuleVersion]) -> None:
        self.shipped = shipped
        self._saved: dict[str, list[RuleVersion]] = {}
        for version in sorted(saved, key=lambda version: version.number):
            self._saved.setdefault(version.rule, []).append(version)
        self._rules: dict[str, Rule | None] = {}
        self._made: dict[tuple[str, ...], Catalogue] = {}

    def at(self, on: date) -> Catalogue:
        """The catalogue that holds on a day.

        A version that this installation can no longer read (its concepts have changed since) is left out and
        logged, and the one before it holds: one bad rule does not stop the others.
        """
        chosen = [rule for rule_id in sorted(self._saved) if (rule := self._rule_at(rule_id, on)) is not None]
        key = tuple(rule.version for rule in chosen)
        if key not in self._made:
            catalogue = self.shipped
            for rule in chosen:
                try:
                    catalogue = catalogue.with_rule(rule)
                except RuleFault as fault:
                    log.error("rule_version.left_out", rule=rule.id, version=rule.version, fault=str(fault))
            self._made[key] = catalogue
        return self._made[key]

    def as_known(self, moment: datetime) -> CatalogueByDay:
        """The same without the versions that were saved after a moment: what one could decide by then."""
        saved = [version for versions in self._saved.values() for version in versions]
        then = [version for version in saved if version.saved_at is None or version.saved_at <= moment]
        if len(then) == len(saved):
            return self
        made = CatalogueByDay(self.shipped, then)
        made._rules = self._rules  # a text is compiled once
        return made

    def next_change(self, rule_id: str, after: date) -> date | None:
        """The first day after `after` on which another version of the rule begins to apply."""
        days = {v.applies_from for v in self._saved.get(rule_id, ()) if v.applies_from is not None}
        return min((day for day in days if day > after), default=None)

    def _rule_at(self, rule_id: str, on: date) -> Rule | None:
        if rule_id not in self.shipped.rules:
            return None  # the catalogue has dropped the rule: what was saved of it is history
        for version in reversed(self._saved[rule_id]):
            if version.applies(on) and (rule := self._compiled(version)) is not None:
                return rule
        return None

    def _compiled(self, version: RuleVersion) -> Rule | None:
        if version.digest not in self._rules:
            try:
                rule = load_rule(version.text, f"{version.rule}@{version.number}", self.shipped.model)
            except RuleFault as fault:
                log.error(
                    "rule_version.unreadable", rule=version.rule, number=version.number, fault=str(fault)
                )
                self._rules[version.digest] = None
            else:
                self._rules[version.digest] = rule
        return self._rules[version.digest]
