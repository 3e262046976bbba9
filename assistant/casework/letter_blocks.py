"""A letter's HTML taken apart into headings, paragraphs, pairs, lists and tables, for writing it another way.

The letter that was sent is kept as HTML. Its PDF is made from that very text, so that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any, Literal

Kind = Literal["heading", "paragraph", "pairs", "list", "table"]

_ROOMS = frozenset({"article", "header", "section", "div", "thead", "tbody", "tr", "time", "span"})
"""Elements that only hold others."""

_HEADINGS = {"h2": 1, "h3": 2, "h4": 3, "h5": 4}
"""Letters begin at h2, because the page around them has an h1. A paper begins at 1 (PDF/UA-1, 7.4)."""


class UnknownMarkup(ValueError):
    """A letter holds an element no block is made of; the message names it."""


@dataclass(frozen=True)
class Run:
    """A stretch of text. `href` is empty where it leads nowhere."""

    text: str
    strong: bool = False
    href: str = ""


@dataclass
class Block:
    """One piece of a letter, in reading order.

    `cells`: of a paragraph or heading one; of a list one an item; of pairs and tables row by row. `columns` is
    2 for pairs; `head` says how many of the first cells are the heads of columns.
    """

    kind: Kind
    style: str = ""  # the part of the class after 'letter-': 'sender', 'written' …
    level: int = 0
    columns: int = 0
    head: int = 0
    cells: list[list[Run]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "style": self.style,
            "level": self.level,
            "columns": self.columns,
            "head": self.head,
            "cells": [[run.__dict__ for run in cell] for cell in self.cells],
        }


def blocks_of(html: str) -> list[Block]:
    """The blocks of a letter.

    >>> [(block.kind, block.cells[0][0].text) for block in blocks_of("<article><h2>A &amp; B</h2><p>C</p></article>")]
    [('heading', 'A & B'), ('paragraph', 'C')]

    What is hidden from screen readers is a sign that the words beside it explain; it is left out. Raises
    `UnknownMarkup`.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._strong = 0
        self._href = ""
        self._hidden: list[str] = []
        self._into: list[Run] | None = None
        self._keeps_lines = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._hidden or given.get("aria-hidden") == "true":
            self._hidden.append(tag)
            return
        style = given.get("class", "").partition("letter-")[2].partition(" ")[0]
        if tag in _HEADINGS:
            self._begin(Block("heading", style, _HEADINGS[tag]))
            self._cell()
        elif tag == "p":
            self._begin(Block("paragraph", style))
            self._cell()
        elif tag == "dl":
            self._begin(Block("pairs", style, columns=2))
        elif tag == "ul":
            self._begin(Block("list", style))
        elif tag == "table":
            self._begin(Block("table", style))
        elif tag in ("dt", "dd", "li", "th", "td"):
            self._cell()
            if given.get("scope") == "col":
                self.blocks[-1].head += 1
                self.blocks[-1].columns += 1
        elif tag == "strong":
            self._strong += 1
        elif tag == "a":
            self._href = given.get("href", "")
        elif tag not in _ROOMS:
            raise UnknownMarkup(f"<{tag}> in a letter: teach letter_blocks what it is on paper")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden.pop()
            return
        if tag == "strong":
            self._strong -= 1
        elif tag == "a":
            self._href = ""
        elif tag in _HEADINGS or tag in ("p", "dt", "dd", "li", "th", "td"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._hidden or self._into is None:
            return
        if not self._keeps_lines:
            data = _spaced(data)
        if data:
            self._into.append(Run(data, bool(self._strong), self._href))

    def _begin(self, block: Block) -> None:
        self.blocks.append(block)
        self._keeps_lines = block.style == "written"

    def _cell(self) -> None:
        self._into = []
        self.blocks[-1].cells.append(self._into)

    def _end_cell(self) -> None:
        cell = self._into
        if cell:
            cell[0] = replace(cell[0], text=cell[0].text.lstrip(" \n"))
            cell[-1] = replace(cell[-1], text=cell[-1].text.rstrip(" \n"))
        self._into = None


def _spaced(text: str) -> str:
    """White space as HTML reads it, non-breaking spaces kept."""
    words = " ".join(part for part in text.replace("\t", " ").replace("\n", " ").split(" ") if part)
    before = " " if text[:1] in " \n\t" else ""
    after = " " if words and text[-1:] in " \n\t" else ""
    return f"{before}{words}{after}"
