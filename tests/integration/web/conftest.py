"""The site, for the tests of the web floor and of the pages on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from site_under_test import MovableClock, Site, running_site

from assistant.store import Database


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def site(database: Database, clock: MovableClock) -> AsyncIterator[Site]:
    async with running_site(database, clock) as running:
        yield running
