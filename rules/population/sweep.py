"""Every rule for everybody: by columns where they are sure, by the exact function where they are not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from rules.catalogue_loader import Catalogue
from rules.evaluation import NO_SETTINGS
from rules.plain import plain
from rules.population.files import Population
from rules.population.form import ANSWERS, columns
from rules.population.gathering import gathered, wanted
from rules.population.terms import NotColumns
from rules.rule import Rule

AT_A_TIME = 20_000
_ANSWER_TYPES = {"subject", "answer"}

Progress = Callable[[str, int, int], None]
"""Told now and then: of which rule, how many rows of how many the exact function has judged."""


@dataclass(frozen=True)
class Swept:
    """What one rule says for everybody. `exact` rows were judged by the exact function.

    `table` has the columns subject, answer and the rule's values; amounts in floating point.
    """

    rule: str
    counts: Mapping[str, int]
    exact: int
    seconds: float
    why: str
    """Why there is no column form of the rule; empty where there is."""
    table: Any = field(repr=False)


def sweep(
    rule: Rule,
    on: date,
    population: Population,
    settings: Mapping[str, Any] = NO_SETTINGS,
    catalogue: Catalogue | None = None,
    progress: Progress = lambda rule, done, of: None,
) -> Swept:
    """Judge a rule for every subject of its kind in the population, on a day."""
    began = time.perf_counter()
    catalogue = catalogue or Catalogue(rule.model, {rule.id: rule}, {})
    exact = _Exact(rule, on, population, settings, catalogue, progress)
    why = ""
    try:
        form = columns(rule, on, population, settings, catalogue)
        judged = form.table.cache()
        sure = judged.filter(~judged["doubtful"]).drop("doubtful")
        doubtful = judged.filter(judged["doubtful"])["subject"].to_pyarrow().to_pylist()
    except NotColumns as reason:
        why, sure = str(reason), None
        doubtful = population.subjects(rule.about)["id"].to_pyarrow().to_pylist()
    table = _together(sure, exact.rows(doubtful), rule, population)
    found = table.group_by("answer").agg(count=table.count()).to_pyarrow().to_pylist()
    counts = dict.fromkeys(ANSWERS, 0) | {row["answer"]: row["count"] for row in found}
    return Swept(rule.id, counts, len(doubtful), time.perf_counter() - began, why, table)


@dataclass
class _Exact:
    """The exact function, for some subjects."""

    rule: Rule
    on: date
    population: Population
    settings: Mapping[str, Any]
    catalogue: Catalogue
    progress: Progress

    def rows(self, ids: Sequence[Any]) -> list[dict[str, Any]]:
        function = plain(self.rule, self.settings, self.catalogue)
        attributes = wanted(self.catalogue.paths(self.rule.id))
        rows = []
        for begin in range(0, len(ids), AT_A_TIME):
            self.progress(self.rule.id, begin, len(ids))
            some = list(ids[begin : begin + AT_A_TIME])
            told = gathered(self.population, self.rule.about, some, attributes, self.rule.model)
            for subject, facts in told.items():
                answer, values = function.determine(self.on, {self.rule.about: facts})
                plain_values = {name: _plain(values.get(name)) for name in self.rule.values_named}
                rows.append({"subject": subject, "answer": answer, **plain_values})
        self.progress(self.rule.id, len(ids), len(ids))
        return rows


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _together(sure: Any, rows: list[dict[str, Any]], rule: Rule, population: Population) -> Any:
    """What the columns are sure of, and what the exact function found, as one table."""
    if sure is not None and not rows:
        return sure
    types = dict(_types(sure, rows, rule, population))
    exact = ibis.memtable({name: [row[name] for row in rows] for name in types}, schema=ibis.schema(types))
    if sure is None:
        return exact
    aligned = sure.select(
        **{
            name: sure[name].cast(kind) if name in sure.columns else ibis.null(kind)
            for name, kind in types.items()
        }
    )
    return ibis.union(aligned, exact)


def _types(
    sure: Any, rows: list[dict[str, Any]], rule: Rule, population: Population
) -> Iterator[tuple[str, Any]]:
    yield "subject", population.subjects(rule.about)["id"].type()
    yield "answer", "string"
    for name in rule.values_named:
        if sure is not None and name in sure.columns and not sure[name].type().is_null():
            yield name, sure[name].type()
        else:
            found = next((row[name] for row in rows if row[name] is not None), None)
            yield name, _KINDS.get(type(found), "float64")


_KINDS: Mapping[type, str] = {bool: "boolean", str: "string", date: "date", float: "float64"}
