"""Documents at the desk: for who has opened the case in its own municipality, and logged where its sender sees it."""

from __future__ import annotations

import re

import pytest
from office import Caller, Office
from sqlalchemy import select
from town import NUMBER, Town

from assistant.casework import case_rows
from assistant.documents import About, Checked
from assistant.store.tables import usage

PDF = Checked(b"%PDF-1.4\nKari Nordmann 150 000\n%%EOF\n", "application/pdf")


@pytest.fixture
async def case_id(town: Town, office: Office) -> str:
    """A mother has sent her tax return, where people send papers."""
    case_id = await town.apply(generation="documented")
    about = About(town.ids["mother"], town.ids["child"], NUMBER, "income", process_id=None, case_id=case_id)
    async with town.database.begin() as tx:
        await office.parts.documents.keep(tx, PDF, "skattemelding <Kari>.pdf", about, town.now)
    await town.work()
    return case_id


async def the_link(office: Office, town: Town, case_id: str) -> str:
    async with town.database.read() as tx:
        (one,) = await office.parts.documents.of_case(tx, case_id)
    return f"/desk/documents/{one.id}"


async def denied(town: Town) -> list[str]:
    async with town.database.read() as tx:
        question = select(usage.c.purpose).where(
            usage.c.action == "denied", usage.c.subject_id == town.ids["mother"]
        )
        return [row["purpose"] for row in await tx.all(question)]


async def open_case(worker: Caller, case_id: str) -> str:
    """Say why, and see the case."""
    await worker.open_case(case_id)
    return await worker.page(f"/desk/cases/{case_id}")


async def test_a_documented_case_is_for_a_human_who_reads_types_and_decides(
    town: Town, office: Office, case_id: str
) -> None:
    async with town.database.read() as tx:
        opened = await case_rows.case_by_id(tx, case_id)
    assert opened is not None
    assert (opened.status, opened.generation) == ("manual", "documented")
    assert [reason["id"] for reason in opened.content["reasons"]] == ["documents"]

    worker = await office.staff("case_worker")
    page = await open_case(worker, case_id)
    assert "Den må vurderes av et menneske" in page
    assert "Filene er ikke sjekket for virus her." in page
    assert "skattemelding &lt;Kari&gt;.pdf" in page
    (link,) = re.findall(r"/desk/documents/[0-9a-f-]{36}", page)
    response = await worker.get(link)
    assert await response.read() == PDF.content
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="document-{link[16:24]}.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    async with town.database.read() as tx:
        read = await tx.all(select(usage).where(usage.c.actor_kind == "staff"))
    seen = [row for row in read if row["concepts"] == ["document"]]
    assert {row["subject_id"] for row in seen} == {town.ids["mother"], town.ids["child"]}
    assert {(row["actor"], row["purpose"]) for row in seen} == {
        ("Berit Berg (berit)", f"to handle case {opened.number}")
    }

    ruling = {
        "outcome": "granted",
        "reason": "Skattemeldingen viser inntekten.",
        "household_income": "150 000",
    }
    response = await worker.post(f"/desk/cases/{case_id}/decision", ruling)
    assert response.status == 303, await response.text()
    async with town.database.read() as tx:
        (made,) = await case_rows.decisions_in(tx, case_id)
    assert (made.outcome, made.automatic, str(made.content["monthly_fee"])) == ("granted", False, "818")
    assert "skattemelding" in await open_case(worker, case_id)  # what it rests on remains to be seen


async def test_nobody_reads_it_who_has_not_opened_the_case_or_is_of_elsewhere(
    town: Town, office: Office, case_id: str
) -> None:
    link = await the_link(office, town, case_id)
    worker, elsewhere = (
        await office.staff("case_worker"),
        await office.staff("case_worker", municipality="8888"),
    )
    invoicing, resident = await office.staff("invoicing"), await office.resident("father")
    asked = await worker.get(link)
    assert (asked.status, asked.headers["Location"].partition("?")[0]) == (303, f"/desk/cases/{case_id}/open")
    assert (await elsewhere.get(link)).status == 404
    assert len(await denied(town)) == 1
    assert (await invoicing.get(link)).status == 403
    assert (await resident.get(link)).status == 403
    await open_case(worker, case_id)
    assert (await worker.get(link)).status == 200


async def test_what_is_not_sent_yet_is_its_senders_alone(town: Town, office: Office, case_id: str) -> None:
    about = About(town.ids["mother"], town.ids["child"], NUMBER, "income", process_id=case_id)
    async with town.database.begin() as tx:
        waiting = await office.parts.documents.keep(tx, PDF, "utkast.pdf", about, town.now)
    worker = await office.staff("case_worker")
    assert "utkast.pdf" not in await open_case(worker, case_id)
    assert (await worker.get(f"/desk/documents/{waiting}")).status == 404
