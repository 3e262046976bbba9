"""A subject as a rule sees it: nested mappings with just the attributes the rule reads, and their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.twin.household import gave_birth_on, household_adults, sibling_number
from assistant.twin.neighbourhood import UNKNOWN, Fact, Neighbourhood, Unknown
from rules import InformationModel

HOUSEHOLD = "household"


@dataclass(frozen=True)
class View:
    """`facts` is what a rule is given; an absent key is unknown. `sources` tells where each value is from."""

    facts: Mapping[str, Any]
    sources: Mapping[tuple[str, str], Fact] = field(repr=False)  # (subject id, concept) → fact
    unknown: Mapping[str, tuple[str, ...]]  # path → the subjects whose value nobody has told us
    subjects: frozenset[str]  # whose facts are in it


Tree = dict[str, Any]


def path_tree(paths: Iterable[str]) -> Tree:
    """`["child.a.b", "child.a.c"]` → `{"child": {"a": {"b": {}, "c": {}}}}`."""
    tree: Tree = {}
    for path in paths:
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


@dataclass
class _Builder:
    near: Neighbourhood
    model: InformationModel
    on: date
    settings: Mapping[str, Any]
    sources: dict[tuple[str, str], Fact] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)

    def entity(self, subject_id: str, kind: str, tree: Tree, path: str) -> dict[str, Any]:
        self.subjects.add(subject_id)
        made: dict[str, Any] = {"id": subject_id}
        for name, branch in tree.items():
            value = self.attribute(subject_id, kind, name, branch, f"{path}.{name}")
            if value is UNKNOWN:
                self.unknown.setdefault(f"{path}.{name}", []).append(subject_id)
            else:
                made[name] = value
        return made

    def attribute(self, subject_id: str, kind: str, name: str, branch: Tree, path: str) -> Any:
        if name == HOUSEHOLD:
            return self.household(subject_id, branch, path)
        if name == "sibling_number":
            order = str(self.settings.get("first_child", "youngest"))
            return sibling_number(self.near, subject_id, self.on, order)
        if name == "gave_birth_on":
            return gave_birth_on(self.near, subject_id, self.on)
        concept = f"{kind}.{name}"
        known = self.model.concepts[concept]
        target = known.type.subject
        if target and known.type.many:
            others = self.near.either_way(subject_id, concept, self.on)
            if isinstance(others, Unknown):
                return [] if known.silence == "none" else UNKNOWN
            return [self.entity(other, target, branch, path) for other in others]
        fact = self.near.best(subject_id, concept, self.on)
        if fact is None:
            if known.silence != "none":
                return UNKNOWN
            return False if known.type.base == "boolean" else None
        self.sources[subject_id, concept] = fact
        if target:
            return None if fact.object_id is None else self.entity(fact.object_id, target, branch, path)
        return fact.value

    def household(self, child: str, tree: Tree, path: str) -> Any:
        adults = household_adults(self.near, child, self.on)
        if isinstance(adults, Unknown):
            return UNKNOWN
        branch = tree.get("adults", {})
        return {
            "id": f"household:{child}",
            "adults": [self.entity(adult, "person", branch, f"{path}.adults") for adult in adults],
        }


def build_view(
    near: Neighbourhood,
    model: InformationModel,
    subject_id: str,
    alias: str,
    kind: str,
    paths: Iterable[str],
    on: date,
    settings: Mapping[str, Any],
) -> View:
    """The subject under the rule's own name for it (`child`), with the attributes that `paths` name."""
    builder = _Builder(near, model, on, settings)
    tree = path_tree(paths).get(alias, {})
    facts = {alias: builder.entity(subject_id, kind, tree, alias)}
    unknown = {path: tuple(ids) for path, ids in builder.unknown.items()}
    return View(facts, builder.sources, unknown, frozenset(builder.subjects))
