"""Those who run jobs in this process, to be woken when there is something new for them."""

from __future__ import annotations

import asyncio
from weakref import WeakSet

_waiting: WeakSet[asyncio.Event] = WeakSet()


def woken_from_now_on(event: asyncio.Event) -> None:
    _waiting.add(event)


def no_longer_woken(event: asyncio.Event) -> None:
    _waiting.discard(event)


def wake_all() -> None:
    for event in _waiting:
        event.set()
