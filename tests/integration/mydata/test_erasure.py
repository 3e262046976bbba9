"""A canary that a person wrote everywhere they can is nowhere after they had it erased, also not from a backup."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from place_town import TODAY, Town, person, says
from sqlalchemy import insert, select
from test_requests import request_at, request_row

from assistant.mydata.erasing import tombstones
from assistant.store.columns import to_json
from assistant.store.tables import chat_line, erasure, fact, metadata, wish
from assistant.twin import Provenance, Span

CANARY = "kanarifugl"
TOLD = Provenance("person", "personvernforordningen artikkel 6")


async def dump(town: Town) -> str:
    """The whole database as text."""
    async with town.assistant.database.read() as tx:
        rows = [
            {name: str(value) if isinstance(value, bytes) else value for name, value in row.items()}
            for table in metadata.sorted_tables
            for row in await tx.all(select(table))
        ]
    return json.dumps(rows, default=str, ensure_ascii=False)


async def write_everywhere(town: Town) -> None:
    siri = await town.browser("siri")
    await siri.send("/me/errands", definition="apply_reduced_fee", child=town.ids["emil"])
    errand = siri.at
    await siri.send(errand, step="explain", action="next")
    await siri.send(errand, step="household", action="next", cohabitant="no")
    await siri.send(
        errand, step="income_drop", action="next", income_drop="yes", **{"income_drop-detail": CANARY}
    )
    now = town.assistant.clock()
    async with town.assistant.database.begin() as tx:
        line = {"person_id": town.ids["siri"], "author": "person", "content": {"text": CANARY}, "at": now}
        await tx.execute(insert(chat_line).values(**line, client_id="one"))
        other = line | {"person_id": town.ids["per"], "content": {"text": "Pers egen linje"}}
        await tx.execute(insert(chat_line).values(**other, client_id="two"))
        values = {"person_id": town.ids["siri"], "theme": CANARY, "choice": "ask", "set_at": now}
        await tx.execute(insert(wish).values(**values))
    text = Span(CANARY, TODAY, TODAY + timedelta(days=300))
    await town.tell(TOLD, says(person("siri"), in_the_car_as=text))
    told = [row for row in await _facts(town) if row["concept"] == "person.in_the_car_as"]
    await siri.send(
        f"/me/data/facts/{told[0]['id']}/wrong", action="send", reason=f"Ikke {CANARY} lenger", should_be=""
    )
    await siri.send(f"/me/data/requests/{request_at(siri)}/withdraw")


async def _facts(town: Town) -> list[dict[str, Any]]:
    async with town.assistant.database.read() as tx:
        return await tx.all(select(fact).where(fact.c.subject_id == town.ids["siri"]))


async def test_a_canary_is_gone_from_the_whole_database(entitled: Town) -> None:
    await write_everywhere(entitled)
    assert CANARY in await dump(entitled)
    siri = await entitled.browser("siri")
    path = "/me/data/requests/erasure"
    assert "Velg hva som skal slettes." in await siri.send(path, status=422)
    http = siri.http
    data = [
        ("csrf", siri.token),
        *[("what", one) for one in ("chat", "wishes", "unsent_errands", "own_statements")],
    ]
    headers = {"Origin": siri.base, "Sec-Fetch-Site": "same-origin"}
    answer = await http.post(siri.base + path, data=data, headers=headers)
    page = await answer.text()
    assert answer.status == 200, page[-2000:]
    assert "Kvittering" in page
    assert "Linjer i chatten: 1" in page
    assert "Vi kjenner ingen lov som sier hvor lenge" in page
    found = await dump(entitled)
    assert CANARY not in found, found[max(0, found.index(CANARY) - 600) : found.index(CANARY) + 100]
    assert "Pers egen linje" in found, "nobody else's went"
    assert "Siri Steen" in found, "what registers hold stays"
    async with entitled.assistant.database.read() as tx:
        stones = await tombstones(tx)
    assert len(stones) == 1
    assert CANARY not in to_json(stones)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_that_is_put_back_is_erased_again_and_what_came_later_is_not(entitled: Town) -> None:
    siri = await entitled.browser("siri")
    await siri.send("/me/data/requests/erasure", what="chat")
    requests, database = entitled.assistant.parts.requests, entitled.assistant.database
    async with database.read() as tx:
        stones = json.loads(to_json(list(await tombstones(tx))))
    at = entitled.assistant.clock()
    async with database.begin() as tx:  # the backup: older lines are back, the tombstone is not
        await tx.execute(erasure.delete())
        for client_id, text, when in (
            ("a", CANARY, at - timedelta(days=9)),
            ("b", "Ny linje", at + timedelta(days=1)),
        ):
            line = {"person_id": entitled.ids["siri"], "author": "person", "content": {"text": text}}
            await tx.execute(insert(chat_line).values(**line, client_id=client_id, at=when))
    async with database.begin() as tx:
        assert await requests.erase_again(tx, stones[0], at) == 1
    async with database.begin() as tx:
        assert await requests.erase_again(tx, stones[0], at) == 0
    found = await dump(entitled)
    assert CANARY not in found
    assert "Ny linje" in found
    async with database.read() as tx:
        assert len(await tombstones(tx)) == 1
    with pytest.raises((KeyError, ValueError)):
        async with database.begin() as tx:
            await requests.erase_again(tx, {"id": "x"}, at)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_of_all_else_a_human_answers(entitled: Town) -> None:
    siri = await entitled.browser("siri")
    path = "/me/data/requests/erasure"
    assert "Skriv hva annet" in await siri.send(path, status=422, what="other")
    before = len(await _facts(entitled))
    await siri.send(path, what="other", reason="Inntekten min")
    row = await request_row(entitled, request_at(siri))
    assert (row["kind"], row["status"]) == ("erasure", "received")
    assert len(await _facts(entitled)) == before
