"""How often somebody may ask: a bucket of tokens each, refilled by time, so that counting costs nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from aiohttp import web

from assistant.web.faults import TooMany

MOST_KEYS = 100_000
"""How many callers are remembered; the one not seen for longest is forgotten first."""


class Pace:
    """One bucket: so many at once, then so many a second. Small, for there may be one for each of thousands."""

    __slots__ = ("_left", "_then", "a_second")

    def __init__(self, a_second: int) -> None:
        self.a_second = a_second
        self._left = float(a_second)
        self._then = monotonic()

    def take(self) -> bool:
        """Take one; whether there was one."""
        now = monotonic()
        self._left = min(float(self.a_second), self._left + (now - self._then) * self.a_second)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Limit:
    """`burst` at once, then `per_minute`. Each process counts for itself."""

    burst: int
    per_minute: float
    seconds: Callable[[], float] = monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, key: str) -> float:
        """Take one; 0.0 when there was one, else the seconds until there is."""
        now = self.seconds()
        left, then = self._buckets.pop(key, (float(self.burst), now))
        left = min(float(self.burst), left + (now - then) * self.per_minute / 60)
        taken = left >= 1
        self._buckets[key] = (left - 1 if taken else left, now)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self.per_minute

    def take(self, key: str) -> None:
        """Take one. Raises TooMany (429, with Retry-After) when there is none."""
        if seconds := self.wait(key):
            raise TooMany(ceil(seconds))


@dataclass(frozen=True)
class Limits:
    """The limits of the web floor, by what is counted."""

    login: Limit = field(default_factory=lambda: Limit(burst=60, per_minute=60))  # an address
    unsafe: Limit = field(default_factory=lambda: Limit(burst=120, per_minute=120))  # a session or address
    uploads: Limit = field(default_factory=lambda: Limit(burst=30, per_minute=10))  # a session
    service: Limit = field(default_factory=lambda: Limit(burst=600, per_minute=600))  # a machine, by its name
    signed: Limit = field(
        default_factory=lambda: Limit(burst=3000, per_minute=6000)
    )  # an address, where they sign
    tickets: Limit = field(default_factory=lambda: Limit(burst=20, per_minute=20))  # a session


LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)
