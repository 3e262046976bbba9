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


class Bucket:
    """What is left of a burst, and when it was counted. Small: there is one for each of thousands."""

    __slots__ = ("_left", "_then")

    def __init__(self, burst: int, now: float) -> None:
        self._left = float(burst)
        self._then = now

    def take(self, burst: int, per_minute: float, now: float) -> float:
        """Take one; 0.0 when there was one, else the seconds until there is."""
        self._left = min(float(burst), self._left + (now - self._then) * per_minute / 60)
        self._then = now
        if self._left < 1:
            return (1 - self._left) * 60 / per_minute
        self._left -= 1
        return 0.0


@dataclass
class Limit:
    """`burst` at once, then `per_minute`. Each process counts for itself."""

    burst: int
    per_minute: float
    seconds: Callable[[], float] = monotonic
    _buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wait(self, key: str) -> float:
        """Take one; 0.0 when there was one, else the seconds until there is."""
        now = self.seconds()
        bucket = self._buckets.pop(key, None) or Bucket(self.burst, now)
        self._buckets[key] = bucket  # the last to be forgotten
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return bucket.take(self.burst, self.per_minute, now)

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
