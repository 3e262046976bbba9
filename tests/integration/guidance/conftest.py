"""The fixtures of guidance's tests: the catalogue, and a town."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from guidance_town import TOKEN, Town
from sqlalchemy import insert

from assistant.demo.mailbox import Mailbox
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.store import Database
from assistant.store.tables import municipality
from rules import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
async def town(database: Database, catalogue: Catalogue, tmp_path: Path) -> AsyncIterator[Town]:
    async with (
        Mailbox(tmp_path / "mailbox") as mailbox,
        SmsGatewayServer(tmp_path / "sms.json", TOKEN) as gateway,
    ):
        async with database.begin() as tx:
            await tx.execute(
                insert(municipality).values(
                    number="9999", name="Eksempel kommune", settings={"language": "nb"}
                )
            )
        town = Town(database, catalogue, mailbox, gateway)
        yield town
        await town.sms.close()
