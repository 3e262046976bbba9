"""A document that comes with a claim: kept with the request, read by its sender and the desk, and by nobody else."""

from __future__ import annotations

import io
import re
import sys
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from desk_of_town import NOBODY, fact_of, open_request, worker
from place_town import TODAY, Browser, Town, person, says
from sqlalchemy import select

from assistant.store.tables import data_request, document
from assistant.twin import Provenance, Span

sys.path.append(str(Path(__file__).parents[2] / "unit" / "documents"))

from files import HTML, PDF

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def claim(
    browser: Browser, fact_id: str, file: bytes | None, status: int = 200, should_be: str = "170 000"
) -> str:
    """Send the form of our page as a browser does: the token, the words, the file, the button."""
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in (("csrf", browser.token), ("reason", "Se skattemeldingen"), ("should_be", should_be)):
        data.add_field(name, value)
    data.add_field("file", io.BytesIO(file or b""), filename="min skatt.pdf" if file is not None else "")
    data.add_field("action", "send")
    headers = {"Origin": browser.base, "Sec-Fetch-Site": "same-origin"}
    path = f"{browser.base}/me/data/facts/{fact_id}/wrong"
    response = await browser.http.post(path, data=data, headers=headers)
    page = await response.text()
    assert response.status == status, (response.status, page[:2000])
    browser.at = response.url.path
    return page


async def count(town: Town) -> tuple[int, int]:
    async with town.assistant.database.read() as tx:
        asked = await tx.all(select(data_request.c.id))
        return len(asked), len(await tx.all(select(document.c.id)))


async def test_a_document_comes_with_the_claim_and_is_read_where_it_may_be(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    income = await fact_of(entitled, "siri", "person.assessed_income")
    path = f"/me/data/facts/{income}/wrong"
    page = await siri.send(path, action="show", reason="Se skattemeldingen", should_be="170 000")
    assert 'type="file"' in page
    assert 'enctype="multipart/form-data"' in page
    page = await claim(siri, income, PDF)
    assert "min skatt.pdf" in page
    asked = siri.at.rpartition("/")[2]
    own = re.search(r"/me/documents/[0-9a-f-]{36}", page)
    assert own
    answer = await siri.http.get(siri.base + own[0])
    assert (answer.status, await answer.read()) == (200, PDF)
    page = await open_request(desk, asked)
    assert "ikke sjekket for virus" in page
    theirs = re.search(r"/desk/requests/documents/[0-9a-f-]{36}", page)
    assert theirs
    answer = await desk.http.get(desk.base + theirs[0])
    assert (answer.status, await answer.read()) == (200, PDF)
    assert "attachment" in answer.headers["Content-Disposition"]
    read = [use for use in await entitled.uses("siri") if use["concepts"] == ["document"]]
    assert "Berit Berg (berit)" in {use["actor"] for use in read}

    per, elsewhere = await entitled.browser("per"), await worker(entitled, municipality="8888")
    await per.page(own[0], status=404)
    await elsewhere.page(theirs[0], status=404)
    colleague = await worker(entitled, name="Per Berg (per)")  # who has not said why
    answer = await colleague.http.get(colleague.base + theirs[0], allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/requests/{asked}/open")
    await desk.page(f"/desk/requests/documents/{NOBODY}", status=404)
    biller = await worker(entitled, role="invoicing")
    await biller.page(theirs[0], status=403)
    denied = {use["actor"] for use in await entitled.uses("siri", "denied")}
    assert denied == {entitled.ids["per"], "Berit Berg (berit)"}


async def test_what_is_no_document_is_refused_with_the_claim_still_on_the_page(entitled: Town) -> None:
    siri, per = await entitled.browser("siri"), await entitled.browser("per")
    income = await fact_of(entitled, "siri", "person.assessed_income")
    await siri.page(f"/me/data/facts/{income}/wrong")
    page = await claim(siri, income, HTML, status=422)
    assert "bare imot PDF" in page
    assert "Se skattemeldingen" in page
    assert 'type="file"' in page
    await claim(siri, income, PDF + b"x" * 10 * 1024 * 1024, status=422)
    assert await count(entitled) == (0, 0)
    await claim(per, income, PDF, status=404)
    assert await count(entitled) == (0, 0)
    await claim(siri, income, None)
    assert await count(entitled) == (1, 0), "a document is no duty"


async def test_a_document_about_what_is_erased_goes_with_it(entitled: Town) -> None:
    told = Provenance("person", "personvernforordningen artikkel 6")
    drop = Span(True, TODAY, TODAY + timedelta(days=300))
    await entitled.tell(told, says(person("siri"), reports_lasting_income_drop=drop))
    siri = await entitled.browser("siri")
    await siri.page("/me/data")
    claimed = await fact_of(entitled, "siri", "person.reports_lasting_income_drop")
    await claim(siri, claimed, PDF, should_be="")
    await claim(siri, await fact_of(entitled, "siri", "person.assessed_income"), PDF)
    assert await count(entitled) == (2, 2)
    await siri.send("/me/data/requests/erasure", what="own_statements")
    assert await count(entitled) == (3, 1), "of what a register holds it stays"
