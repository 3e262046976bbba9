"""Processes are killed and paused, registers and gateways misbehave: everybody is told once, and nobody twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from breaking import Breaker, MailMischief, town
from counting import counted
from long_runs import WHOLE, share_of
from receiving_end import Tally, tally
from workers_forked import Fault, Nursery

SEED = 20261102
KILLS = 1_000 if WHOLE else share_of(200)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery") / "workers.log") as nursery:
        yield nursery


async def broken(nursery: Nursery, folder: Path, database_url: str, *, citizens: int, kills: int) -> Tally:
    """Two workers on PostgreSQL, the one there may be on SQLite."""
    workers, began = (2 if database_url.startswith("postgresql") else 1), time.monotonic()
    async with town(folder, database_url) as place:
        found = await Breaker(place, nursery, SEED, kills, workers).go(citizens)
    counted(f"{found}; {workers} at work, {time.monotonic() - began:.0f} s")
    return found


@pytest.mark.timeout(240)
async def test_a_little_of_everything_breaks_and_each_is_told_once(
    nursery: Nursery, tmp_path: Path, database_url: str
) -> None:
    found = await broken(nursery, tmp_path, database_url, citizens=2, kills=3)
    assert found.is_right, found
    assert found.expected == 4


@pytest.mark.long
@pytest.mark.timeout(2 * 3600)
async def test_killed_a_thousand_times_and_each_is_told_once(
    nursery: Nursery, tmp_path: Path, database_url: str
) -> None:
    found = await broken(nursery, tmp_path, database_url, citizens=max(4, KILLS // 4), kills=KILLS)
    assert found.is_right, found


# ---- the harness sees what it is to see ----------------------------------------------------------------


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("fault", "lost", "doubled"), [("forgets", 1, 0), ("renames", 0, 1)])
async def test_a_worker_that_forgets_or_renames_is_found_out(
    nursery: Nursery, tmp_path: Path, database_url: str, fault: Fault, lost: int, doubled: int
) -> None:
    """The mail server breaks off in the middle, or when it has taken the mail and has not said so."""
    async with town(tmp_path, database_url) as place:
        place.mailbox.misbehaviour = MailMischief("take_and_drop" if doubled else "drop")
        found = await Breaker(place, nursery, SEED, kills=0, fault=fault).go(citizens=1)
    counted(f"{fault}: {found}")
    assert (found.lost, found.doubled) == (lost, doubled)
    assert not found.is_right


@pytest.mark.parametrize(
    ("received", "lost", "doubled"),
    [
        ({("email", "a"): 1, ("sms", "b"): 1}, 0, 0),
        ({("email", "a"): 1}, 1, 0),
        ({("email", "a"): 2, ("sms", "b"): 1}, 0, 1),
        ({("email", "a"): 1, ("email", "b"): 1}, 1, 1),
        ({("email", "a"): 1, ("sms", "b"): 1, ("sms", "c"): 1}, 0, 1),
    ],
)
def test_a_loss_a_double_and_a_wrong_address_are_counted(
    received: dict[tuple[str, str], int], lost: int, doubled: int
) -> None:
    expected = Counter({("email", "a"): 1, ("sms", "b"): 1})
    found = tally(expected, Counter(received))
    assert (found.lost, found.doubled) == (lost, doubled)
    assert found.is_right == (lost == doubled == 0)
