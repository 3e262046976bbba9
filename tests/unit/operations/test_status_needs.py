"""What `varde status` says needs a human: a table of one thing wrong at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.commands.status import lines
from assistant.guidance.switches import Switch
from assistant.operations.status import ChannelState, FeedState, QueueState, Status, needs

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WELL = Status(
    at=NOW,
    database="sqlite",
    migration="0008",
    newest_migration="0008",
    leader="the one process there is",
    clock_fired_at=NOW - timedelta(minutes=10),
    queues=[QueueState("chat", 0, None), QueueState("events", 2, 3), QueueState("bulk", 9, 3600)],
    parked={},
    channels=[ChannelState("sms", 3, 60, 12)],
    switches=[],
    in_trial=False,
    feeds=[FeedState("population_register", NOW - timedelta(seconds=5), None)],
    backup_at=NOW - timedelta(hours=20),
)
SMS = Switch("channel:sms", "twice", "an operator", NOW, None, None, None, waiting=3, statutory=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, None),
        ({"migration": "0007"}, "run `varde db upgrade`"),
        ({"clock_fired_at": None}, "start `varde worker`"),
        ({"clock_fired_at": NOW - timedelta(hours=2)}, "start `varde worker`"),
        ({"queues": [QueueState("chat", 1, 61)]}, "queue chat has waited 61 s"),
        ({"queues": [QueueState("events", 1, 901)]}, "queue events"),
        ({"queues": [QueueState("bulk", 1, 7201)]}, "queue bulk"),
        ({"parked": {"deliver": 2, "handle": 1}}, "3 jobs have given up"),
        ({"channels": [ChannelState("sms", 1, 90_000, 0)]}, "messages by sms"),
        ({"channels": [ChannelState("sms", 1, 90_000, 0)], "switches": [SMS]}, "varde go --channel sms"),
        ({"feeds": [FeedState("tax_administration", None, None)]}, "last asked never"),
        ({"backup_at": None}, "varde backup FILE"),
        ({"backup_at": NOW - timedelta(hours=27)}, "varde backup FILE"),
    ],
)
def test_one_thing_wrong_is_one_sentence_with_the_way_out(wrong: dict[str, Any], said: str | None) -> None:
    found = needs(replace(WELL, **wrong), 26)
    assert len(found) == (0 if said is None else 1), found
    assert said is None or said in found[0]
    told = list(lines(replace(WELL, **wrong), found))
    assert told[-1] == ("Nothing needs a human." if said is None else f"! {found[0]}")


def test_backups_made_elsewhere_are_not_asked_for() -> None:
    assert needs(replace(WELL, backup_at=None), 0) == []
