"""The table a rule's columns are worked out on: subjects, what is joined to them, and what is kept on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import ibis

from rules.model import Concept, InformationModel
from rules.population.files import Population
from rules.population.terms import Flag, NotColumns, Term, both, column, either, literal, opposite, surely
from rules.relevance import possible_values

_TYPES = {"text": "string", "number": "float64", "money": "float64", "boolean": "boolean", "date": "date"}
_BASES = {"text": "text", "number": "number", "money": "number", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True)
class Standing:
    """Where an entity or a list stands: the subject type, the path from the rule's subject, the column prefix."""

    subject: str
    path: str
    prefix: str
    key: str
    """The column that holds its id."""
    attribute: str = ""
    """Of a list: the concept of the entity that holds it."""
    owner: str = ""
    """Of a list: the subject type of that entity."""
    steps: tuple[Any, ...] = ()
    """Of a list: the attributes and filters that are taken of each item."""


@dataclass
class Frame:
    """Subjects of one type, one a row. Terms are read by column names, so the table can grow until it is made.

    `doubts` are the rows only the exact function can judge; `gaps` those with an unknown fact that has so few
    values that trying them may settle the answer.
    """

    population: Population
    model: InformationModel
    start: Standing
    first: Any
    only_compared: Callable[[str], bool] = lambda path: False
    doubts: list[Flag] = field(default_factory=list)
    gaps: list[Flag] = field(default_factory=list)
    _steps: list[Callable[[Any], Any]] = field(default_factory=list)
    _joined: dict[str, tuple[Standing, set[str]]] = field(default_factory=dict)
    _facts: dict[str, Term] = field(default_factory=dict)
    _made: int = 0

    def fresh(self, word: str) -> str:
        self._made += 1
        return f"{word} {self._made}"

    def table(self) -> Any:
        """The table with everything that was asked of it so far."""
        made = self.first
        for step in self._steps:
            made = step(made)
        return made

    def then(self, step: Callable[[Any], Any]) -> None:
        self._steps.append(step)

    def keep(self, term: Term) -> Term:
        """The term worked out once, in columns of its own."""
        if term.constant or term.base in ("entity", "list", "used rule"):
            return term
        columns = {self.fresh("value"): term.value}
        value = ibis._[next(iter(columns))]
        known, rough = term.known, term.rough
        if not isinstance(known, bool):
            columns[self.fresh("known")] = known
            known = ibis._[list(columns)[-1]]
        if not isinstance(rough, bool):
            columns[self.fresh("rough")] = rough
            rough = ibis._[list(columns)[-1]]
        self.then(lambda made: made.mutate(**columns))
        return replace(term, value=value, known=known, rough=rough)

    @contextmanager
    def doubts_aside(self) -> Iterator[list[Flag]]:
        """The doubts that come up within, kept apart from the others."""
        before, self.doubts = self.doubts, []
        found = self.doubts
        try:
            yield found
        finally:
            self.doubts = before

    def kept(self, flag: Flag) -> Flag:
        """A flag worked out once."""
        if isinstance(flag, bool):
            return flag
        name = self.fresh("flag")
        self.then(lambda made: made.mutate(**{name: flag}))
        return ibis._[name]

    # ---- facts

    @property
    def subject(self) -> Term:
        return Term(ibis._[self.start.key], "entity", where=self.start)

    def fact(self, entity: Term, attribute: str) -> Term:
        """A fact of an entity. Raises NotColumns for what is no concept."""
        at: Standing = entity.where
        path = f"{at.path}.{attribute}"
        if path not in self._facts:
            self._facts[path] = self._fact(entity, at, attribute, path)
        return self._facts[path]

    def _fact(self, entity: Term, at: Standing, attribute: str, path: str) -> Term:
        concept = self.model.concepts.get(f"{at.subject}.{attribute}")
        if concept is None:
            raise NotColumns(f"{path}, which is no concept")
        known, value = self._told(entity, at, concept)
        if value is None:
            value = literal(None, _TYPES.get(concept.type.base))
        if concept.type.many or concept.type.base == "subject":
            if concept.type.many:
                self.doubts.append(both(known, value.isnull()))
                there = Standing(concept.type.subject, path, at.prefix, at.key, attribute, at.subject)
                return Term(value, "list", known, where=there)
            key = f"{at.prefix}{attribute}"
            there = Standing(concept.type.subject, path, f"{key}.", key)
            return Term(value, "entity", known, where=there)
        self._note_gap(entity, concept, path, known)
        if concept.type.base in ("number", "money"):
            whole = self.population.is_whole(at.subject, attribute)
            return Term(value.cast("float64"), "number", known, whole=whole)
        if concept.type.base == "date":
            value = value.cast("date")
        return Term(value, _BASES[concept.type.base], known)  # type: ignore[arg-type]  # a table of Bases

    def _told(self, entity: Term, at: Standing, concept: Concept) -> tuple[Flag, Any]:
        """Whether a fact is known, and its column; None where no file has it."""
        found = self.population.columns(at.subject, concept.attribute)
        if entity.known is False:
            return False, None
        if at is self.start:
            found = tuple(name for name in found if f"{at.prefix}{name}" in self.first.columns)
            absent: Flag = False
        else:
            self._join(at, found)
            absent = both(entity.known, entity.value.isnull())
        if not found:
            return absent, None
        value = ibis._[f"{at.prefix}{concept.attribute}"]
        told = value.notnull()
        if len(found) > 1 and concept.can_be_absent:
            told = either(told, surely(ibis._[f"{at.prefix}{found[1]}"]))
        return either(absent, both(entity.known, told)), value

    def _note_gap(self, entity: Term, concept: Concept, path: str, known: Flag) -> None:
        compared = concept.type.base in ("money", "number", "date") and self.only_compared(path)
        if compared or possible_values(concept):
            self.gaps.append(both(entity.there, opposite(known)))

    def _join(self, at: Standing, columns: tuple[str, ...]) -> None:
        """Join the file of the entity's type, with every column of it that is asked for until the table is made."""
        if at.prefix not in self._joined:
            wanted: set[str] = set()
            self._joined[at.prefix] = (at, wanted)
            others = self.population

            def join(made: Any) -> Any:
                if not wanted:
                    return made
                own = others.rows(at.subject, wanted)
                key = f"{at.prefix}id"
                own = own.select(
                    own["id"].name(key), *(own[name].name(f"{at.prefix}{name}") for name in sorted(wanted))
                )
                return made.left_join(own, made[at.key] == own[key])

            self.then(join)
        self._joined[at.prefix][1].update(columns)


def marked(flags: list[Flag]) -> Any:
    """One column: does any of the flags hold?"""
    return column(either(*flags))
