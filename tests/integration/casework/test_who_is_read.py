"""Everybody whose facts a human reads sees so in their own log; and an appeal goes on with the whole case."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from office import Office
from sqlalchemy import insert, select, update
from test_appeals import noticed, refused, sent_appeal
from town import NUMBER, Town

from assistant.documents import About, Checked
from assistant.store.columns import new_id
from assistant.store.tables import decision, usage
from assistant.twin import SubjectRef

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PDF = Checked(b"%PDF-1.4\nKari Nordmann 150 000\n%%EOF\n", "application/pdf")
INCOME = "person.assessed_income"


async def two_adults(town: Town) -> None:
    """The mother is married to the father, who lives there too: the household's income is both of theirs."""
    await town.says(
        "population_register",
        {
            ("father", "person.address_key"): "home",
            ("father", "person.marital_status"): "married",
            ("father", "person.spouse"): SubjectRef("person", id=town.ids["mother"]),
            ("father", "person.birth_date"): "1990-01-01",
            ("mother", "person.marital_status"): "married",
            ("mother", "person.spouse"): SubjectRef("person", id=town.ids["father"]),
        },
    )
    await town.income(300_000, "father")


async def read_of(town: Town, who: str, action: str = "read") -> set[tuple[str, str]]:
    """By whom, and which facts, in somebody's own log."""
    async with town.database.read() as tx:
        rows = await tx.all(
            select(usage).where(
                usage.c.subject_id == town.ids[who], usage.c.actor_kind == "staff", usage.c.action == action
            )
        )
    return {(row["actor"], concept) for row in rows for concept in row["concepts"]}


async def test_the_other_adult_sees_that_a_human_has_read_their_income(town: Town, office: Office) -> None:
    await two_adults(town)
    await town.income(600_000)
    drop = {"nb": "Inntekten har falt.", "nn": "Inntekta har falle.", "en": "It fell."}
    case_id = await town.apply(for_worker={"drop": drop})
    await town.work()
    berit = await office.staff("case_worker")
    await berit.open_case(case_id)
    assert await read_of(town, "father") == set()
    page = await berit.page(f"/desk/cases/{case_id}")
    assert "300\u00a0000" in page
    for who in ("father", "mother"):
        assert ("Berit Berg (berit)", INCOME) in await read_of(town, who), who
    assert await read_of(town, "place") == set()


async def test_the_other_adult_sees_it_of_a_decision_and_of_an_appeal_that_is_sent_on(
    town: Town, office: Office
) -> None:
    await two_adults(town)
    decision_id, case_id = await refused(town)
    appeal_id = await sent_appeal(town, office, decision_id)
    berit = await office.staff("case_worker")
    await berit.open_case(case_id, "appeal")
    assert ("Berit Berg (berit)", INCOME) not in await read_of(town, "father")
    await berit.page(f"/desk/decisions/{decision_id}")
    assert ("Berit Berg (berit)", INCOME) in await read_of(town, "father")
    said = {"outcome": "forwarded", "assessment": "Inntekten er over grensen."}
    assert (await berit.post(f"/desk/appeals/{appeal_id}/assessment", said)).status == 303
    assert await read_of(town, "father", "disclosed") >= {("Berit Berg (berit)", INCOME)}
    sent = {concept for _, concept in await read_of(town, "mother", "disclosed")}
    assert sent >= {"appeal", "case", "decision", "document", "message", INCOME}


async def test_the_package_holds_the_documents_the_messages_and_the_other_decisions(
    town: Town, office: Office
) -> None:
    decision_id, case_id = await refused(town)
    await noticed(town, decision_id, town.now)
    about = About(town.ids["mother"], town.ids["child"], NUMBER, "income", process_id=None, case_id=case_id)
    async with town.database.begin() as tx:
        await office.parts.documents.keep(tx, PDF, "../skattemelding <Kari>.pdf", about, town.now)
        made = await tx.first(select(decision))
        assert made is not None
        before = made["decided_at"] - timedelta(days=400)
        await tx.execute(insert(decision).values({**made, "id": new_id(), "decided_at": before}))
    appeal_id = await sent_appeal(town, office, decision_id)
    berit, path = await office.staff("case_worker"), f"/desk/appeals/{appeal_id}"
    await berit.open_case(case_id, "appeal")
    said = {"outcome": "forwarded", "assessment": "Inntekten er over grensen."}
    assert (await berit.post(f"{path}/assessment", said)).status == 303
    async with town.database.begin() as tx:
        await tx.execute(update(usage).values(concepts=[]))  # only what the package itself tells the log
    packed = zipfile.ZipFile(io.BytesIO(await (await berit.get(f"{path}/package.zip")).read()))
    names = packed.namelist()
    (sent,) = [name for name in names if name.startswith("dokumenter/")]
    (other,) = [name for name in names if name.startswith("andre-vedtak/")]
    assert names == ["oversending.pdf", "klage.pdf", "vedtak.pdf", other, "meldinger.pdf", sent, "saken.json"]
    assert packed.read(sent) == PDF.content
    assert packed.read(other).startswith(b"%PDF-")
    assert packed.read("meldinger.pdf").startswith(b"%PDF-")
    told = json.loads(packed.read("saken.json"))
    assert [(one["file"], one["topic"]) for one in told["documents"]] == [(sent, "income")]
    assert [one["file"] for one in told["other_decisions"]] == [other]
    assert [one["body"] for one in told["messages"]] == ["Les det."]
    for who in ("mother", "child"):
        read = {concept for _, concept in await read_of(town, who)}
        assert read >= {"appeal", "case", "decision", "document", "message"}, who
