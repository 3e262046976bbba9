"""What `varde rules check` looks for in a rule, one idea a module; each check is a pure function of the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rules.catalogue_loader import Catalogue
from rules.checks.completeness import incomplete
from rules.checks.dates import gaps_in_time
from rules.checks.never import never_and_always
from rules.checks.own_tests import failed_tests
from rules.checks.tables import tables_as_meant
from rules.checks.units import mixed_units
from rules.checks.unused import unused_names
from rules.faults import Fault
from rules.rule import Rule

Check = Callable[[Rule, Catalogue], Iterable[Fault]]

AS_WRITTEN: tuple[Check, ...] = (
    incomplete,
    unused_names,
    gaps_in_time,
    mixed_units,
    never_and_always,
    tables_as_meant,
)
"""What needs no facts, in the order an author mends: what is lacking, what is too much, when, how much, whether."""

CHECKS: tuple[Check, ...] = (*AS_WRITTEN, failed_tests)


def faults_of(rule: Rule, catalogue: Catalogue) -> Iterator[Fault]:
    """Everything the checks find in one rule; the rules it uses are found in the catalogue."""
    for check in CHECKS:
        yield from check(rule, catalogue)


__all__ = [
    "AS_WRITTEN",
    "CHECKS",
    "Check",
    "failed_tests",
    "faults_of",
    "gaps_in_time",
    "incomplete",
    "mixed_units",
    "never_and_always",
    "tables_as_meant",
    "unused_names",
]
