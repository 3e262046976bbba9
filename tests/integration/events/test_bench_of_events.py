"""The benchmark from event to message: every family is told, whoever shares the work."""

from __future__ import annotations

import pytest
from bench.events import as_text, measure


@pytest.mark.parametrize(
    ("database_url", "workers"), [("sqlite", 1), ("postgresql", 2)], indirect=["database_url"]
)
async def test_both_parents_of_each_family_whose_right_it_is_are_told(
    database_url: str, workers: int
) -> None:
    figures = await measure(4, database_url, workers)
    assert (figures.events, figures.messages) == (8, 8)
    assert len(figures.waits) == 8
    assert figures.a_second > 0
    assert ("by 2 workers" in as_text(figures)) is (workers == 2)
