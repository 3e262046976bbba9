"""Where each box of the twin's picture stands, and the lines between: side by side, or one under another. Pure.

Lengths are units of the drawing's own system, about a CSS pixel each at the width it is made for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assistant.twin.picture import Edge, Node, Picture

ACROSS: Final = {
    "vehicle": 0,
    "property": 0,
    "employment": 0,
    "organisation": 0,
    "kindergarten_place": 0,
    "school": 0,
    "home": 1,
    "me": 1,
    "partner": 1,
    "child": 2,
}
"""The column of a box when there is room: what is mine, me, and my children."""

OF_A_CHILD: Final = 3
"""The column of what belongs to a child, and of its other parent."""

WIDE_WIDTH: Final = 1040
WIDE_BOX: Final = 216
NARROW_WIDTH: Final = 288
INDENT: Final = 20
GAP: Final = 20
LETTER: Final = 9.2  # the width of a letter at the size the boxes are written in, on the broad side
PADDING: Final = 52  # beside the text: an icon, and air
LINE: Final = 21
HEAD: Final = 38  # the height of a box without the lines of its name
MOST_LINES: Final = 3


@dataclass(frozen=True)
class Box:
    """A node's place: its upper left corner and its size, and its name broken into lines that fit."""

    key: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True)
class Line:
    """A line between two boxes, as an SVG path."""

    edge: Edge
    path: str


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    def box(self, key: str) -> Box:
        return next(box for box in self.boxes if box.key == key)


def broken(text: str, width: int) -> tuple[str, ...]:
    """The text in lines that fit a box of that width; what is too long ends with an ellipsis.

    >>> broken("Steinrøysa 1, 9998 VARDEVIK", 216)
    ('Steinrøysa 1, 9998', 'VARDEVIK')
    """
    letters = max(4, int((width - PADDING) / LETTER))
    return tuple(textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder="…")) or ("",)


def wide(picture: Picture, labels: Mapping[str, str]) -> Drawing:
    """Four columns, each in the middle of the height of the tallest. `labels`: key → what the box is called."""
    columns: dict[int, list[Node]] = {}
    for node in picture.nodes:
        columns.setdefault(_column(node, picture), []).append(node)
    for nodes in columns.values():
        nodes.sort(key=lambda node: node.kind != "home")  # the home stands over who lives there
    order = sorted(columns)
    heights = {column: _stack(columns[column], labels, WIDE_BOX) for column in order}
    height = max(heights.values(), default=0)
    step = (WIDE_WIDTH - WIDE_BOX) // OF_A_CHILD
    shift = (WIDE_WIDTH - WIDE_BOX - step * (len(order) - 1)) // 2
    boxes: dict[str, Box] = {}
    for place, column in enumerate(order):
        y = (height - heights[column]) // 2
        for node in columns[column]:
            lines = broken(labels[node.key], WIDE_BOX)
            box = Box(node.key, shift + place * step, y, WIDE_BOX, HEAD + LINE * len(lines), lines)
            boxes[node.key] = box
            y += box.height + GAP
    lines_ = tuple(Line(edge, _curve(boxes[edge.start], boxes[edge.end])) for edge in picture.edges)
    return Drawing(WIDE_WIDTH, height, tuple(boxes[node.key] for node in picture.nodes), lines_)


def narrow(picture: Picture, labels: Mapping[str, str]) -> Drawing:
    """One column: each box under what it belongs to, a little further in."""
    boxes: dict[str, Box] = {}
    y = 0
    for node in picture.nodes:
        x = INDENT * _depth(node, picture)
        lines = broken(labels[node.key], NARROW_WIDTH - x)
        boxes[node.key] = Box(node.key, x, y, NARROW_WIDTH - x, HEAD + LINE * len(lines), lines)
        y += boxes[node.key].height + GAP // 2
    under = {node.key: node.under for node in picture.nodes}
    edges = [edge for edge in picture.edges if under[edge.end] == edge.start]
    lines_ = tuple(Line(edge, _elbow(boxes[edge.start], boxes[edge.end])) for edge in edges)
    return Drawing(NARROW_WIDTH, max(0, y - GAP // 2), tuple(boxes.values()), lines_)


def _column(node: Node, picture: Picture) -> int:
    owner = picture.node(node.under)
    return OF_A_CHILD if owner is not None and owner.kind == "child" else ACROSS[node.kind]


def _depth(node: Node, picture: Picture) -> int:
    owner = picture.node(node.under)
    return 0 if owner is None else 1 + _depth(owner, picture)


def _stack(nodes: list[Node], labels: Mapping[str, str], width: int) -> int:
    heights = [HEAD + LINE * len(broken(labels[node.key], width)) for node in nodes]
    return sum(heights) + GAP * (len(heights) - 1)


def _curve(start: Box, end: Box) -> str:
    """From side to side; between two of one column from under to over."""
    if start.x == end.x:
        over, below = sorted((start, end), key=lambda box: box.y)
        x = start.x + start.width // 2
        return f"M{x} {over.y + over.height}V{below.y}"
    left, right = sorted((start, end), key=lambda box: box.x)
    x1, x2 = left.x + left.width, right.x
    bend = (x1 + x2) // 2
    return f"M{x1} {left.middle}C{bend} {left.middle} {bend} {right.middle} {x2} {right.middle}"


def _elbow(start: Box, end: Box) -> str:
    x = start.x + INDENT // 2
    return f"M{x} {start.y + start.height}V{end.middle}H{end.x}"
