"""The town of the resident's pages, with case workers who are logged in, for the tests of one's own data."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "me"))

from desk_of_town import TRACKER
from place_town import PLACES, TAX, Town, income, place, running_town


@pytest.fixture
async def entitled(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """Siri has been told that she may pay less for Emil's place."""
    async with running_town(
        database_url, tmp_path / "data", api_tokens={"data_tracker": TRACKER, "biller": "another"}
    ) as town:
        await town.tell(PLACES, place())
        await town.tell(TAX, income("siri", 180_000))
        yield town
