"""Appeals over HTTP: sent by the person, assessed at the desk, sent on, settled; and the sample of decisions."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
from office import Office
from sqlalchemy import insert, select, update
from town import Town

from assistant.casework import control
from assistant.store.columns import new_id
from assistant.store.tables import appeal, case, decision, guidance, message, usage
from assistant.store.tables import control as controls

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def refused(town: Town) -> tuple[str, str]:
    """A refusal made by machine, and its case."""
    await town.income(600_000)
    case_id = await town.apply()
    await town.work()
    async with town.database.read() as tx:
        row = await tx.first(select(decision))
    assert row is not None
    assert (row["outcome"], row["automatic"]) == ("refused", True)
    return row["id"], case_id


async def noticed(town: Town, decision_id: str, at: datetime) -> None:
    """A notice of the decision was sent by email then."""
    async with town.database.begin() as tx:
        told = new_id()
        about = {"person_id": town.ids["mother"], "created_at": at}
        await tx.execute(
            insert(guidance).values(
                id=told,
                subject_id=town.ids["child"],
                kind="decision_made",
                rule="kindergarten.reduced_fee",
                cause=f"decision:{decision_id}",
                content={},
                **about,
            )
        )
        for channel, days in (("chat", 0), ("email", 1)):
            words = {"language": "nb", "title": "Vedtak", "body": "Les det.", "why": {}, "state": "sent"}
            sent = at + timedelta(days=days)
            await tx.execute(
                insert(message).values(
                    id=new_id(), guidance_id=told, channel=channel, send_at=at, sent_at=sent, **words, **about
                )
            )


async def sent_appeal(town: Town, office: Office, decision_id: str) -> str:
    mother = await office.resident()
    fields = {"text": "Inntekten er <b>feil</b>.", "wants_delay": "yes"}
    answer = await mother.post(f"/me/decisions/{decision_id}/appeal", fields)
    assert answer.status == 303
    async with town.database.read() as tx:
        found: str = await tx.scalar(select(appeal.c.id))
    return found


async def test_a_person_appeals_and_gets_a_receipt(town: Town, office: Office):
    decision_id, _case_id = await refused(town)
    await noticed(town, decision_id, town.now)
    mother, path = await office.resident(), f"/me/decisions/{decision_id}/appeal"
    page = await mother.page(path)
    assert "til og med 15. desember 2026" in page  # three weeks from the email, which went a day later
    assert "statsforvalteren" in page
    nothing = await mother.post(path, {"text": " "})
    assert (nothing.status, "Skriv hva du vil ha endret." in await nothing.text()) == (422, True)
    await sent_appeal(town, office, decision_id)
    page = await mother.page(path)
    assert "kvitteringen" in page
    assert "&lt;b&gt;feil&lt;/b&gt;" in page
    assert 'name="text"' not in page  # one at a time
    assert (await mother.post(path, {"text": "Igjen"})).status == 303
    async with town.database.read() as tx:
        rows = await tx.all(select(appeal))
    assert len(rows) == 1
    assert (rows[0]["deadline"], rows[0]["body"], rows[0]["wants_delay"]) == (
        date(2026, 12, 15),
        "county_governor",
        True,
    )
    assert town.telling.kinds()[-1] == "appeal_received"
    letter = await mother.get(f"/me/decisions/{decision_id}.pdf")
    assert (letter.status, letter.content_type) == (200, "application/pdf")
    assert (await letter.read()).startswith(b"%PDF-")
    assert "no-store" in letter.headers["Cache-Control"]
    page = await (await office.staff("case_worker")).page("/desk?kind=appeal")
    assert "Klage" in page
    assert "Nordmann" not in page


async def test_nobody_elses_decision_can_be_read_or_appealed(town: Town, office: Office):
    decision_id, case_id = await refused(town)
    father = await office.resident("father")
    path = f"/me/decisions/{decision_id}"
    assert (await father.get(f"{path}.pdf")).status == 404
    assert (await father.get(f"{path}/appeal")).status == 404
    assert (await father.post(f"{path}/appeal", {"text": "Min!"})).status == 404
    appeal_id = await sent_appeal(town, office, decision_id)
    stranger = await office.staff("case_worker", municipality="8888")
    at_desk = f"/desk/appeals/{appeal_id}"
    for what in ("", "/package.zip"):
        assert (await stranger.get(f"{at_desk}{what}")).status == 404, what
    said = {"outcome": "forwarded", "assessment": "x", "settled": "upheld"}
    for what in ("assessment", "outcome"):
        assert (await stranger.post(f"{at_desk}/{what}", said)).status == 404, what
    berit = await office.staff("case_worker")
    for what in ("", "/package.zip"):
        assert (await berit.get(f"{at_desk}{what}")).status == 303, what  # to say why
    assert (
        (await berit.post(f"{at_desk}/assessment", said))
        .headers["Location"]
        .endswith(f"/open?to=/desk/cases/{case_id}")
    )
    async with town.database.read() as tx:
        denied = await tx.all(select(usage).where(usage.c.action == "denied"))
        assert [row["status"] for row in await tx.all(select(appeal.c.status))] == ["received"]
    assert len(denied) == 3 + 4


async def test_an_appeal_is_sent_on_with_the_case_and_settled(town: Town, office: Office):
    decision_id, case_id = await refused(town)
    appeal_id = await sent_appeal(town, office, decision_id)
    berit, path = await office.staff("case_worker"), f"/desk/appeals/{appeal_id}"
    await berit.open_case(case_id, "appeal")
    page = await berit.page(path)
    assert "Inntekten er &lt;b&gt;feil&lt;/b&gt;." in page
    assert "utsatt iverksetting" in page
    assert 'value="dismissed"' not in page  # it came in time
    for fields, said in (
        ({}, "Velg hva det blir til."),
        ({"outcome": "forwarded"}, "Skriv vurderingen."),
        ({"outcome": "dismissed", "assessment": "x"}, "kan ikke avvises"),
        ({"outcome": "reversed", "assessment": "x"}, "Reglene gir ingen lavere pris"),
        ({"outcome": "reversed", "assessment": "x", "monthly_fee": "mye"}, "Skriv et beløp"),
    ):
        answer = await berit.post(f"{path}/assessment", fields)
        assert (answer.status, said in await answer.text()) == (422, True), fields
    fields = {"outcome": "forwarded", "assessment": "Inntekten er over grensen."}
    assert (await berit.post(f"{path}/assessment", fields)).status == 303
    assert (await berit.post(f"{path}/assessment", fields)).status == 409
    packed = zipfile.ZipFile(io.BytesIO(await (await berit.get(f"{path}/package.zip")).read()))
    assert packed.namelist() == ["oversending.pdf", "klage.pdf", "vedtak.pdf", "saken.json"]
    assert all(packed.read(name).startswith(b"%PDF-") for name in packed.namelist()[:3])
    rests_on = json.loads(packed.read("saken.json"))
    assert rests_on["decision"]["content"]["determinations"][0]["used"]
    mother = await office.resident()
    assert "Sendt statsforvalteren" in await mother.page(f"/me/decisions/{decision_id}/appeal")
    assert (await berit.post(f"{path}/outcome", {})).status == 422
    assert (await berit.post(f"{path}/outcome", {"settled": "upheld", "settled_note": "Enig."})).status == 303
    assert (await berit.post(f"{path}/outcome", {"settled": "quashed"})).status == 409
    told = [(kind, content.get("outcome")) for _, kind, _, content in town.telling.told[-2:]]
    assert told == [("appeal_settled", "forwarded"), ("appeal_settled", "upheld")]
    async with town.database.read() as tx:
        shared = await tx.all(select(usage).where(usage.c.action == "disclosed"))
    assert {row["subject_id"] for row in shared} == {town.ids["mother"], town.ids["child"]}


async def test_a_late_appeal_is_received_marked_and_may_be_dismissed(town: Town, office: Office):
    decision_id, case_id = await refused(town)
    await noticed(town, decision_id, town.now - timedelta(days=40))
    mother = await office.resident()
    assert "Du kan sende klagen likevel" in await mother.page(f"/me/decisions/{decision_id}/appeal")
    appeal_id = await sent_appeal(town, office, decision_id)
    berit = await office.staff("case_worker")
    await berit.open_case(case_id, "appeal")
    page = await berit.page(f"/desk/appeals/{appeal_id}")
    assert "Kom for sent" in page
    assert 'value="dismissed"' in page
    fields = {"outcome": "dismissed", "assessment": "Ingen grunn er oppgitt."}
    assert (await berit.post(f"/desk/appeals/{appeal_id}/assessment", fields)).status == 303
    assert "Avvist som for sen" in await mother.page(f"/me/decisions/{decision_id}/appeal")


@pytest.mark.parametrize("two", [False, True])
async def test_a_decision_is_reversed_in_the_appellants_favour(town: Town, office: Office, two: bool):
    await town.settings(four_eyes=["judged_income"] if two else None)
    decision_id, case_id = await refused(town)
    appeal_id = await sent_appeal(town, office, decision_id)
    berit = await office.staff("case_worker")
    await berit.open_case(case_id, "appeal")
    fields = {"outcome": "reversed", "assessment": "Inntekten falt.", "household_income": "150 000"}
    assert (await berit.post(f"/desk/appeals/{appeal_id}/assessment", fields)).status == 303
    if two:
        async with town.database.read() as tx:
            assert len(await tx.all(select(decision))) == 1
        assert "venter på en kollega" in await berit.page(f"/desk/appeals/{appeal_id}")
        per = await office.staff("case_worker", name="Per Berg (per)")
        await per.open_case(case_id, "approve")
        assert (await per.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})).status == 303
    async with town.database.read() as tx:
        new = await tx.first(select(decision).where(decision.c.outcome == "granted"))
        old = await tx.first(select(decision).where(decision.c.id == decision_id))
        row = await tx.first(select(appeal))
    assert new is not None
    assert old is not None
    assert row is not None
    assert (new["replaces"], new["valid_from"], new["valid_to"]) == (
        decision_id,
        old["valid_from"],
        old["valid_to"],
    )
    assert (row["status"], row["new_decision_id"]) == ("reversed", new["id"])
    mother = await office.resident()
    assert f"/me/decisions/{new['id']}" in await mother.page(f"/me/decisions/{decision_id}/appeal")


async def test_drawn_decisions_are_checked_by_people_and_the_draw_by_anybody(town: Town, office: Office):
    await town.settings(control_share="1")
    decision_id, case_id = await refused(town)
    berit, path = await office.staff("case_worker"), f"/desk/control/{decision_id}"
    page = await berit.page("/desk/control")
    assert "100 prosent" in page
    assert "1 av 1 vedtak, det samme som sist" in page
    assert "Nordmann" not in page
    assert (await berit.get(path)).status == 303
    await berit.open_case(case_id, "control")
    assert "Er vedtaket riktig?" in await berit.page(path)
    for fields, said in (({}, "Velg om"), ({"state": "wrong"}, "Skriv hva som er feil.")):
        answer = await berit.post(path, fields)
        assert (answer.status, said in await answer.text()) == (422, True)
    stranger = await office.staff("case_worker", municipality="8888")
    assert (await stranger.get(path)).status == 404
    assert (await stranger.post(path, {"state": "right"})).status == 404
    assert "202600001" not in await stranger.page("/desk/control")
    assert (await berit.post(path, {"state": "wrong", "finding": "Feil sats."})).status == 303
    assert (await berit.post(path, {"state": "right"})).status == 409
    assert "Feil sats." in await berit.page("/desk/control")
    async with town.database.read() as tx:
        found = await tx.first(select(case).where(case.c.id == case_id))
    assert found is not None
    assert found["status"] == "manual"  # what is wrong is decided anew, by people
    assert [why["id"] for why in found["content"]["reasons"]] == ["control_wrong"]
    assert town.telling.kinds()[-1] == "needs_worker"
    await berit.open_case(case_id)
    assert "En stikkprøve fant at vedtaket er feil" in await berit.page(f"/desk/cases/{case_id}")
    fields = {"outcome": "granted", "reason": "Rett sats.", "monthly_fee": "900"}
    assert (await berit.post(f"/desk/cases/{case_id}/decision", fields)).status == 303
    async with town.database.read() as tx:
        made = await tx.first(select(decision).where(decision.c.outcome == "granted"))
    assert made is not None
    assert made["replaces"] == decision_id
    async with town.database.begin() as tx:
        await tx.execute(controls.delete())
    assert "1 vedtak kom annerledes ut" in await berit.page("/desk/control")
    async with town.database.read() as tx:
        keys = town.identities.keys
        again = await control.drawn_again(tx, keys, "9999", town.now - timedelta(days=1))
    assert again.differing == (decision_id,)


async def test_what_a_human_decides_is_not_drawn(town: Town, office: Office):
    await town.settings(control_share="1")
    decision_id, _case_id = await refused(town)
    async with town.database.begin() as tx:
        await tx.execute(controls.delete())
        await tx.execute(update(decision).values(automatic=False))
    assert "0 av 0 vedtak" in await (await office.staff("case_worker")).page("/desk/control")
    assert (await (await office.staff("case_worker")).get(f"/desk/control/{decision_id}")).status == 404
