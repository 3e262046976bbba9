"""Conditions that can never hold, that always hold, or that never hold together: a solver proves it (z3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from rules.catalogue_loader import Catalogue
from rules.checks.formulas import Formulas
from rules.faults import Fault
from rules.rule import Rule


def never_and_always(rule: Rule, _catalogue: Catalogue) -> Iterator[Fault]:
    """Faults for conditions whose outcome is settled whatever the facts, the day and the municipality are."""
    formulas = Formulas(rule)
    holds = {condition.id: formulas.truth(condition.that.tree).yes for condition in rule.conditions}
    settled = False
    for condition in rule.conditions:
        if _impossible(formulas, holds[condition.id]):
            settled = True
            why = "whatever the facts are, the answer is no"
            yield Fault(rule.filename, condition.line, f"condition '{condition.id}' can never hold: {why}")
        elif _impossible(formulas, z3.Not(holds[condition.id])):
            why = "it decides nothing; take it out, or write what the law asks"
            yield Fault(rule.filename, condition.line, f"condition '{condition.id}' always holds: {why}")
    if not settled and (clashing := _never_together(formulas, holds)):
        ids = ", ".join(f"'{name}'" for name in clashing)
        line = next(one.line for one in rule.conditions if one.id == clashing[-1])
        yield Fault(rule.filename, line, f"conditions {ids} can never hold together: the answer is always no")
    for item in rule.discretion:
        if _impossible(formulas, formulas.truth(item.when.tree).yes):
            yield Fault(rule.filename, item.line, f"discretion '{item.id}' can never be asked: see 'when'")


def _impossible(formulas: Formulas, formula: Any) -> bool:
    solver = formulas.solver()
    solver.add(formula)
    return bool(solver.check() == z3.unsat)


def _never_together(formulas: Formulas, holds: dict[str, Any]) -> list[str]:
    """The conditions that exclude each other, in the order of the file; none where all can hold at once."""
    solver = formulas.solver()
    solver.set("core.minimize", True)
    for name, formula in holds.items():
        solver.assert_and_track(formula, name)
    if solver.check() != z3.unsat:
        return []
    core = {str(one) for one in solver.unsat_core()}
    return [name for name in holds if name in core]
