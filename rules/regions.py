"""The few values that stand for all values of an amount, number or date a rule only compares.

Where every use of a fact is a comparison with something known, the rule says the same for all values between
two neighbours of what it is compared with. So one value of each such region, and each of the values compared
with, are all there is to try.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rules.feel import Expression, FeelError, compile_expression, tree
from rules.feel_text import feel_text
from rules.model import FactFault, InformationModel


@dataclass(frozen=True)
class ComparedFacts:
    """The facts a rule only compares, each with the other sides; those it uses in another way are in `otherwise`."""

    sides: Mapping[str, tuple[Expression, ...]]
    otherwise: frozenset[str]

    @classmethod
    def of(cls, expressions: Iterable[Expression], about: str, names: Iterable[str]) -> ComparedFacts:
        """Of the expressions of a rule about a subject, which may use the names."""
        known = tuple(names)
        sides: dict[str, list[Expression]] = {}
        otherwise: set[str] = set()
        for expression in expressions:
            for path, others in _uses(expression.tree, about):
                texts = [None if other is None else feel_text(other) for other in others]
                try:
                    made = [compile_expression(text, known) for text in texts if text is not None]
                except FeelError:  # it has a name that is bound around it
                    made = []
                if not others or len(made) < len(others):
                    otherwise.add(path)
                sides.setdefault(path, []).extend(made)
        return cls({path: tuple(found) for path, found in sides.items()}, frozenset(otherwise))

    def only_compares(self, path: str) -> bool:
        """Is each use of a fact a comparison, none hidden behind another name, and none of a part: a day's month?"""
        last, part = path.rpartition(".")[2], f"{path}."
        if any(used.startswith(part) for used in (*self.sides, *self.otherwise)):
            return False
        return path not in self.otherwise and not {last, ""} & self.otherwise


def regions(
    path: str, compared: Iterable[tuple[ComparedFacts, Mapping[str, Any]]], model: InformationModel
) -> tuple[Any, ...]:
    """One value for each region of a fact; nothing where the rules do more with it than compare.

    `compared` has what each rule compares, with the values of its names.
    """
    try:
        passed = model.along(path)
    except FactFault:
        return ()
    if not passed or any(concept.type.many for concept in passed):
        return ()
    kind = {"money": Decimal, "number": Decimal, "date": date}.get(passed[-1].type.base)
    if kind is None:
        return ()
    limits: set[Any] = set()
    for facts, names in compared:
        if not facts.only_compares(path):
            return ()
        for side in facts.sides.get(path, ()):
            try:
                value = side.evaluate(names)
            except FeelError:
                return ()
            if value is not None and not isinstance(value, kind):
                return ()
            if value is not None:
                limits.add(date.fromordinal(date.toordinal(value)) if isinstance(value, date) else value)
    absent = (None,) if passed[-1].can_be_absent else ()
    return (*_each_region(sorted(limits)), *absent) if limits else ()


def _each_region(limits: list[Any]) -> Iterator[Any]:
    """Below the first limit, each limit, between each two, and above the last."""
    step: Any = timedelta(days=1) if isinstance(limits[0], date) else Decimal(1)
    with suppress(OverflowError):  # nothing is before the first day there is
        yield limits[0] - step
    for low, high in pairwise(limits):
        yield low
        if high - low != step or not isinstance(low, date):
            yield low + (high - low) / 2
    yield limits[-1]
    with suppress(OverflowError):
        yield limits[-1] + step


def _uses(root: tree.Node, about: str) -> Iterator[tuple[str, tuple[tree.Node | None, ...]]]:
    """Each use of a fact: its path, and what it is compared with; nothing where it is not compared.

    A use behind another name ('home.rent', or 'rent' in a filter) is told by its last name alone; the subject
    itself used as a value by an empty one.
    """
    waiting: list[tuple[tree.Node, tuple[tree.Node | None, ...]]] = [(root, ())]
    while waiting:
        node, others = waiting.pop()
        match node:
            case tree.Path(attribute=attribute):
                text = feel_text(node) or ""
                inside = text.startswith(f"{about}.")
                yield text if inside else attribute, others
                if not inside:
                    waiting.append((node.base, ()))
            case tree.Name(name=name):
                yield ("" if name == about else name), ()
            case tree.Comparison(left=left, right=right):
                waiting += [(left, (right,)), (right, (left,))]
            case tree.Between(value=value, low=low, high=high):
                waiting += [(value, (low, high)), (low, (value,)), (high, (value,))]
            case _:
                waiting += [(child, ()) for child in tree.children(node)]
