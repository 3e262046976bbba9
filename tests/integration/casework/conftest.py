"""The made-up municipality and its office, for each test of casework."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from office import Office, open_office
from town import Town

from assistant.store import Database


@pytest.fixture
async def town(database: Database) -> Town:
    return await Town.build(database)


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Office]:
    async with open_office(town) as opened:
        yield opened
