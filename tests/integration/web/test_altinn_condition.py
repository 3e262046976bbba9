"""What Altinn is answered before a second notice: whether the first still lies unopened, and nothing else."""

from __future__ import annotations

import uuid

import pytest
from site_under_test import MovableClock, Site, running_site
from sqlalchemy import insert, update

from assistant.store import Database
from assistant.store.columns import new_id
from assistant.store.tables import guidance, message

THROUGH = {"email": {"through": "altinn"}, "altinn": {"base_url": "http://127.0.0.1:9"}}
NOTHING_TO_SEND, SEND = '{"sendNotification":false}', '{"sendNotification":true}'


async def told(database: Database, clock: MovableClock) -> tuple[str, dict[str, str]]:
    """Word of a decision, in the chat and by email; the guidance's id and the messages'."""
    now, made = clock(), new_id()
    row = {"person_id": new_id(), "subject_id": new_id(), "kind": "decision_made", "rule": "r", "cause": "c"}
    ids = {channel: new_id() for channel in ("chat", "email")}
    text = {"language": "nb", "title": "t", "body": "Kari fikk 818 kr", "why": {}, "state": "sent"}
    async with database.begin() as tx:
        await tx.execute(insert(guidance).values(id=made, content={}, created_at=now, **row))
        for channel, id_ in ids.items():
            values = {
                "id": id_,
                "guidance_id": made,
                "person_id": row["person_id"],
                "channel": channel,
            } | text
            await tx.execute(insert(message).values(created_at=now, send_at=now, **values))
    return made, ids


async def answer(site: Site, message_id: str) -> str:
    response = await site.browser().get(f"/altinn/unread/{message_id}")
    assert (response.status, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    return await response.text()


async def test_it_is_to_be_sent_until_it_is_read_or_taken_back(
    database: Database, clock: MovableClock
) -> None:
    async with running_site(database, clock, **THROUGH) as site:
        _, read = await told(database, clock)
        taken_back, unread = await told(database, clock)
        assert await answer(site, read["email"]) == SEND
        assert await answer(site, unread["email"]) == SEND
        async with database.begin() as tx:
            await tx.execute(update(message).where(message.c.id == read["chat"]).values(read_at=clock()))
            gone = update(guidance).where(guidance.c.id == taken_back).values(withdrawn_at=clock())
            await tx.execute(gone)
        assert await answer(site, read["email"]) == NOTHING_TO_SEND
        assert await answer(site, unread["email"]) == NOTHING_TO_SEND


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_id_nobody_has_and_what_is_no_id(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, **THROUGH) as site:
        assert await answer(site, str(uuid.uuid4())) == NOTHING_TO_SEND
        assert (await site.browser().get("/altinn/unread/1")).status == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_nothing_goes_through_altinn_there_is_nothing_to_ask(
    site: Site, database: Database, clock: MovableClock
) -> None:
    _, ids = await told(database, clock)
    assert (await site.browser().get(f"/altinn/unread/{ids['email']}")).status == 404
