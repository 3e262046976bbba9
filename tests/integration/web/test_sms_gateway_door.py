"""What an SMS gateway may post: signed by it, now, as it was agreed; everything else is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientResponse
from site_under_test import MovableClock, Site, running_site
from sqlalchemy import insert, select

from assistant.guidance.notice_wish import wish_about
from assistant.store import Database, signing
from assistant.store.columns import new_id
from assistant.store.tables import delivery, guidance, job, message, text_reply

SMS = wish_about("sms")
SECRET = "what the SMS gateway and we agreed"
RECEIPT = {"message": "m1", "status": "delivered", "segments": 1, "price": 0.39}


async def post(
    site: Site, path: str, body: bytes, secret: str = SECRET, age: float = 0, **changed: str
) -> ClientResponse:
    at = site.clock.now.timestamp() - age
    signature = signing.sign(secret, "hook-1", str(int(at)), body)
    headers = {
        signing.ID: "hook-1",
        signing.TIMESTAMP: str(int(at)),
        signing.SIGNATURE: signature,
        "Content-Type": "application/json",
        **changed,
    }
    return await site.browser().http.post(site.base + path, data=body, headers=headers)


async def keep_attempt(database: Database) -> None:
    """A text that was sent under the id m1."""
    about, told, now = new_id(), new_id(), MovableClock().now
    of_it = {"person_id": new_id(), "created_at": now}
    words = {"language": "nb", "title": "", "body": "", "why": {}, "send_at": now, "state": "sent"}
    named = {"subject_id": new_id(), "kind": "decision_made", "rule": "r", "cause": "c", "content": {}}
    tried = {"attempt": 1, "at": now, "outcome": "accepted", "sent_as": "m1"}
    async with database.begin() as tx:
        await tx.execute(insert(guidance).values(id=about, **of_it, **named))
        await tx.execute(insert(message).values(id=told, guidance_id=about, channel="sms", **of_it, **words))
        await tx.execute(insert(delivery).values(id=new_id(), message_id=told, **tried))


async def test_a_signed_receipt_is_stored_before_it_is_answered_for(site: Site) -> None:
    database = site.parts.database
    await keep_attempt(database)
    body = json.dumps([RECEIPT, RECEIPT, {"message": "m2", "status": "failed"}]).encode()
    response = await post(site, "/sms/receipts", body)
    assert response.status == 202
    assert await response.json() == {"kept": 1, "known": 1, "unknown": 1}
    async with database.read() as tx:
        row = await tx.first(select(delivery))
        jobs = await tx.all(select(job.c.task))
    assert row is not None
    assert (row["receipt"], row["price"], row["currency"]) == ("delivered", "0.39", "NOK")
    assert [one["task"] for one in jobs] == ["heed_receipt"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_did_not_sign_it_now_is_refused(site: Site) -> None:
    body = json.dumps(RECEIPT).encode()
    again = json.dumps(RECEIPT, indent=1).encode()
    at = str(int(site.clock.now.timestamp()))
    signed = signing.sign(SECRET, "hook-1", at, body)
    flipped = signed[:5] + ("A" if signed[5] != "A" else "B") + signed[6:]
    for response in (
        await post(site, "/sms/receipts", body, secret="another's"),
        await post(site, "/sms/receipts", body, age=301),
        await post(site, "/sms/receipts", body, age=-302),
        await post(site, "/sms/receipts", again, **{signing.SIGNATURE: signed}),
        await post(site, "/sms/receipts", body, **{signing.SIGNATURE: flipped}),
        await post(site, "/sms/receipts", body, **{signing.ID: "hook-2"}),
        await post(site, "/sms/receipts", body, **{signing.SIGNATURE: ""}),
    ):
        assert response.status == 401
        assert signed not in await response.text()
    assert (await post(site, "/sms/receipts", body, age=299)).status == 202


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_either_of_two_live_secrets_will_do_and_without_one_nobody_may(
    database: Database, clock: MovableClock
) -> None:
    body = json.dumps(RECEIPT).encode()
    async with running_site(database, clock, sms={"secrets": ("old", "new")}) as site:
        for secret, status in (("old", 202), ("new", 202), ("older", 401)):
            assert (await post(site, "/sms/receipts", body, secret)).status == status
    async with running_site(database, clock, sms={}) as site:
        assert (await post(site, "/sms/receipts", body, "")).status == 401
    async with running_site(database, clock, sms={"through": "altinn"}, altinn=ALTINN) as site:
        assert (await post(site, "/sms/receipts", body)).status == 403  # nothing is there


ALTINN: Any = {"base_url": "https://platform.altinn.example"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_json_that_is_not_as_agreed_is_refused_with_what_is_wrong(site: Site) -> None:
    for body, said in (
        (b"{", "not valid JSON"),
        (b'{"message": "m1", "message": "m2", "status": "failed"}', "same key twice"),
        (b'{"message": "m1", "status": "failed", "price": NaN}', "NaN"),
        (b"[" * 40 + b"]" * 40, "nested deeper"),
        (b'{"message": "m1", "status": "lost"}', "status must be one of"),
        (b"\xff", "UTF-8"),
    ):
        response = await post(site, "/sms/receipts", body)
        assert response.status == 400
        assert said in await response.text()
    assert (await post(site, "/sms/receipts", b"{}", **{"Content-Type": "text/plain"})).status == 415
    assert (await post(site, "/sms/receipts", b" " * 300_000)).status == 413


async def test_a_reply_is_stored_once_without_its_number_or_its_text(site: Site) -> None:
    body = json.dumps({"id": "in-1", "sender": "+4793456789", "text": "Ja, Kari"}).encode()
    said = [await (await post(site, "/sms/replies", body)).json() for _ in range(2)]
    assert said == [{"stored": 1, "known": 0}, {"stored": 0, "known": 1}]
    async with site.parts.database.read() as tx:
        (kept,) = await tx.all(select(text_reply))
        jobs = await tx.all(select(job.c.task, job.c.args))
    assert (kept["id"], kept["word"]) == ("in-1", "other")
    assert "93456789" not in f"{kept} {jobs}"
    assert [one["task"] for one in jobs] == ["heed_reply"]
    assert (await post(site, "/sms/replies", body, secret="another's")).status == 401
    assert (await post(site, "/sms/replies", b"[]")).status == 400


async def test_a_person_sees_that_they_have_stopped_texts_and_undoes_it(site: Site) -> None:
    kari = await site.resident()
    page = await (await kari.get("/me/control")).text()
    assert "Ikke send meg SMS" in page
    for choice, now in (("stop", "Du får ikke SMS om rettigheter"), ("send", "får du SMS når det ligger")):
        response = await kari.post("/me/control/sms", {"sms": choice})
        assert response.headers["Location"] == f"/me/control?saved={SMS}#sms"
        page = await (await kari.get(f"/me/control?saved={SMS}")).text()
        assert now in page
        assert page.count('role="status"') == 1
