"""What each citizen received against what the story says they should: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

Received = Counter[tuple[str, str]]
"""(channel, address) → messages. An address is an email address, a number, or in the chat the citizen's own key."""


@dataclass(frozen=True)
class Tally:
    """`handed_twice`: what was handed over again under the same name, and a gateway without keys would double."""

    kills: int
    pauses: int
    faults: int
    expected: int
    received: int
    lost: int
    doubled: int
    handed_twice: int
    parked: int

    @property
    def is_right(self) -> bool:
        return self.lost == 0 and self.doubled == 0 and self.received == self.expected

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.pauses} pauses, {self.faults} faults of registers and gateways; "
            f"{self.expected} messages expected, {self.received} received, {self.lost} lost, {self.doubled} doubled, "
            f"{self.handed_twice} doubled by a gateway without keys; {self.parked} jobs set going again by hand"
        )


def tally(
    expected: Received,
    received: Received,
    *,
    handed_twice: int = 0,
    kills: int = 0,
    pauses: int = 0,
    faults: int = 0,
    parked: int = 0,
) -> Tally:
    """A message to somebody who should have had none counts as doubled.

    >>> wanted = Counter({("email", "a"): 1, ("sms", "b"): 1})
    >>> found = tally(wanted, Counter({("email", "a"): 2}))
    >>> found.lost, found.doubled, found.is_right
    (1, 1, False)
    """
    return Tally(
        kills=kills,
        pauses=pauses,
        faults=faults,
        expected=expected.total(),
        received=received.total(),
        lost=(expected - received).total(),
        doubled=(received - expected).total(),
        handed_twice=handed_twice,
        parked=parked,
    )
