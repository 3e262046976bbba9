"""Within a transaction the versions of rules are asked of the database once, until one is saved in it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import insert

from assistant.determinations import RuleVersions
from assistant.store import Database
from assistant.store.columns import new_id
from assistant.store.tables import rule_version
from rules import Catalogue

ON, NOW = date(2026, 9, 1), datetime(2026, 8, 1, tzinfo=UTC)
RULE = "kindergarten.reduced_fee"


async def test_a_transaction_asks_once_and_the_next_sees_what_was_saved(database: Database) -> None:
    catalogue = Catalogue.load()
    versions = RuleVersions(catalogue)
    text = f"{catalogue.rules[RULE].text}\n# edited\n"
    async with database.begin() as tx:
        before = await versions.by_day(tx)
        saved = {"rule": RULE, "number": 1, "applies_from": ON, "text": text, "digest": "d" * 64}
        row = {**saved, "id": new_id(), "saved_by": "x", "saved_at": NOW, "note": ""}
        await tx.execute(insert(rule_version).values(row))  # behind its back: it does not look again
        assert await versions.by_day(tx) is before
    async with database.begin() as tx:
        assert (await versions.catalogue_at(tx, ON)).rules[RULE].text == text
