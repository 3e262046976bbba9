"""What docs/feel.md shows is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from evaluating import value_of

from rules.feel import Unknown
from rules.feel.command import as_json, evaluate_json, json_line

_PAGE = Path(__file__).parents[3].joinpath("docs/feel.md").read_text(encoding="utf-8")


def _rows() -> list[tuple[str, str]]:
    """Each expression of the table on unknown, with the value beside it."""
    table = _PAGE.split("| expression, where `u` is unknown | value |\n|---|---|\n")[1].split("\n\n")[0]
    rows: list[tuple[str, str]] = []
    for line in table.splitlines():
        texts, values = (re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|"))
        if "unknown: " in line:
            values = ["unknown"] * len(texts)
        rows.extend(zip(texts, values, strict=True))
    return rows


@pytest.mark.parametrize(("text", "expected"), _rows())
def test_the_table_on_unknown_is_true(text: str, expected: str) -> None:
    value = value_of(text, u=Unknown(["u"]))
    assert ("unknown" if value == Unknown(["u"]) else json_line(as_json(value))) == expected


def test_the_first_example_is_true() -> None:
    found = re.search(r"varde feel '(.+)' --context '(.+)'\n    (.+)", _PAGE)
    assert found
    assert json_line(evaluate_json(found[1], found[2])) == found[3]
