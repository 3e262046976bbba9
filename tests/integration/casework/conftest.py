"""The made-up municipality, for each test of casework."""

from __future__ import annotations

import pytest
from town import Town

from assistant.store import Database


@pytest.fixture
async def town(database: Database) -> Town:
    return await Town.build(database)
