"""The town, for the tests of the resident's pages and of the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from place_town import PLACES, TAX, Town, income, place, running_town


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(database_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
async def entitled(town: Town) -> Town:
    """Siri has been told that she may pay less for Emil's place."""
    await town.tell(PLACES, place())
    await town.tell(TAX, income("siri", 180_000))
    return town
