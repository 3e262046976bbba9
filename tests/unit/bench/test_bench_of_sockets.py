"""The benchmark of open chats: what it says, and that it runs at all."""

import pytest

from bench.sockets import Measured, as_text, run

BARE = Measured(kilobytes=15.0, opened_a_second=300, median_ms=1.0, p99_ms=4.0, lines=100, lost=0)
OURS = Measured(kilobytes=30.0, opened_a_second=30, median_ms=20.0, p99_ms=80.0, lines=100, lost=1)


def test_it_tells_our_figures_beside_those_of_a_bare_socket():
    told = as_text({"bare": BARE, "varde": OURS}, 5000, 200)
    assert "5000 open chats in one process, 200 of them talking" in told
    assert "| varde | 30.0 | 30 | 20.0 ms | 80.0 ms | 100 | 1 |" in told
    assert "times the bare socket: 2.0 in memory, 20.0 in p99" in told


@pytest.mark.long
async def test_a_few_chats_are_opened_and_every_line_is_answered():
    found = await run(sockets=120, active=10, seconds=1, database="")
    assert found["varde"].lines >= 10
    assert found["varde"].lost == found["bare"].lost == 0
