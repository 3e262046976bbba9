"""Subscribers and the flow over HTTP: the operator's pages, the API, and who sees nothing of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from receiving import OPENED, Receiver
from site_under_test import MovableClock, Site, running_site
from sqlalchemy import insert, select

from assistant.hooks import Delivering, Sender
from assistant.store import Database, Work
from assistant.store.columns import new_id
from assistant.store.outgoing import News, tell_subscribers
from assistant.store.tables import case, inbox, outgoing_event, process, subscription, usage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOKENS = {
    "subscriptions": "manages subscribers here",
    "subscriptions@8888": "manages subscribers elsewhere",
    "flow": "sees the flow here",
    "flow@8888": "sees the flow elsewhere",
    "biller": "bills here",
    "biller@8888": "bills elsewhere",
}
API = "/api/v1/subscriptions"
ACTIONS = ("secret", "pause", "resume", "test", "replay")


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    settings: dict[str, Any] = {"api_tokens": TOKENS, "webhooks": {"allow_this_machine": True}}
    async with running_site(database, MovableClock(), **settings) as opened:
        yield opened


async def call(
    site: Site, service: str | None, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any]:
    sent = {"Authorization": f"Bearer {TOKENS[service]}"} if service else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    options = {} if body is None else {"json": body}
    async with (
        aiohttp.ClientSession(headers=sent) as http,
        http.request(method, site.base + path, **options) as response,
    ):
        said = await response.json(content_type=None) if response.content_length else None
        return response.status, said


async def subscribe(site: Site, url: str, service: str = "subscriptions") -> dict[str, Any]:
    body = {"name": "Fakturabanken", "url": url, "types": [OPENED]}
    status, made = await call(site, service, "POST", API, body)
    assert status == 201, made
    return made


def work_of(site: Site) -> Work:
    room = Delivering(
        site.parts.database,
        site.parts.subscriptions,
        Sender(this_machine=True),
        site.base,
        site.clock,
        site.clock,
    )
    return Work(site.parts.database, room.handlers(), site.clock)


async def test_a_machine_subscribes_tests_replays_and_ends(site: Site, receiver: Receiver) -> None:
    made = await subscribe(site, receiver.url)
    one = f"{API}/{made['subscription']['id']}"
    assert made["secret"].startswith("whsec_")
    assert (await call(site, "subscriptions", "POST", f"{one}/test"))[0] == 200
    await work_of(site).run_until_idle()
    _, found = await call(site, "subscriptions", "GET", f"{one}/deliveries")
    assert [(d["state"], d["attempts"], d["note"]) for d in found["deliveries"]] == [
        ("taken", 1, "answered 204")
    ]
    async with site.parts.database.begin() as tx:
        await tell_subscribers(tx, News("9999", OPENED, "case-1", {}), site.clock())
    _, again = await call(site, "subscriptions", "POST", f"{one}/replay", {"since": 0})
    assert again == {"events": 1, "last": 2, "more": False}
    _, rotated = await call(site, "subscriptions", "POST", f"{one}/secret")
    assert rotated["secret"] != made["secret"]
    assert rotated["subscription"]["secrets"] == 2
    await call(site, "subscriptions", "DELETE", f"{one}/secret")
    await call(site, "subscriptions", "POST", f"{one}/pause")
    _, shown = await call(site, "subscriptions", "GET", one)
    assert (shown["active"], shown["secrets"]) == (False, 1)
    assert "secret" not in shown
    await call(site, "subscriptions", "POST", f"{one}/resume")
    assert (await call(site, "subscriptions", "DELETE", one))[0] == 200
    assert (await call(site, "subscriptions", "GET", one))[0] == 404


async def test_another_municipalitys_token_sees_and_does_nothing(site: Site, receiver: Receiver) -> None:
    made = await subscribe(site, receiver.url)
    one = f"{API}/{made['subscription']['id']}"
    assert await call(site, "subscriptions@8888", "GET", API) == (200, {"subscriptions": []})
    for method, path in (
        ("GET", one),
        ("DELETE", one),
        ("GET", f"{one}/deliveries"),
        ("DELETE", f"{one}/secret"),
    ):
        assert (await call(site, "subscriptions@8888", method, path))[0] == 404, path
    for action in ACTIONS:
        body = {"since": 0} if action == "replay" else None
        assert (await call(site, "subscriptions@8888", "POST", f"{one}/{action}", body))[0] == 404, action
    for other in ("biller", "flow", None):
        assert (await call(site, other, "GET", API))[0] in (401, 403)


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"types": ["no.varde.income.v1"]}, "types"),
        ({"types": []}, "types"),
        ({"name": ""}, "name"),
        ({"more": 1}, "more"),
        ({"name": 7}, "name"),
    ],
)
async def test_a_subscription_that_cannot_be_names_what_is_wrong(
    site: Site, changed: dict[str, Any], names: str
) -> None:
    body = {"name": "F", "url": "https://biller.example/", "types": [OPENED], **changed}
    status, problem = await call(site, "subscriptions", "POST", API, body)
    assert status == 400
    assert problem["detail"].startswith(names)


async def test_the_operator_sees_the_secret_once(site: Site, receiver: Receiver) -> None:
    operator = await site.staff("operator")
    await operator.get("/desk/subscriptions")
    refused = await operator.post("/desk/subscriptions", {"name": "F", "url": receiver.url})
    assert refused.status == 422
    assert 'value="F"' in await refused.text()
    made = await operator.post("/desk/subscriptions", {"name": "F", "url": receiver.url, "types": OPENED})
    assert made.headers["Cache-Control"] == "no-store"
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", await made.text())
    async with site.parts.database.read() as tx:
        one = f"/desk/subscriptions/{await tx.scalar(select(subscription.c.id))}"
    for path in (one, "/desk/subscriptions"):
        assert secret not in await (await operator.get(path)).text()
    for action, status in (("test", 303), ("pause", 303), ("resume", 303), ("secret", 200), ("retire", 303)):
        assert (await operator.post(f"{one}/{action}")).status == status, action
    assert (await operator.post(f"{one}/replay", {"since": "x"})).status == 400
    assert (await operator.post(f"{one}/replay", {"since": "0"})).headers["Location"] == f"{one}?replayed=0"
    await work_of(site).run_until_idle()
    assert "answered 204" in await (await operator.get(one)).text()
    assert (await operator.post(f"{one}/remove")).status == 303
    assert (await operator.get(one)).status == 404


async def test_an_operator_of_another_municipality_finds_nothing(site: Site, receiver: Receiver) -> None:
    elsewhere = await subscribe(site, receiver.url, "subscriptions@8888")
    operator = await site.staff("operator")
    one = f"/desk/subscriptions/{elsewhere['subscription']['id']}"
    assert elsewhere["subscription"]["name"] not in await (await operator.get("/desk/subscriptions")).text()
    assert (await operator.get(one)).status == 404
    for action in (*ACTIONS, "retire", "remove"):
        assert (await operator.post(f"{one}/{action}")).status == 404, action


async def test_one_varde_can_subscribe_to_another(database: Database, receiver: Receiver) -> None:
    async with running_site(database, MovableClock(), webhooks={"allow_this_machine": True}) as first:
        async with first.parts.database.begin() as tx:
            made = await first.parts.subscriptions.create(
                tx, "9999", name="V", url=receiver.url, types=[OPENED], by="D", now=first.clock()
            )
            await tell_subscribers(tx, News("9999", OPENED, "case-1", {"case": "case-1"}), first.clock())
        async with first.parts.database.begin() as tx:
            await tell_subscribers(tx, News("9999", OPENED, "case-2", {"case": "case-2"}), first.clock())
        await work_of(first).run_until_idle()
        clock = first.clock
    headers, body = receiver.got[-1]
    async with running_site(database, clock, event_secrets=(made.secret,)) as second:
        sent = {
            name: headers[name] for name in headers if name.lower().startswith(("webhook-", "content-type"))
        }
        for expected in ({"stored": 1, "known": 0}, {"stored": 0, "known": 1}):
            async with aiohttp.ClientSession() as http:
                answer = await http.post(f"{second.base}/events", data=body, headers=sent)
                assert (answer.status, await answer.json()) == (202, expected)
        async with aiohttp.ClientSession() as http:
            changed = await http.post(f"{second.base}/events", data=body + b" ", headers=sent)
            clock.forward(seconds=301)
            old = await http.post(f"{second.base}/events", data=body, headers=sent)
        assert (changed.status, old.status) == (401, 401)
    async with database.read() as tx:
        assert len(await tx.all(select(inbox.c.id))) == 1


async def a_case(site: Site, municipality: str = "9999", **values: Any) -> str:
    case_id = new_id()
    row = {
        "id": case_id,
        "number": 202600001 if municipality == "9999" else 202600002,
        "municipality": municipality,
        "kind": "apply_reduced_fee",
        "person_id": new_id(),
        "subject_id": new_id(),
        "status": "manual",
        "content": {"reasons": [], "secret": "the income is 150 000"},
        "received_at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "due_on": (site.clock() - timedelta(days=1)).date(),
        **values,
    }
    async with site.parts.database.begin() as tx:
        await tx.execute(insert(case).values(row))
    return case_id


async def test_the_flow_is_of_ones_own_municipality_and_names_nobody(site: Site) -> None:
    case_id, elsewhere = await a_case(site), await a_case(site, "8888")
    person = new_id()
    async with site.parts.database.begin() as tx:
        await tx.execute(
            insert(process).values(
                id=new_id(),
                definition="apply_reduced_fee",
                definition_version="1",
                person_id=person,
                subject_id=new_id(),
                municipality="9999",
                state={},
                status="open",
                opened_at=site.clock(),
                changed_at=site.clock(),
            )
        )
    status, flow = await call(site, "flow", "GET", "/api/v1/flow")
    assert status == 200
    assert (flow["total"], flow["overdue"]) == (2, 1)
    assert (flow["lines"][0]["id"], flow["lines"][0]["waits_for"]) == (case_id, "case_worker")
    assert {what: n for what, n in flow["counts"].items() if n} == {"person": 1, "case_worker": 1}
    _, theirs = await call(site, "flow@8888", "GET", "/api/v1/flow")
    assert [line["id"] for line in theirs["lines"]] == [elsewhere]
    worker, operator = await site.staff("case_worker"), await site.staff("operator")
    page = await (await worker.get("/desk/flow")).text()
    assert "202600001" in page
    assert f"/desk/cases/{case_id}" in page
    assert "202600002" not in page
    for secret in ("150", person):
        assert secret not in page
    page = await (await operator.get("/desk/flow")).text()
    assert "/desk/cases/" not in page
    none = await (await worker.get("/desk/flow?waits_for=appeal")).text()
    assert "202600001" not in none
    assert (await worker.get("/desk/flow?waits_for=income")).status == 400
    for other in ("biller", "subscriptions", None):
        assert (await call(site, other, "GET", "/api/v1/flow"))[0] in (401, 403)


async def test_a_service_that_asks_is_in_the_log_of_those_it_is_about(site: Site) -> None:
    case_id = await a_case(site)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKENS['flow']}"}) as http:
        first = await http.get(f"{site.base}/api/v1/flow")
        etag = first.headers["ETag"]
        again = await http.get(f"{site.base}/api/v1/flow", headers={"If-None-Match": etag})
    assert (first.status, again.status) == (200, 304)
    async with site.parts.database.read() as tx:
        row = await tx.first(select(case).where(case.c.id == case_id))
        logged = await tx.all(select(usage))
    assert row is not None
    assert {one["subject_id"] for one in logged} == {row["person_id"], row["subject_id"]}
    assert {(one["actor"], one["action"], one["basis"]) for one in logged} == {
        ("flow", "disclosed", logged[0]["basis"])
    }
    assert len(logged) == 2


async def test_a_billers_token_is_for_one_municipality(site: Site) -> None:
    """The feed of flags gives each its own; an ETag of one is none of the other's."""
    async with aiohttp.ClientSession() as http:
        tags = []
        for service in ("biller", "biller@8888"):
            sent = {"Authorization": f"Bearer {TOKENS[service]}"}
            answer = await http.get(f"{site.base}/api/v1/flags", headers=sent)
            assert answer.status == 200
            tags.append(answer.headers["ETag"])
        assert tags[0] != tags[1]
    async with site.parts.database.read() as tx:
        assert await tx.all(select(outgoing_event)) == []
