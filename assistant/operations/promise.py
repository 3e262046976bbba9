"""What was promised and kept: the share of messages that went, and how soon, with nobody to be made out.

A figure that counts fewer than five is not told, nor is one from which it would follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.operations.tally import LATER, Tallied

FEW: Final = 5
ENOUGH_FOR_P95: Final = 100
"""With fewer, the slowest twentieth is fewer than five messages."""
SPANS: Final = (60, 3600, 86_400, LATER)
"""The parts of the picture, in seconds: within a minute, within an hour, within a day, later."""


@dataclass(frozen=True)
class Kept:
    """One channel in one period. `None` is what is not told, for it would count too few.

    `share`: of a hundred, whole, rounded down; with `at_least` the true one may be higher. `half` and `most`: seconds
    within which half of the messages, and 95 of a hundred, had gone (`LATER`: longer than is measured).
    `parts`: seconds → share of a hundred of what was sent, for the picture; never better than what was measured.
    """

    channel: str
    sent: int | None
    failed: int | None
    share: int | None
    at_least: bool
    half: int | None
    most: int | None
    parts: Sequence[tuple[int, float]]


def kept(lines: Sequence[Tallied]) -> list[Kept]:
    """Each channel that was used, by name."""
    channels = sorted({one.name for one in lines if one.what in ("sent", "failed")})
    return [_of_channel(name, lines) for name in channels]


def _of_channel(channel: str, lines: Sequence[Tallied]) -> Kept:
    steps = {one.within: one.count for one in lines if (one.what, one.name) == ("sent", channel)}
    failed = sum(one.count for one in lines if (one.what, one.name) == ("failed", channel))
    sent = sum(steps.values())
    share, at_least = share_of(sent, failed)
    return Kept(
        channel=channel,
        sent=told(sent),
        failed=told(failed),
        share=share,
        at_least=at_least,
        half=percentile(steps, 50) if sent >= FEW else None,
        most=percentile(steps, 95) if sent >= ENOUGH_FOR_P95 else None,
        parts=parts_of(steps),
    )


def told(count: int) -> int | None:
    """
    >>> told(0), told(4), told(5)
    (0, None, 5)
    """
    return count if count == 0 or count >= FEW else None


def share_of(sent: int, failed: int) -> tuple[int | None, bool]:
    """How many of a hundred went, and whether that is a lower bound, for what failed is not told.

    >>> share_of(95, 5), share_of(99, 1), share_of(3, 0), share_of(3, 96)
    ((95, False), (96, True), (None, False), (None, False))
    """
    if sent < FEW:
        return None, False
    if told(failed) is None:
        return 100 * sent // (sent + FEW - 1), True
    return 100 * sent // (sent + failed), False


def percentile(steps: Mapping[int, int], of_a_hundred: int) -> int:
    """The step within which so many of a hundred had gone.

    >>> percentile({1: 5, 60: 4, 3600: 1}, 50), percentile({1: 5, 60: 4, 3600: 1}, 95)
    (1, 3600)
    """
    wanted, so_far = sum(steps.values()) * of_a_hundred, 0
    for step in sorted(steps):
        so_far += 100 * steps[step]
        if so_far >= wanted:
            return step
    raise ValueError("nothing was sent, so there is no such step")


def parts_of(steps: Mapping[int, int]) -> Sequence[tuple[int, float]]:
    """The spans with their share of a hundred. A span of too few is counted with the next slower one.

    >>> parts_of({1: 90, 300: 3, 7200: 7}), parts_of({1: 96, 7200: 4}), parts_of({1: 4})
    (((60, 90.0), (86400, 10.0)), ((86400, 100.0),), ())
    """
    total = sum(steps.values())
    counted: list[tuple[int, int]] = []
    begins, waiting, slowest = 0, 0, 0
    for span in SPANS:
        here = sum(count for step, count in steps.items() if begins < step <= span)
        begins, waiting, slowest = span, waiting + here, span if here else slowest
        if waiting >= FEW:
            counted.append((span, waiting))
            waiting = 0
    if waiting and not counted:
        return ()
    if waiting:
        counted[-1] = (slowest, counted[-1][1] + waiting)
    return tuple((span, 100 * count / total) for span, count in counted)
