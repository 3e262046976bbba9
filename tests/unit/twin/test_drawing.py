"""Where the boxes stand: never on each other, never outside, in the order they are read, the names within."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.twin.drawing import (
    GAP,
    MOST_LINES,
    NARROW_WIDTH,
    WIDE_WIDTH,
    Box,
    Drawing,
    broken,
    narrow,
    wide,
)
from assistant.twin.picture import HOME, Edge, Kind, Node, Picture

OF_ME: tuple[Kind, ...] = ("partner", "vehicle", "property", "employment", "organisation", "school")
OF_A_CHILD: tuple[Kind, ...] = ("kindergarten_place", "school", "parent", "vehicle")


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Picture, dict[str, str]]:
    """Somebody with a home, things, children, and what is theirs; one other parent of several children at times."""
    nodes = [Node("me", "me", "me")]
    edges = []
    if draw(st.booleans()):
        nodes.append(Node(HOME, "home", "me", "me"))
    for number, kind in enumerate(draw(st.lists(st.sampled_from(OF_ME), max_size=8))):
        nodes.append(Node(f"mine{number}", kind, f"mine{number}", "me"))
    for child in range(draw(st.integers(0, 4))):
        key = f"child{child}"
        nodes.append(Node(key, "child", key, "me"))
        if nodes[1:2] and nodes[1].key == HOME and draw(st.booleans()):
            edges.append(Edge(HOME, key))
        for number, kind in enumerate(draw(st.lists(st.sampled_from(OF_A_CHILD), max_size=3))):
            nodes.append(Node(f"{key}-{number}", kind, f"{key}-{number}", key))
    edges += [Edge(node.under, node.key) for node in nodes if node.under]
    words = st.text(st.sampled_from("abcdefghij ÆØÅæøå-"), max_size=60)
    return Picture(tuple(nodes), tuple(edges)), {node.key: draw(words) for node in nodes}


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def check(drawing: Drawing, picture: Picture) -> None:
    assert [box.key for box in drawing.boxes] == [node.key for node in picture.nodes]
    for number, box in enumerate(drawing.boxes):
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
        assert 1 <= len(box.lines) <= MOST_LINES
        assert all(apart(box, other) for other in drawing.boxes[number + 1 :])
    for line in drawing.lines:
        points = [int(one) for one in re.findall(r"\d+", line.path)]
        assert max(points) <= max(drawing.width, drawing.height)


@given(pictures())
def test_beside_each_other(made: tuple[Picture, dict[str, str]]) -> None:
    drawing = wide(*made)
    assert drawing.width == WIDE_WIDTH
    check(drawing, made[0])
    assert {line.edge for line in drawing.lines} == set(made[0].edges)


@given(pictures())
def test_under_each_other(made: tuple[Picture, dict[str, str]]) -> None:
    drawing = narrow(*made)
    assert drawing.width == NARROW_WIDTH
    check(drawing, made[0])
    for over, below in pairwise(drawing.boxes):
        assert below.y == over.y + over.height + GAP // 2
    for node in made[0].nodes:
        if node.under:
            assert drawing.box(node.key).x > drawing.box(node.under).x


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ("",)),
        ("Ada", ("Ada",)),
        ("Lyngbakken naturbarnehage", ("Lyngbakken", "naturbarnehage")),
        ("Norskkurskjøpesenterdirektør", ("Norskkurskjøpesen", "terdirektør")),
    ],
)
def test_names_are_broken_to_fit(text: str, lines: tuple[str, ...]) -> None:
    assert [len(line) <= 17 for line in broken(text, 216)] == [True] * len(lines)
    assert broken(text, 216) == lines


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    found = broken("ord " * 40, 216)
    assert len(found) == MOST_LINES
    assert found[-1].endswith("…")


def test_what_belongs_to_a_child_stands_beyond_the_child_and_mine_before_me() -> None:
    nodes = (
        Node("me", "me", "me"),
        Node("car", "vehicle", "car", "me"),
        Node("kid", "child", "kid", "me"),
        Node("bike", "vehicle", "bike", "kid"),
    )
    picture = Picture(nodes, tuple(Edge(node.under, node.key) for node in nodes[1:]))
    x = {box.key: box.x for box in wide(picture, {node.key: node.key for node in nodes}).boxes}
    assert x["car"] < x["me"] < x["kid"] < x["bike"]
