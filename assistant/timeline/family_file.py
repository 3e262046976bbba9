"""A family as a JSON file: who they are, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules import Catalogue
from rules.command import read_json
from rules.life_timeline import Member


class FamilyFault(ValueError):
    """The file is no family; the message names what, where and the way out."""


@dataclass(frozen=True)
class Family:
    members: tuple[Member, ...]
    settings: Mapping[str, Any]


def read_family(text: str, name: str, catalogue: Catalogue) -> Family:
    """{"members": [{"name", "kind", "facts"}], "settings": {…}}; `kind` is a subject type, by default person.

    Raises `FamilyFault`, and as reading JSON does for text that is none.
    """
    given = read_json(text, name)
    members = given.get("members") if isinstance(given, dict) else None
    if not isinstance(members, list) or not members:
        raise FamilyFault(
            f'{name}: has no members: write {{"members": [{{"name": "Nora", "facts": {{…}}}}]}}'
        )
    settings = given.get("settings", {})
    if not isinstance(settings, dict):
        raise FamilyFault(f"{name}: 'settings' is no mapping")
    found = tuple(_member(one, f"{name}: member {n}", catalogue) for n, one in enumerate(members, 1))
    names = [one.name for one in found]
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise FamilyFault(f"{name}: two members are called {twice!r}: give each a name of their own")
    return Family(found, settings)


def _member(given: Any, where: str, catalogue: Catalogue) -> Member:
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not given["name"].strip():
        raise FamilyFault(f"{where}: has no name")
    kind, facts = given.get("kind", "person"), given.get("facts", {})
    if not isinstance(kind, str) or kind not in catalogue.model.subject_types:
        known = ", ".join(sorted(catalogue.model.subject_types))
        raise FamilyFault(f"{where}: kind is {kind!r}; known here: {known}")
    if not isinstance(facts, dict):
        raise FamilyFault(f"{where}: 'facts' is no mapping")
    return Member(given["name"].strip(), kind, facts)
