"""The hands that do the work in this process, each woken when there is something new in a queue it serves."""

from __future__ import annotations

import asyncio

_hands: dict[asyncio.Event, frozenset[str]] = {}


def woken_from_now_on(hand: asyncio.Event, queues: tuple[str, ...]) -> None:
    _hands[hand] = frozenset(queues)


def no_longer_woken(hand: asyncio.Event) -> None:
    _hands.pop(hand, None)


def wake(queue: str) -> None:
    for hand, queues in _hands.items():
        if queue in queues:
            hand.set()


def wake_all() -> None:
    for hand in _hands:
        hand.set()
