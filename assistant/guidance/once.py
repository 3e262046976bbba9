"""The same matter is told once, though two rules say it, two registers bring it, or an event comes again. Pure.

What makes two things the same is what the person would read: title, amounts, deadline. Not which rule said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from assistant.store.columns import to_json
from rules import Catalogue, Rule

T = TypeVar("T")


def twins(catalogue: Catalogue, rule: Rule) -> tuple[str, ...]:
    """The other rules that would be read as this one: same title, about the same, told to the same people."""
    return tuple(
        other.id
        for other in catalogue.rules.values()
        if other.id != rule.id
        and other.title == rule.title
        and (other.kind, other.about, other.told_to) == (rule.kind, rule.about, rule.told_to)
    )


def matter_of(item: Mapping[str, Any]) -> str:
    """What one thing of a message says to its reader, in a form that compares: kept and new alike.

    >>> kept = {"title": {"nb": "Pass"}, "answer": "yes", "deadline": None, "values": {}}
    >>> matter_of({"rule": "a", **kept}) == matter_of({**kept, "rule": "b"})
    True
    """
    return to_json([item["title"], item["answer"], item["deadline"], item["values"]])


def first_of_each(things: Iterable[T], says: Sequence[str]) -> list[T]:
    """The things without those that say what an earlier one says; `says[n]` is what the n-th says."""
    found: dict[str, T] = {}
    for thing, said in zip(things, says, strict=True):
        found.setdefault(said, thing)
    return list(found.values())
