"""Values of law by date must follow one another: a day inside a rule's time without a value is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise

from rules.catalogue_loader import Catalogue
from rules.faults import Fault
from rules.parameter import DatedValue, Parameter, Period
from rules.rule import Rule


def gaps_in_time(rule: Rule, _catalogue: Catalogue) -> Iterator[Fault]:
    """Days between two values, and after the last, on which the rule is in force but a parameter has no value.

    Days before the first value are none: law is older than what is known of its rates, and such a day
    answers *undetermined*. Values that overlap are refused when the file is read.
    """
    for parameter in rule.parameters:
        for values in _by_scope(parameter):
            for earlier, later in pairwise(values):
                if earlier.period.last and _day_after(earlier.period) < later.period.first:
                    last = later.period.first - timedelta(days=1)
                    yield _gap(rule, parameter, earlier, f"from {_day_after(earlier.period)} to {last}")
            ended = values[-1]
            if ended.period.last and not ended.scope and _in_force_after(rule, ended.period.last):
                yield _gap(rule, parameter, ended, f"from {_day_after(ended.period)}")


def _by_scope(parameter: Parameter) -> Iterator[list[DatedValue]]:
    def scope(value: DatedValue) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(value.scope.items()))

    for _, values in groupby(sorted(parameter.values, key=scope), key=scope):
        yield sorted(values, key=lambda value: value.period.first)


def _day_after(period: Period) -> date:
    return period.edges[-1]


def _in_force_after(rule: Rule, day: date) -> bool:
    return not rule.in_force or any(period.last is None or period.last > day for period in rule.in_force)


def _gap(rule: Rule, parameter: Parameter, value: DatedValue, when: str) -> Fault:
    where = "".join(f" for {key} {word}" for key, word in value.scope.items())
    return Fault(
        rule.filename,
        value.line,
        f"parameter {parameter.name}{where} has no value {when}, while the rule is in force: "
        "add the value, or end the rule's time in force",
    )
