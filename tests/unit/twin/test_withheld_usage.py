"""An entry without its content must say which law withholds it; the chain runs on through it, as strict as before."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from test_usage_chain import export, faults

from assistant.twin.usage_chain import verify

LAW = "straffeprosessloven"


def withheld(log: dict[str, Any], number: int, law: Any = LAW) -> dict[str, Any]:
    changed = copy.deepcopy(log)
    kept = changed["entries"][number - 1]
    changed["entries"][number - 1] = {"number": kept["number"], "hash": kept["hash"], "withheld": law}
    return changed


@pytest.mark.parametrize("number", [1, 3, 4, 6])
def test_a_withheld_entry_is_counted_and_the_chain_holds(number: int) -> None:
    verdict = verify(withheld(export(), number))
    assert (verdict.entries, verdict.withheld, verdict.faults) == (6, 1, ())


@pytest.mark.parametrize("law", ["", "  ", None, 1])
def test_one_without_content_and_without_a_law_is_a_fault(law: Any) -> None:
    said = ["entry 2: has no content, and does not say which law withholds it"]
    assert faults(withheld(export(signed=1), 2, law)) == said


@pytest.mark.parametrize("digest", [None, "", "abc", "Z" * 64])
def test_one_without_its_hash_is_a_fault(digest: Any) -> None:
    log = withheld(export(signed=1), 2)
    log["entries"][1]["hash"] = digest
    assert faults(log) == ["entry 2: is withheld, and has no hash to check what follows it by"]


def test_another_hash_in_its_place_shows_in_the_entry_after() -> None:
    log = withheld(export(signed=1), 2)
    log["entries"][1]["hash"] = "0" * 64
    assert faults(log) == ["entry 3: is not as it was logged, or the one before it is not"]


def test_another_hash_at_the_end_shows_in_the_signature() -> None:
    log = withheld(export(signed=6), 6)
    log["entries"][5]["hash"] = "0" * 64
    assert faults(log) == ["entry 6: is not the one that was signed on 2026-09-02"]


def test_one_with_content_cannot_be_called_withheld() -> None:
    log = export(signed=1)
    log["entries"][2]["withheld"] = LAW
    assert faults(log) == ["entry 3: is said to be withheld, and has content"]


def test_content_cannot_be_taken_away_in_part() -> None:
    log = export(signed=1)
    del log["entries"][2]["purpose"]
    assert faults(log) == ["entry 3: is not as it was logged, or the one before it is not"]


def test_a_withheld_entry_cannot_be_dropped_or_moved() -> None:
    log = withheld(export(), 3)
    dropped = {**log, "entries": [one for one in log["entries"] if one["number"] != 3]}
    assert faults(dropped)[0] == "entry 3: is missing: number 4 stands in its place"
    entries = log["entries"]
    moved = {**log, "entries": [entries[0], entries[2], entries[1], *entries[3:]]}
    assert faults(moved)[0] == "entry 2: is missing: number 3 stands in its place"
