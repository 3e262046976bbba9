"""What is told of what was sent: never better than it was, and never about fewer than five."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.operations.promise import FEW, SPANS, Kept, kept, parts_of
from assistant.operations.tally import LATER, STEPS, Tallied

steps = st.dictionaries(st.sampled_from((*STEPS, LATER)), st.integers(1, 40))


def one(sent: dict[int, int], failed: int = 0) -> Kept:
    lines = [Tallied("sent", "sms", within, count) for within, count in sent.items()]
    [found] = kept([*lines, Tallied("failed", "sms", 0, failed), Tallied("event", "done", 0, 9)])
    return found


def test_a_month_of_one_channel() -> None:
    found = one({1: 900, 300: 80, 86_400: 20}, failed=10)
    assert (found.sent, found.failed, found.share, found.at_least) == (1000, 10, 99, False)
    assert (found.half, found.most) == (1, 300)
    assert found.parts == ((60, 90.0), (3600, 8.0), (86_400, 2.0))


def test_few_are_not_told() -> None:
    found = one({1: 4}, failed=3)
    assert (found.sent, found.failed, found.share, found.half, found.most, found.parts) == (
        *(None,) * 5,
        (),
    )
    assert one({1: 99}).most is None


@given(steps, st.integers(0, 60))
def test_no_figure_lets_fewer_than_five_be_counted_or_says_too_much(
    sent: dict[int, int], failed: int
) -> None:
    found = one(sent, failed)
    total = sum(sent.values())
    assert found.sent is None or found.sent in (0, total)
    assert (found.sent is None) == (0 < total < FEW)
    assert (found.failed is None) == (0 < failed < FEW)
    if found.share is not None:
        assert found.share <= 100 * total / (total + failed)
        if 0 < failed < FEW:  # the same whichever of the hidden numbers it was
            assert {one(sent, other).share for other in range(1, FEW)} == {found.share}


@given(steps)
def test_the_picture_is_never_better_than_what_was_measured(sent: dict[int, int]) -> None:
    total, parts = sum(sent.values()), parts_of(sent)
    assert parts == () or abs(sum(share for _, share in parts) - 100) < 1e-9
    assert all(share * total / 100 > FEW - 0.5 for _, share in parts)
    for span in SPANS:
        measured = 100 * sum(count for step, count in sent.items() if step <= span) / max(total, 1)
        assert sum(share for upto, share in parts if upto <= span) <= measured + 1e-9
