"""The column form of a rule on a day: answer and values for each subject, and whether to judge it exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from rules.evaluation import NO_SETTINGS, Rules, exact_settings
from rules.population.body import Body, Used, fixed_names
from rules.population.expressions import written
from rules.population.files import Population
from rules.population.frame import Frame, Standing
from rules.population.terms import (
    Flag,
    NotColumns,
    Term,
    all_known,
    both,
    column,
    either,
    literal,
    opposite,
    surely,
)
from rules.rule import Rule

ANSWERS = ("no", "undetermined", "yes")


@dataclass(frozen=True)
class ColumnForm:
    """`table` has a row for each subject: subject, answer, a column for each value, and `doubtful`."""

    rule: Rule
    values: tuple[str, ...]
    table: Any


def columns(
    rule: Rule,
    on: date,
    population: Population,
    settings: Mapping[str, Any] = NO_SETTINGS,
    catalogue: Rules | None = None,
) -> ColumnForm:
    """Raises NotColumns for a rule there is no column form of."""
    rules = catalogue.rules if catalogue is not None else {}
    kind = rule.model.subject_type(rule.about)
    if kind is None:
        raise NotColumns(f"`{rule.about}`, which is no subject")
    whole = tuple(_with_used(rule, rules))
    frame = Frame(
        population,
        rule.model,
        Standing(kind.id, rule.about, "", "id"),
        population.subjects(rule.about),
        lambda path: all(one.compared_facts.only_compares(path) for one in whole),
    )
    said = _judged(rule, on, frame, exact_settings(settings), rules)
    is_open = both(
        opposite(said.no), either(opposite(said.settled), *(opposite(t.known) for t in said.values.values()))
    )
    doubtful = either(said.doubt, both(is_open, either(*frame.gaps)))
    answer = ibis.cases(
        (column(said.no), "no"), (column(opposite(said.settled)), "undetermined"), else_="yes"
    )
    yes = both(opposite(said.no), said.settled)
    outcome = {
        name: ibis.ifelse(column(both(yes, term.known)), term.value, literal(None))
        for name, term in said.values.items()
    }
    table = frame.table().select(
        subject=ibis._["id"], answer=answer, **outcome, doubtful=surely(column(doubtful))
    )
    empty = {name for name, kind in table.schema().items() if kind.is_null()}  # a backend keeps none such
    return ColumnForm(rule, tuple(name for name in outcome if name not in empty), table.drop(*empty))


def _with_used(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[Rule]:
    yield rule
    for used in rule.uses.values():
        if used in rules:
            yield from _with_used(rules[used], rules)


@dataclass(frozen=True)
class _Said:
    """`no` and `settled` (known to be yes or no) for each row, the values where it is not no, and the doubts."""

    no: Flag
    settled: Flag
    values: Mapping[str, Term]
    doubt: Flag


def _judged(
    rule: Rule, on: date, frame: Frame, settings: Mapping[str, Any], rules: Mapping[str, Rule]
) -> _Said:
    if rule.in_force and not any(on in period for period in rule.in_force):
        return _Said(True, True, {}, False)
    used = {}
    doubts = list(frame.doubts)
    for name, rule_id in rule.uses.items():
        if rule_id not in rules or rules[rule_id].about != rule.about:
            raise NotColumns(f"the rule {rule_id}, which is not at hand")
        frame.doubts.clear()
        other = _judged(rules[rule_id], on, frame, settings, rules)
        doubts.append(other.doubt)
        used[name] = _as_used(other, rules[rule_id])
    frame.doubts.clear()
    body = Body(rule, on, frame, fixed_names(rule, on, settings), used, written)
    conditions = [_condition(body.value(condition.that.tree)) for condition in rule.conditions]
    no = frame.kept(either(*(both(term.known, opposite(surely(term.value))) for term in conditions)))
    settled = frame.kept(either(no, all_known(conditions)))
    doubts.extend(frame.doubts)
    frame.doubts.clear()
    values = {} if no is True else {value.name: frame.keep(_outcome(value, body)) for value in rule.outcome}
    doubt = frame.kept(either(*doubts, both(opposite(no), either(*frame.doubts))))
    frame.doubts.clear()
    return _Said(no, settled, values, doubt)


def _condition(term: Term) -> Term:
    if term.base not in ("boolean", "null"):
        raise NotColumns(f"a condition that is a {term.base}")
    return term


def _outcome(value: Any, body: Body) -> Term:
    term = body.named(value.name) if value.name not in _taken(body) else body.value(value.expression.tree)
    if term.base not in ("number", "text", "date", "boolean", "null"):
        raise NotColumns(f"the outcome '{value.name}', which is a {term.base}")
    return term


def _taken(body: Body) -> Iterable[str]:
    return {*body.fixed, *body.used, *(definition.name for definition in body.rule.where)}


def _as_used(said: _Said, rule: Rule) -> Used:
    """What a rule that uses it sees: all unknown while it is undetermined, null values after a no."""
    answer = ibis.cases((column(said.no), "no"), else_="yes")
    values = {}
    for name in rule.values_named:
        term = said.values.get(name)
        if term is None:
            values[name] = Term(literal(None), "null", said.settled)
            continue
        known = either(said.no, both(said.settled, term.known))
        value = ibis.ifelse(column(said.no), literal(None), term.value)
        values[name] = Term(value, term.base, known, term.rough, term.whole)
    return Used(Term(answer, "text", said.settled), values)
