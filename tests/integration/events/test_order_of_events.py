"""A family's events come in any order, and the family is told the same."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from house import FEEDS, open_house

from assistant.events.inbox import open_events
from assistant.store.tables import inbox, message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("documents", list(permutations(("sofie", "daniel", "ada"))), ids=", ".join)
async def test_the_last_to_be_heard_of_may_be_who_makes_the_household_known(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, documents: tuple[str, ...]
) -> None:
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as house:
        # given everything is stored and nothing handled
        for feed in FEEDS:
            await house.assistant.polling.poll(feed)
        keys = {house.story.municipality.person(key).identifier: key for key in documents}
        stored = {}
        async with house.database.read() as tx:
            for row in await house.rows(inbox):
                ((event, _),) = await open_events(tx, house.assistant.parts.identities.keys, [row["id"]])
                about = event.data.get("hendelse", {}).get("folkeregisteridentifikator", "")
                stored[keys.get(about, "place")] = row["id"]

        # when the place is told of before the last of the family
        for name in (*documents[:2], "place", documents[2]):
            await house.assistant.work.handlers["handle_event"]({"inbox_id": stored[name]})
        await house.assistant.work.run_until_idle()

        # then both incomes have been fetched: 366 000 and 348 000 are above the limit
        record = (await house.determination("ada", "kindergarten.core_time"))["record"]
        assert (record["answer"], record["missing"]) == ("no", [])

        # and a correction that brings them below it is told to both
        await house.play("okoro_income_corrected")
        told = {(row["person_id"], row["channel"]) for row in await house.rows(message)}
        assert len({person for person, _ in told}) == 2
