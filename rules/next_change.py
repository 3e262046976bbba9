"""When a determination changes by itself: law, time and birthdays move on though no fact does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from rules.judgement import Judgement

LOOKS_AHEAD = 40


def next_change(now: Judgement, judge_at: Callable[[date], Judgement]) -> date | None:
    """The first day after a judgement's on which the rule says something else for the same facts; None: never.

    Each look tells the earliest day on which anything can turn out otherwise; in between nothing can. After
    `LOOKS_AHEAD` looks that found no change the day reached is given: earlier than the true one, never later.
    """
    said, day = now.said, now.next_look
    for _ in range(LOOKS_AHEAD):
        if day is None:
            return None
        later = judge_at(day)
        if later.said != said:
            return day
        day = later.next_look
    return day
