"""How often somebody may ask."""

from __future__ import annotations

import pytest

from assistant.web import limits
from assistant.web.faults import TooMany
from assistant.web.limits import Limit


class Watch:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_pace_and_everybody_for_themselves() -> None:
    watch = Watch()
    limit = Limit(burst=3, per_minute=60, seconds=watch)
    for _ in range(3):
        limit.take("kari")
    with pytest.raises(TooMany) as refused:
        limit.take("kari")
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    limit.take("ola")
    watch.now += 1
    limit.take("kari")
    assert limit.wait("kari") == pytest.approx(1.0)


def test_it_does_not_remember_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    limit = Limit(burst=1, per_minute=1, seconds=Watch())
    for n in range(50):
        limit.wait(str(n))
    assert len(limit._buckets) == 10
