"""A subscriber and the room that sends to it, for each test."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.store import Database

sys.path.append(str(Path(__file__).parent.parent / "casework"))  # its town and office stand here too

from receiving import Post, Receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as opened:
        yield opened


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)
