"""The simulators running, and the clients pointed at them by nothing but configuration."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from assistant.config import Config
from assistant.registers import Registers
from assistant.registers.simulators import Simulators, start_all


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with start_all(timeout_seconds=0.5) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as open_session:
        yield open_session


@pytest.fixture
async def registers(simulators: Simulators, session: aiohttp.ClientSession) -> Registers:
    return Registers.from_config(simulators.configured(Config()), session)
