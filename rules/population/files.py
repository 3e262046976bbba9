"""A population as Parquet files: one file a subject type, named for it, relations by key.

    person.parquet      id, birth_date, assessed_income, household (an id), guardians (a list of ids) …
    household.parquet   id, adults (a list of ids)

A file may be named for a role instead (child.parquet is of persons): a rule about `child` then judges the rows of
that file alone. An empty fact is unknown. To tell that something is known to be absent, a file has a second column,
`kindergarten_place.known`, true in such a row. An id that no file has stands for somebody nothing is known of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ibis

from rules.model import InformationModel


class PopulationFault(ValueError):
    """The files are not a population; the text names the file, what is wrong and the way out."""


KNOWN = ".known"


class Population:
    """The files of a folder, opened on a backend of ibis (DuckDB or Spark)."""

    def __init__(self, folder: Path, model: InformationModel, backend: Any) -> None:
        self.folder, self.model, self.backend = folder, model, backend
        self._files: dict[str, Any] = {}
        for path in sorted(folder.glob("*.parquet")):
            if model.subject_type(path.stem) is not None:
                self._files[path.stem] = self._opened(path)
        if not self._files:
            names = ", ".join(f"{kind}.parquet" for kind in sorted(model.subject_types))
            raise PopulationFault(f"{folder}: no file of a population; looked for {names}")

    def _opened(self, path: Path) -> Any:
        table = self.backend.read_parquet(str(path), table_name=f"population_{path.stem}")
        kind = self.model.subject_type(path.stem)
        assert kind is not None
        if "id" not in table.columns:
            raise PopulationFault(f"{path}: has no column 'id'")
        concepts = self.model.concepts_of(kind.id)
        for name in table.columns:
            if name != "id" and name.removesuffix(KNOWN) not in concepts:
                raise PopulationFault(f"{path}: column '{name}' is no concept of {kind.id}")
        return table

    def lacks(self, about: str, paths: Iterable[str], conditions: Iterable[Sequence[str]] = ()) -> str:
        """What a rule needs and no file has; empty where it has enough.

        Those it judges, a fact that only a register tells, or all the facts of one of its `conditions`, each
        given by its paths: then nobody can have the right, or it is open for everybody.
        """
        kind = self.model.subject_type(about)
        if about not in self._files and (kind is None or kind.id not in self._files):
            return f"{about}.parquet"
        for path in paths:
            concept = self.model.concept_at(path)
            told = "person" in concept.known_by or concept.derived
            if not told and not self.columns(concept.subject, concept.attribute):
                return concept.id
        for asked in conditions:
            concepts = [self.model.concept_at(path) for path in asked]
            if concepts and not any(
                one.derived or self.columns(one.subject, one.attribute) for one in concepts
            ):
                return concepts[0].id
        return ""

    def subjects(self, about: str) -> Any:
        """The rows a rule about a subject judges: of the file of that name, else of its type's."""
        if about in self._files:
            return self._files[about]
        kind = self.model.subject_type(about)
        if kind is not None and kind.id in self._files:
            return self._files[kind.id]
        raise PopulationFault(f"{self.folder}: no {about}.parquet{f' or {kind.id}.parquet' if kind else ''}")

    def _of_type(self, subject: str) -> list[Any]:
        names = [subject, *self.model.subject_types[subject].aliases]
        return [self._files[name] for name in names if name in self._files]

    def columns(self, subject: str, attribute: str) -> tuple[str, ...]:
        """The column of a fact, and the one that tells whether it is known, where the files have them."""
        tables = self._of_type(subject)
        names = (attribute, f"{attribute}{KNOWN}")
        return tuple(name for name in names if any(name in table.columns for table in tables))

    def is_whole(self, subject: str, attribute: str) -> bool:
        """Is a number without decimals in every file that has it?"""
        tables = [table for table in self._of_type(subject) if attribute in table.columns]
        return all(table[attribute].type().is_integer() for table in tables)

    def rows(self, subject: str, columns: Iterable[str]) -> Any:
        """All of a type, with the columns; those of a file that has none of them are left out."""
        wanted = sorted(columns)
        parts = []
        for table in self._of_type(subject):
            if not any(name in table.columns for name in wanted):
                continue
            types = {name: self._type(subject, name) for name in wanted}
            parts.append(
                table.select(
                    "id",
                    **{
                        name: table[name] if name in table.columns else ibis.null(types[name])
                        for name in wanted
                    },
                )
            )
        if not parts:
            raise PopulationFault(f"{self.folder}: no file has {', '.join(wanted)} of {subject}")
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    def _type(self, subject: str, name: str) -> Any:
        return next(table[name].type() for table in self._of_type(subject) if name in table.columns)
