"""Files over HTTP: taken within limits by their content, read again by their sender, and by nobody else."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from place_town import PLACES, Browser, Town, place, running_town
from sqlalchemy import select, update

from assistant.documents import MOST_BYTES, MOST_DOCUMENTS
from assistant.store.tables import case, document, municipality

sys.path.append(str(Path(__file__).parents[1] / "documents"))
sys.path.append(str(Path(__file__).parents[2] / "unit" / "documents"))

from fake_clamd import EICAR, FakeClamd, fake_clamd
from files import HTML, JPEG, PDF, PNG, SVG, archive

SHORT_FORM_ON = "sqlite"

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a say in."""

DOCUMENTED = {"generations": {"apply_reduced_fee": "documented"}}
SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def sends_documents(town: Town) -> None:
    """The municipality is one where people send papers."""
    async with town.assistant.database.begin() as tx:
        settings = await tx.scalar(select(municipality.c.settings))
        await tx.execute(update(municipality).values(settings={**settings, **DOCUMENTED}))
    await town.tell(PLACES, place())


@pytest.fixture
async def papers(town: Town) -> Town:
    await sends_documents(town)
    return town


async def at_documents(town: Town, browser: Browser) -> str:
    """Walk to the step that asks for documents; the errand's path."""
    await browser.page("/me")
    await browser.send("/me/errands", definition="apply_reduced_fee", child=town.ids["emil"])
    errand = browser.at
    await browser.send(errand, step="explain", action="next")
    await browser.send(errand, step="household", action="next", cohabitant="no")
    page = await browser.send(errand, step="income_drop", action="next")
    assert "Send den siste skattemeldingen for hver voksen" in page
    return errand


def form(browser: Browser, file: bytes | None, name: str = "skatt.pdf", **fields: str) -> aiohttp.FormData:
    """The form of our page, in its order: token, step, topic, file, and the button that was pressed."""
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)  # as browsers do
    told = {"csrf": browser.token, "step": "income_documents", "topic": "income", "action": "send", **fields}
    pressed = told.pop("action")
    for field, value in told.items():
        data.add_field(field, value)
    chosen = name if file is not None else ""
    data.add_field("file", io.BytesIO(file or b""), filename=chosen, content_type="text/html")
    data.add_field("action", pressed)
    return data


async def upload(browser: Browser, errand: str, file: bytes | None, status: int = 200, **given: Any) -> str:
    headers = {"Origin": browser.base, "Sec-Fetch-Site": "same-origin"}
    response = await browser.http.post(
        f"{browser.base}{errand}/documents", data=form(browser, file, **given), headers=headers
    )
    text = await response.text()
    assert response.status == status, (response.status, text[:3000])
    return text


async def kept(town: Town) -> list[dict[str, Any]]:
    async with town.assistant.database.read() as tx:
        return [dict(row) for row in await tx.all(select(document))]


def links(page: str) -> list[str]:
    return re.findall(r"/me/documents/[0-9a-f-]{36}", page)


async def test_a_file_is_sent_read_again_and_taken_back(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    page = await upload(siri, errand, PDF, name="Siris årsoppgåve.pdf")
    assert "1 fil sendt" in page
    assert "Siris årsoppgåve.pdf" in page
    (link,) = links(page)
    response = await siri.http.get(siri.base + link)
    assert await response.read() == PDF
    assert response.headers["Content-Type"] == "application/pdf"  # and not what the sender said
    assert response.headers["Content-Disposition"] == f'attachment; filename="document-{link[14:22]}.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == SANDBOX
    assert response.headers["Cache-Control"] == "no-store"
    read = [use for use in await papers.uses("siri") if use["concepts"] == ["document"]]
    assert [(use["actor_kind"], use["actor"]) for use in read] == [("person", papers.ids["siri"])]
    page = await siri.send(f"{errand}/documents/{link[14:]}/removal")
    assert "Ingen filer er sendt ennå." in page
    assert await kept(papers) == []
    assert (await siri.http.get(siri.base + link)).status == 404


async def test_the_button_for_the_next_step_sends_the_file_that_is_chosen(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    page = await upload(siri, errand, None, status=422, action="next")
    assert "Velg en fil og send den. Du må sende minst én." in page
    assert 'href="#file-income"' in page
    assert "Velg en fil først." in await upload(siri, errand, None, status=422)
    page = await upload(siri, errand, PNG, action="next")
    assert "Hvor lenge skal søknaden gjelde?" in page
    assert [row["media_type"] for row in await kept(papers)] == ["image/png"]


NOT_TAKEN = {
    "html": (HTML, 422, "Vi tar bare imot PDF, JPEG og PNG."),
    "svg": (SVG, 422, "Vi tar bare imot PDF, JPEG og PNG."),
    "zip": (archive(), 422, "Vi tar bare imot PDF, JPEG og PNG."),
    "jpeg and zip": (JPEG + archive(), 422, "Filen inneholder mer enn ett dokument"),
    "cut off": (PDF[:-8], 422, "Filen er ikke hel"),
    "empty": (b"", 422, "Filen er tom."),
    "one byte more": (
        PDF.replace(b"%%EOF", b" " * (MOST_BYTES + 1 - len(PDF)) + b"%%EOF"),
        413,
        "Filen er for stor.",
    ),
    "much more": (PDF + b"\0" * (MOST_BYTES + 10_000_000), 413, "Filen er for stor."),
}


@ONE_DATABASE
async def test_what_cannot_be_taken_is_refused_in_words_and_not_kept(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    for what, (file, status, said) in NOT_TAKEN.items():
        page = await upload(siri, errand, file, status=status, name="skattemelding.pdf")
        assert said in page, what
        assert 'aria-invalid="true"' in page, what
        assert "Dokumentasjon på inntekten" in page, what
    assert await kept(papers) == []


@ONE_DATABASE
async def test_exactly_as_large_as_may_be_is_taken(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    await upload(siri, errand, PDF.replace(b"%%EOF", b" " * (MOST_BYTES - len(PDF)) + b"%%EOF"))
    assert [row["size"] for row in await kept(papers)] == [MOST_BYTES]


@ONE_DATABASE
@pytest.mark.parametrize("length", ["Content-Length: 10000000000", "Transfer-Encoding: chunked"])
async def test_more_than_may_be_is_not_read_to_its_end(papers: Town, length: str) -> None:
    """The answer is there while nearly all of ten gigabytes is still to come."""
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in siri.http.cookie_jar)
    reader, writer = await asyncio.open_connection("127.0.0.1", papers.assistant.config.port)
    head = (
        f"POST {errand}/documents HTTP/1.1\r\nHost: {siri.base[7:]}\r\nOrigin: {siri.base}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nCookie: {cookies}\r\n{length}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    fields = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{siri.token}\r\n'
    fields += '--b\r\nContent-Disposition: form-data; name="topic"\r\n\r\nincome\r\n'
    fields += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n'
    chunked = length.endswith("chunked")

    def packed(data: bytes) -> bytes:
        return f"{len(data):x}\r\n".encode() + data + b"\r\n" if chunked else data

    writer.write(head.encode() + packed(fields.encode()))
    answer = asyncio.ensure_future(reader.readline())
    for _ in range(11 if chunked else 1):
        writer.write(packed(b" " * 1024 * 1024))
        await writer.drain()
    assert (await asyncio.wait_for(answer, 10)).startswith(b"HTTP/1.1 413")
    writer.transport.abort()
    assert await kept(papers) == []


@ONE_DATABASE
async def test_a_form_without_our_token_before_its_file_is_refused(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    token, siri.token = siri.token, "another"
    await upload(siri, errand, PDF, status=403)
    siri.token = token
    late = aiohttp.FormData(default_to_multipart=True)
    late.add_field("file", PDF, filename="a.pdf")
    late.add_field("csrf", token)
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    ours = {"Origin": siri.base, "Sec-Fetch-Site": "same-origin"}
    for data, headers in ((late, ours), (form(siri, PDF), elsewhere)):
        response = await siri.http.post(f"{siri.base}{errand}/documents", data=data, headers=headers)
        assert response.status == 403
    assert await kept(papers) == []


PART = b"--b\r\nContent-Disposition: form-data; name="
MULTIPART = "multipart/form-data; boundary=b"
BROKEN = {
    "no file": ("application/x-www-form-urlencoded", b"csrf=TOKEN&topic=income", 415),
    "no boundary": ("multipart/form-data", b"--b\r\n", 400),
    "preamble only": (MULTIPART, b"no boundary at all", 400),
    "cut off": (MULTIPART, PART + b"csrf\r\n\r\nTOKEN", 400),
    "a form within": (
        MULTIPART,
        PART + b"csrf\r\n\r\nTOKEN\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
        b"--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
        400,
    ),
    "a long field": (
        MULTIPART,
        PART + b"csrf\r\n\r\nTOKEN\r\n" + PART + b"topic\r\n\r\n" + b"x" * 5000 + b"\r\n--b--\r\n",
        400,
    ),
    "two files": (
        MULTIPART,
        PART + b"csrf\r\n\r\nTOKEN\r\n" + 2 * (PART + b'file; filename="a"\r\n\r\nx\r\n') + b"--b--\r\n",
        400,
    ),
}


@ONE_DATABASE
async def test_broken_forms_are_answered_and_nothing_is_kept(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    for what, (content_type, body, status) in BROKEN.items():
        headers = {"Origin": siri.base, "Sec-Fetch-Site": "same-origin", "Content-Type": content_type}
        data = body.replace(b"TOKEN", siri.token.encode())
        response = await siri.http.post(f"{siri.base}{errand}/documents", data=data, headers=headers)
        assert response.status == status, what
    assert await kept(papers) == []


@ONE_DATABASE
async def test_other_forms_may_still_be_no_larger_than_before(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    await siri.send(errand, step="x" * 300_000, action="next", status=413)


@ONE_DATABASE
async def test_so_many_files_and_no_more(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    for _ in range(MOST_DOCUMENTS):
        page = await upload(siri, errand, PDF)
    assert 'type="file"' not in page
    assert "Fjern en først." in await upload(siri, errand, PDF, status=422)
    assert len(await kept(papers)) == MOST_DOCUMENTS


async def test_nobody_else_reads_removes_or_adds(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    (link,) = links(await upload(siri, errand, PDF))
    for name in ("omar", "per"):  # another guardian of the same child, and a stranger
        other = await papers.browser(name)
        await other.page("/me")
        await other.page(link, status=404)
        await other.send(f"{errand}/documents/{link[14:]}/removal", status=404)
        await upload(other, errand, PDF, status=404)
    omar = await papers.browser("omar")
    theirs = await at_documents(papers, omar)
    await omar.send(f"{theirs}/documents/{link[14:]}/removal", status=404)
    denied = await papers.uses("siri", "denied")
    assert len(denied) == 7
    assert {use["actor"] for use in denied} == {papers.ids["omar"], papers.ids["per"]}
    assert len(await kept(papers)) == 1
    stranger = await papers.browser()
    response = await stranger.http.get(stranger.base + link, allow_redirects=False)
    assert (response.status, response.headers["Location"][:6]) == (303, "/login")


async def test_what_is_sent_becomes_the_cases_and_more_may_follow_until_it_is_decided(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    page = await upload(siri, errand, PDF, action="next")
    await siri.send(errand, step="duration", action="next", duration="this_year")
    page = await siri.send(errand, step="confirm", action="next")
    assert "En saksbehandler ser på dokumentasjonen og avgjør søknaden." in page
    page = await siri.send(errand, step="summary", action="submit")
    assert "Send mer dokumentasjon" in page
    (row,) = await kept(papers)
    async with papers.assistant.database.read() as tx:
        (opened,) = await tx.all(select(case))
    assert (row["case_id"], opened["generation"]) == (opened["id"], "documented")
    await siri.send(f"{errand}/documents/{row['id']}/removal", status=409)
    page = await upload(siri, errand, JPEG)
    assert "2 filer sendt" in page
    assert "Vi tar bare imot" in await upload(siri, errand, HTML, status=422)
    assert {row["case_id"] for row in await kept(papers)} == {opened["id"]}
    async with papers.assistant.database.begin() as tx:
        await tx.execute(update(case).values(status="decided"))
    assert 'type="file"' not in await siri.page(errand)
    await upload(siri, errand, PDF, status=409)
    assert len(await kept(papers)) == 2


async def test_a_dropped_errand_takes_its_files_along(papers: Town) -> None:
    siri = await papers.browser("siri")
    errand = await at_documents(papers, siri)
    await upload(siri, errand, PDF)
    await siri.send(errand, action="withdraw")
    assert await kept(papers) == []


@pytest.fixture
async def scanning(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Town, FakeClamd]]:
    async with (
        fake_clamd(FakeClamd()) as clamd,
        running_town(database_url, tmp_path / "data", virus_scanner=clamd.address) as town,
    ):
        await sends_documents(town)
        yield town, clamd


async def test_a_file_with_a_virus_is_refused_and_none_is_taken_unseen(
    scanning: tuple[Town, FakeClamd],
) -> None:
    town, clamd = scanning
    siri = await town.browser("siri")
    errand = await at_documents(town, siri)
    sick = PDF.replace(b"%%EOF", EICAR + b"\n%%EOF")
    assert "Viruskontrollen fant noe skadelig" in await upload(siri, errand, sick, status=422)
    clamd.answer = b"clamd is out of memory ERROR\0"
    assert "Ingenting er lagret" in await upload(siri, errand, PDF, status=503)
    assert await kept(town) == []
    clamd.answer = None
    await upload(siri, errand, PDF)
    assert len(await kept(town)) == 1
