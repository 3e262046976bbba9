"""The queues that one hand keeps to itself for a moment, while it does together what waits in them."""

from __future__ import annotations

import asyncio

from assistant.store.work.waking import wake

SHUT_SECONDS = 0.25
"""What takes longer waits for somebody else, such as a register: the others go on meanwhile."""


class Shut:
    """Which hand has shut which queue. It is open again when that hand has done with it, or the time is up."""

    def __init__(self) -> None:
        self._by: dict[str, tuple[asyncio.Event, asyncio.TimerHandle]] = {}

    def open_to(self, queues: tuple[str, ...], hand: asyncio.Event | None) -> tuple[str, ...]:
        """Those of the queues that no other hand has shut."""
        return tuple(queue for queue in queues if queue not in self._by or self._by[queue][0] is hand)

    def shut(self, queue: str, hand: asyncio.Event) -> None:
        """Keep a queue from the other hands, from now."""
        if queue in self._by:
            self._by[queue][1].cancel()
        timer = asyncio.get_running_loop().call_later(SHUT_SECONDS, self._open, queue)
        self._by[queue] = (hand, timer)

    def let_go(self, hand: asyncio.Event, but: str | None = None) -> None:
        """Let the others at the queues a hand has shut."""
        for queue in [one for one, (whose, _) in self._by.items() if whose is hand and one != but]:
            self._open(queue)

    def _open(self, queue: str) -> None:
        self._by.pop(queue)[1].cancel()
        wake(queue)
