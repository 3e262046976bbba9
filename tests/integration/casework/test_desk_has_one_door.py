"""No page of the desk shows anything of anybody to one who has not said why: the router is asked which there are."""

from __future__ import annotations

import re

import pytest
from aiohttp import web
from office import Office
from sqlalchemy import insert, select, update
from test_appeals import sent_appeal
from test_reversing import corrected, granted
from town import NUMBER, Town

from assistant.documents import About, Checked
from assistant.mydata.asking import NewRequest, keep_request
from assistant.store.tables import case, control, decision, usage
from assistant.web.app import make_app

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PDF = Checked(b"%PDF-1.4\nKari Nordmann\n%%EOF\n", "application/pdf")
THE_DOORS = {
    "/desk/cases/{case_id}/open": "asks why a case is opened",
    "/desk/requests/{request_id}/open": "asks why a request is opened",
}
TRIED_ELSEWHERE = {
    "/desk/letters/{letter_id}": "a letter that people must send, in mydata/test_desk_letters.py",
    "/desk/letters/{letter_id}.pdf": "the same as paper, there too",
    "/desk/letters/{letter_id}/open": "asks why a letter is opened, there too",
    "/desk/requests/documents/{document_id}": "with a document to ask for, in mydata/test_claim_documents.py",
}
ABOUT_NOBODY = {
    "/desk/subscriptions/{subscription_id}": "a system that is told of events; it is no case worker's page",
}
NAMES = ("Nordmann", "Kari", "Lise", "150\u00a0000")


async def one_of_each(town: Town, office: Office) -> dict[str, str]:
    """An object of the municipality's own for each name the paths of the desk have."""
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    async with town.database.begin() as tx:
        decision_id: str = await tx.scalar(select(decision.c.id))
        about = About(town.ids["mother"], town.ids["child"], NUMBER, "income", case_id=case_id)
        document_id = await office.parts.documents.keep(tx, PDF, "melding.pdf", about, town.now)
        asked = NewRequest(
            "objection",
            town.ids["mother"],
            town.ids["mother"],
            NUMBER,
            {"theme": "kindergarten"},
            "Kari",
            "nb",
        )
        request_id = (await keep_request(tx, asked, town.now)).id
        if await tx.scalar(select(control.c.decision_id)) is None:
            drawn = {"decision_id": decision_id, "municipality": NUMBER, "picked_at": town.now}
            await tx.execute(insert(control).values(**drawn, state="waiting"))
    return {
        "case_id": case_id,
        "reconsideration_id": found_id,
        "decision_id": decision_id,
        "document_id": document_id,
        "request_id": request_id,
        "appeal_id": await sent_appeal(town, office, decision_id),
    }


def pages_with_an_id(app: web.Application) -> list[str]:
    """The paths of the desk's pages about one thing, as the router has them."""
    pages = {
        route.resource.canonical
        for route in app.router.routes()
        if route.method == "GET"
        and route.resource is not None
        and route.resource.canonical.startswith("/desk/")
        and "{" in route.resource.canonical
    }
    assert set(ABOUT_NOBODY) <= pages
    return sorted(pages - set(ABOUT_NOBODY) - set(TRIED_ELSEWHERE))


async def test_every_page_about_somebody_asks_why_first(town: Town, office: Office) -> None:
    there = await one_of_each(town, office)
    pages = pages_with_an_id(make_app(office.parts))
    assert len(pages) >= 9
    assert set(THE_DOORS) <= set(pages)
    berit = await office.staff("case_worker")
    for page in ABOUT_NOBODY:
        assert (await berit.get(re.sub(r"\{[a-z_]+\}", there["case_id"], page))).status == 403, page
    for page in pages:
        names = re.findall(r"\{([a-z_]+)\}", page)
        assert set(names) <= set(there), f"{page}: make one in one_of_each, or this page goes unchecked"
        path = re.sub(r"\{([a-z_]+)\}", lambda name: there[name[1]], page)
        answer = await berit.get(path)
        if page in THE_DOORS:
            assert answer.status == 200, page
            assert [name for name in NAMES if name in await answer.text()] == [], page
            continue
        assert answer.status == 303, page
        to = answer.headers["Location"].partition("?")[0]
        assert to in (f"/desk/cases/{there['case_id']}/open", f"/desk/requests/{there['request_id']}/open"), (
            page
        )
    async with town.database.read() as tx:
        assert await tx.all(select(usage).where(usage.c.actor_kind == "staff")) == []


async def test_each_of_them_opens_to_one_who_has_said_why(town: Town, office: Office) -> None:
    """So that the test above has met a closed door each time, and not a page that leads elsewhere anyway."""
    there = await one_of_each(town, office)
    berit = await office.staff("case_worker")
    await berit.open_case(there["case_id"])
    for page in pages_with_an_id(make_app(office.parts)):
        if "request_id" not in page:  # this office has no processes to name people with: test_request_door.py
            path = re.sub(r"\{([a-z_]+)\}", lambda name: there[name[1]], page)
            assert (await berit.get(path)).status == 200, page


async def test_a_case_that_shows_its_flag_alone_leads_to_its_reconsideration_and_to_no_fact(
    town: Town, office: Office
) -> None:
    there = await one_of_each(town, office)
    async with town.database.begin() as tx:
        await tx.execute(update(case).values(generation="flagged"))
    berit = await office.staff("case_worker")
    await berit.open_case(there["case_id"])
    page = await berit.page(f"/desk/cases/{there['case_id']}")
    assert f"/desk/reconsiderations/{there['reconsideration_id']}" in page
    assert [name for name in (*NAMES, "200\u00a0000") if name in page] == []
    shut = await berit.get(f"/desk/reconsiderations/{there['reconsideration_id']}")
    assert (shut.status, "facts=needed" in shut.headers["Location"]) == (303, True)
