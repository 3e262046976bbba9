"""The site with a rule editor on it, over the catalogue we ship, and somebody who may edit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from shipped_rules import NOW, Told, shipped
from site_under_test import Browser, MovableClock, Site, running_site

from assistant.determinations import RuleVersions
from assistant.store import Database


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def versions(told: Told) -> RuleVersions:
    return RuleVersions(shipped(), told)


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    clock = MovableClock()
    clock.now = NOW
    async with running_site(database, clock) as running:
        yield running


@pytest.fixture
async def author(site: Site) -> Browser:
    return await site.staff("rule_editor")
