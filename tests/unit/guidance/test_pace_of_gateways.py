"""A gateway is handed no more in a second than it takes, and everything in the end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Config
from assistant.guidance.pacing import SECOND, Count, Pace, go_or_wait, paces_of

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOTHING_YET = Count(START, START, 0)


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(0, 1_500),
)
def test_never_more_than_it_takes_in_a_second_and_all_in_the_end(
    arrivals: list[int], most: int, late: int
) -> None:
    """Messages arrive after so many milliseconds, and each comes back up to `late` ms after its moment."""
    count = NOTHING_YET
    coming = [(START + timedelta(milliseconds=ms), number, False) for number, ms in enumerate(arrivals)]
    queue: list[tuple[datetime, int, bool]] = []
    for one in coming:
        heappush(queue, one)
    sent: list[datetime] = []
    for _ in range(100 * len(arrivals)):
        if not queue:
            break
        now, number, had_moment = heappop(queue)
        count, moment = go_or_wait(count, most, now, had_moment=had_moment)
        if moment is None:
            sent.append(now)
            continue
        assert moment > now
        heappush(queue, (moment + timedelta(milliseconds=late * (number % 3) / 2), number, True))
    assert len(sent) == len(arrivals)
    assert max(Counter(at.replace(microsecond=0) for at in sent).values()) <= most
    longest = max(arrivals) / 1000 + 2 * len(arrivals) / most + 2 * late / 1000 + 3
    assert max(sent) - START <= timedelta(seconds=longest)


def test_those_who_were_held_up_together_do_not_come_all_at_once() -> None:
    """A process that was away for an hour finds a hundred whose moments are past."""
    count, waiting = NOTHING_YET, 0
    for _ in range(100):
        count, moment = go_or_wait(count, 10, START, had_moment=True)
        waiting += moment is not None
    assert waiting == 90
    assert count.free_at >= START + 9 * SECOND


def test_each_gateway_has_its_pace_and_altinn_one_for_both() -> None:
    assert paces_of(Config()) == {}
    assert paces_of(Config.model_validate({"email": {"most_a_second": 10}})) == {"email": Pace("email", 10)}
    altinn = {"through": "altinn", "most_a_second": 3}
    both = Config.model_validate({"email": altinn, "sms": altinn, "altinn": {"most_a_second": 20}})
    assert paces_of(both) == {"email": Pace("altinn", 20), "sms": Pace("altinn", 20)}
