"""The facts of some subjects out of the files, as the exact function takes them: {"child": {…}}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import ibis

from rules.model import Concept, InformationModel
from rules.population.files import KNOWN, Population

Wanted = Mapping[str, Any]
"""Attributes, each with what is wanted of it where it is a subject: {"household": {"adults": {"birth_date": {}}}}."""


def wanted(paths: Iterable[str]) -> dict[str, Any]:
    """What paths from one subject ask for."""
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for step in path.split(".")[1:]:
            branch = branch.setdefault(step, {})
    return tree


def gathered(
    population: Population, about: str, ids: list[Any], attributes: Wanted, model: InformationModel
) -> dict[Any, dict[str, Any]]:
    """The facts of each subject by its id. What no file tells is left out, so unknown."""
    kind = model.subject_type(about)
    assert kind is not None
    return _facts(population, population.subjects(about), kind.id, ids, attributes)


def _facts(
    population: Population, table: Any, subject: str, ids: list[Any], attributes: Wanted
) -> dict[Any, dict[str, Any]]:
    concepts = population.model.concepts_of(subject)
    names = [
        name for attribute in attributes for name in (attribute, attribute + KNOWN) if name in table.columns
    ]
    asked = ibis.memtable({"asked": ids}, schema={"asked": table["id"].type()})
    rows = table.select("id", *names).join(asked, table["id"] == asked["asked"], how="semi").to_pyarrow()
    told: dict[Any, dict[str, Any]] = {
        row["id"]: _told(row, attributes, concepts) for row in rows.to_pylist()
    }
    for attribute, inner in attributes.items():
        if concepts[attribute].type.base == "subject":
            _follow(population, told, concepts[attribute], inner)
    return told


def _told(row: Mapping[str, Any], attributes: Wanted, concepts: Mapping[str, Concept]) -> dict[str, Any]:
    told = {}
    for attribute in attributes:
        value = row.get(attribute)
        if isinstance(value, datetime):
            value = value.date()
        absent = row.get(attribute + KNOWN) is True and concepts[attribute].can_be_absent
        if value is not None or absent:
            told[attribute] = value
    return told


def _follow(population: Population, told: dict[Any, dict[str, Any]], concept: Concept, inner: Wanted) -> None:
    """Put what is wanted of others in the place of their ids."""
    attribute, many = concept.attribute, concept.type.many
    held = [facts[attribute] for facts in told.values() if facts.get(attribute) is not None]
    ids = list(dict.fromkeys(one for value in held for one in (value if many else [value])))
    found: dict[Any, dict[str, Any]] = {}
    subject = concept.type.subject
    columns = {
        name
        for name in (*inner, *(name + KNOWN for name in inner))
        if population.columns(subject, name.removesuffix(KNOWN))
        and name in population.columns(subject, name.removesuffix(KNOWN))
    }
    if ids and columns:
        found = _facts(population, population.rows(subject, columns), subject, ids, inner)
    for facts in told.values():
        value = facts.get(attribute)
        if value is not None:
            facts[attribute] = [found.get(one, {}) for one in value] if many else found.get(value, {})
