"""The benchmark from event to message: every family is told, whoever shares the work."""

from __future__ import annotations

import pytest

from bench.events import as_text, measure


async def told(database_url: str, workers: int) -> str:
    figures = await measure(4, database_url, workers)
    assert (figures.events, figures.messages) == (8, 8)
    assert len(figures.waits) == 8
    assert figures.a_second > 0
    return as_text(figures)


async def test_both_parents_of_each_family_whose_right_it_is_are_told(database_url: str) -> None:
    assert "workers" not in await told(database_url, 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_workers_share_what_there_is_to_do(database_url: str) -> None:
    assert "events a second by 2 workers" in await told(database_url, 2)
