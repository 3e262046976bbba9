"""The site with a rule editor on it, over the catalogue we ship, and somebody who may edit."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from site_under_test import Browser, MovableClock, Site, running_site

from assistant.determinations import RuleVersions
from assistant.store import Database, Transaction
from rules import Catalogue

RULE = "kindergarten.reduced_fee"
NOW = datetime(2024, 10, 1, 10, tzinfo=UTC)


@functools.cache
def shipped() -> Catalogue:
    return Catalogue.load()


class Told(list[tuple[str, date]]):
    """What was to be determined anew, in the order it was asked for."""

    async def __call__(self, tx: Transaction, rule_id: str, applies_from: date, now: datetime) -> None:
        self.append((rule_id, applies_from))


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
