"""Writes Python text a line at a time: names made up here, constants bound by name, nothing of a rule's own text."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from rules.plain.terms import Term


class Writer:
    """The lines so far, the names bound, and which values are at hand at this place of the text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {}
        self.at_hand: dict[Hashable, Term] = {}
        self._names: dict[tuple[str, int], str] = {}
        self._made = 0
        self._indent = ""

    def fresh(self, stem: str) -> str:
        """A name nobody has. `stem` is a word of ours."""
        self._made += 1
        return f"{stem}_{self._made}"

    def bind(self, value: Any, stem: str) -> str:
        """The name under which the text finds a value."""
        key = (stem, id(value))
        if key not in self._names:
            self._names[key] = self.fresh(stem)
            self.bound[self._names[key]] = value  # also keeps it alive, so that its id stays its own
        return self._names[key]

    def line(self, text: str) -> None:
        self.lines.append(self._indent + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """An indented block under a header. What is worked out within is not at hand after it."""
        self.line(header)
        before, at_hand = self._indent, self.at_hand
        self._indent, self.at_hand = before + "    ", dict(at_hand)
        length = len(self.lines)
        yield
        if len(self.lines) == length:
            self.line("pass")
        self._indent, self.at_hand = before, at_hand

    @contextmanager
    def aside(self) -> Iterator[list[str]]:
        """Lines that are held back: put them in with `put`, within a block or not, or not at all."""
        lines, at_hand = self.lines, self.at_hand
        indent = self._indent
        self.lines, self.at_hand, self._indent = [], dict(at_hand), ""
        held = self.lines
        yield held
        self.lines, self.at_hand, self._indent = lines, at_hand, indent

    def put(self, held: list[str]) -> None:
        for text in held:
            self.line(text)

    def kept(self, term: Term, stem: str = "v") -> Term:
        """The term under a name, so that it is worked out once."""
        if term.atom or term.walk is not None:
            return term
        name = self.fresh(stem)
        self.line(f"{name} = {term.code}")
        return Term(name, term.kind, atom=True)
