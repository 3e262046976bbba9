"""The pages of a decision that may be wrong: the desk's, the person's, and who may not see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from office import Office
from sqlalchemy import select
from test_reversing import BEGINS, corrected, decisions, granted, notice
from town import CHILD, MOTHER, Town

from assistant.store.tables import usage


async def wrong(town: Town) -> tuple[str, str]:
    """A case whose decision counted too little income, and what was found."""
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    return case_id, found_id


async def test_a_case_worker_sees_what_changed_notifies_and_reverses(town: Town, office: Office):
    case_id, found_id = await wrong(town)
    desk, path = await office.staff("case_worker"), f"/desk/reconsiderations/{found_id}"
    assert path in await desk.page("/desk/reconsiderations")
    closed = await desk.get(path)
    assert (closed.status, f"/desk/cases/{case_id}/open" in closed.headers["Location"]) == (303, True)
    assert (
        (await desk.post(f"{path}/notice", {})).headers["Location"].startswith(f"/desk/cases/{case_id}/open")
    )
    await desk.open_case(case_id)
    assert path in await desk.page(f"/desk/cases/{case_id}")
    page = plain(await desk.page(path))
    for said in (
        "150 000 kr",
        "200 000 kr",
        "818 kr",
        "1 091 kr",
        "273 kr mer i måneden",
        "Kari Nordmann",
        "§ 35",
    ):
        assert said in page, said
    early = {"ground": "invalid", "valid_from": str(BEGINS), "reason": "Rettet"}
    assert (await desk.post(f"{path}/reversal", early)).status == 409  # nobody has been heard
    assert (await desk.post(f"{path}/notice", {})).status == 303
    assert "Gjør om vedtaket" not in await desk.page(path)

    mine = await office.resident()
    page = plain(await mine.page(f"/me/reconsiderations/{found_id}"))
    for said in ("150 000 kr", "200 000 kr", "273 kr mer i måneden", "§ 16"):
        assert said in page, said
    refused = await mine.post(f"/me/reconsiderations/{found_id}/answer", {"answer": " "})
    assert refused.status == 422
    sent = await mine.post(f"/me/reconsiderations/{found_id}/answer", {"answer": "Jeg er <i>uenig</i>"})
    assert sent.status == 303
    assert "Jeg er &lt;i&gt;uenig&lt;/i&gt;" in await desk.page(path)

    for lacking, said in (
        ({"valid_from": str(BEGINS), "reason": "Rettet"}, "Velg hva som gir adgang"),
        ({"ground": "invalid", "valid_from": str(BEGINS), "reason": ""}, "Skriv en begrunnelse"),
        ({"ground": "invalid", "valid_from": "2026-12-05", "reason": "Rettet"}, "Velg en av dagene"),
    ):
        answer = await desk.post(f"{path}/reversal", lacking)
        assert (answer.status, said in await answer.text()) == (422, True), said
    assert (await desk.post(f"{path}/reversal", early)).status == 303
    assert (await desk.post(f"{path}/reversal", early)).status == 409
    assert len(await decisions(town, case_id)) == 2
    assert "Les det nye vedtaket" in await desk.page(path)
    assert "Vedtaket ble gjort om" in await mine.page(f"/me/reconsiderations/{found_id}")


async def test_two_people_reverse_where_the_municipality_says_so(town: Town, office: Office):
    await town.settings(four_eyes=["granted"])
    case_id, found_id = await wrong(town)
    await notice(town, found_id)
    town.now += timedelta(days=30)
    berit, path = await office.staff("case_worker"), f"/desk/reconsiderations/{found_id}"
    await berit.open_case(case_id)
    fields = {"ground": "invalid", "valid_from": str(BEGINS), "reason": "Inntekten er rettet"}
    assert (await berit.post(f"{path}/reversal", fields)).status == 303
    assert len(await decisions(town, case_id)) == 1  # only proposed
    page = await berit.page(path)
    assert "venter på en kollega" in page
    assert f"{path}/reversal" not in page
    assert (await berit.post(f"{path}/reversal", fields)).status == 409
    own = await berit.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})
    assert (own.status, "ditt eget forslag" in await own.text()) == (422, True)

    per = await office.staff("case_worker", name="Per Berg (per)")
    await per.open_case(case_id, "approve")
    assert 'value="approve"' in await per.page(f"/desk/cases/{case_id}")
    assert (await per.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})).status == 303
    old, new = await decisions(town, case_id)
    assert (new.replaces, new.decided_by) == (old.id, "Berit Berg (berit) og Per Berg (per)")
    for said in ("bokstav c", "Inntekten er rettet", "Berit Berg (berit) og Per Berg (per)"):
        assert said in new.letter, said
    assert "Les det nye vedtaket" in await berit.page(path)


async def test_what_has_not_been_notified_is_not_on_the_persons_pages(town: Town, office: Office):
    _, found_id = await wrong(town)
    mine = await office.resident()
    assert (await mine.get(f"/me/reconsiderations/{found_id}")).status == 404
    assert (await mine.post(f"/me/reconsiderations/{found_id}/answer", {"answer": "Hei"})).status == 404


async def test_letting_it_be_takes_reasons(town: Town, office: Office):
    case_id, found_id = await wrong(town)
    desk, path = await office.staff("case_worker"), f"/desk/reconsiderations/{found_id}"
    await desk.open_case(case_id)
    assert (await desk.post(f"{path}/drop", {"drop_reason": ""})).status == 422
    assert (await desk.post(f"{path}/drop", {"drop_reason": "Vedtaket er gyldig"})).status == 303
    assert "Vedtaket er gyldig" in await desk.page(path)
    assert (await desk.post(f"{path}/notice", {})).status == 409


async def test_nobody_else_sees_it_and_the_attempt_is_in_the_log(town: Town, office: Office):
    case_id, found_id = await wrong(town)
    await notice(town, found_id)
    (made,) = await decisions(town, case_id)
    paths = [f"/me/reconsiderations/{found_id}", f"/me/decisions/{made.id}/then"]
    desk = f"/desk/reconsiderations/{found_id}"
    father, elsewhere = (
        await office.resident("father"),
        await office.staff("case_worker", municipality="8888"),
    )
    for path in paths:
        assert (await father.get(path)).status == 404
        assert (await office.machine().get(path)).status == 303  # to the login
    assert (await father.post(f"{paths[0]}/answer", {"answer": "Jeg"})).status == 404
    assert (await father.get(desk)).status in (403, 404)
    for response in [
        await elsewhere.get(desk),
        *[
            await elsewhere.post(f"{desk}/{what}", {"drop_reason": "x"})
            for what in ("notice", "reversal", "drop")
        ],
    ]:
        assert response.status == 404
    assert found_id not in await elsewhere.page("/desk/reconsiderations")
    for role in ("invoicing", "operator"):
        assert (await (await office.staff(role)).get(desk)).status == 403
    assert await denied(town, "mother") == 3
    assert await denied(town, "child") == 4


async def denied(town: Town, who: str) -> int:
    async with town.database.read() as tx:
        rows = await tx.all(
            select(usage).where(usage.c.subject_id == town.ids[who], usage.c.action == "denied")
        )
    return len(rows)


async def test_each_reading_is_in_the_persons_log(town: Town, office: Office):
    case_id, found_id = await wrong(town)
    await notice(town, found_id)
    desk = await office.staff("case_worker")
    await desk.open_case(case_id)
    await desk.page(f"/desk/reconsiderations/{found_id}")
    await (await office.resident()).page(f"/me/reconsiderations/{found_id}")
    async with town.database.read() as tx:
        log = await tx.all(
            select(usage).where(usage.c.subject_id == town.ids["mother"], usage.c.action == "read")
        )
    said = {(row["actor_kind"], row["purpose"]) for row in log if "person.assessed_income" in row["concepts"]}
    assert said == {("staff", "to handle case 202600001"), ("person", "to show your page")}


async def test_a_past_decision_is_shown_as_then_beside_now(town: Town, office: Office):
    case_id, _ = await wrong(town)
    town.now += timedelta(days=1)
    (made,) = await decisions(town, case_id)
    mine = await office.resident()
    assert f"/me/decisions/{made.id}/then" in await mine.page(f"/me/decisions/{made.id}")
    page = plain(await mine.page(f"/me/decisions/{made.id}/then"))
    assert "Det ble det samme, ord for ord" in page
    for said in ("150 000 kr", "200 000 kr", "818 kr", "1 091 kr"):
        assert said in page, said
    assert "Endret" in page


def plain(html: str) -> str:
    return html.replace("\xa0", " ").replace("&nbsp;", " ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_identity_number_is_on_the_pages(town: Town, office: Office):
    case_id, found_id = await wrong(town)
    await notice(town, found_id)
    worker = await office.staff("case_worker")
    await worker.open_case(case_id)
    desk = await worker.page(f"/desk/reconsiderations/{found_id}")
    mine = await (await office.resident()).page(f"/me/reconsiderations/{found_id}")
    assert not [number for number in (MOTHER, CHILD) if number in desk + mine]
