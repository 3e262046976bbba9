"""Chat: tells those who listen that a message is there. The message itself waits in the store until read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Literal

from channels.interface import Accepted, Carries, Cost, Outgoing, Receipts, Result, too_much

Listener = Callable[[Outgoing | None], None]
"""Called with a message handed over in this process; with None where there may be something new in the store."""

LOOKS_PER_SECOND = 50
"""How many people's conversations are told in a second that they may have missed something: each then asks the
database, some milliseconds of a process that goes on answering others."""


class ChatChannel:
    """One process's open conversations. `send` is always accepted: who is away finds the message later.

    Those open in other processes are told by what the database hands on: `tell` there.
    """

    name = "chat"
    addressed_by: Literal["address"] = "address"
    reminds = False
    carries = Carries(whole=True)
    receipts: Receipts = "none"

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = defaultdict(list)

    def listen(self, person_id: str, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each message to that person; call what is returned to stop.

        The listener must not block: put the message in a queue of your own. What it raises is reported by
        the event loop and reaches neither the sender nor other listeners.
        """
        self._listeners[person_id].append(listener)
        return partial(self._listen_no_more, person_id, listener)

    def _listen_no_more(self, person_id: str, listener: Listener) -> None:
        listeners = self._listeners.get(person_id, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners:
            self._listeners.pop(person_id, None)

    def listening(self, person_id: str) -> int:
        """How many conversations that person has open here."""
        return len(self._listeners.get(person_id, ()))

    def cost(self, message: Outgoing) -> Cost:
        return Cost(Decimal(0))

    def can_carry(self, message: Outgoing) -> str | None:
        return too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        self.tell(message.recipient, message)
        return Accepted(receipt=message.id)

    def tell(self, person_id: str, message: Outgoing | None = None) -> None:
        """Have the person's open conversations look for what is new."""
        loop = asyncio.get_running_loop()
        for listener in tuple(self._listeners.get(person_id, ())):
            loop.call_soon(listener, message)

    def tell_everybody(self) -> None:
        """Have every open conversation look, a few at a time: something may have been missed."""
        loop = asyncio.get_running_loop()
        for place, person_id in enumerate(tuple(self._listeners)):
            loop.call_later(place / LOOKS_PER_SECOND, self.tell, person_id)

    async def close(self) -> None:
        self._listeners.clear()
