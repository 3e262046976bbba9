"""The desk over HTTP: the door, who has a case, two people for one decision, and the preliminary answer."""

from datetime import UTC, datetime, timedelta

import pytest
from office import Caller, Office
from sqlalchemy import select, update
from town import Town

from assistant.store.tables import case, case_access, decision, proposed_ruling, usage
from assistant.twin import UsageRow
from assistant.web.pages.usage_words import in_words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NAMES = ("Nordmann", "Kari", "Lise", "600\xa0000", "Inntekt")


async def waiting_case(town: Town) -> str:
    await town.income(600_000)
    case_id = await town.apply(
        for_worker={"drop": {"nb": "Inntekten har falt.", "nn": "Inntekta har falle.", "en": "It fell."}}
    )
    await town.work()
    return case_id


async def worker(office: Office, case_id: str, name: str = "Berit Berg (berit)") -> Caller:
    made = await office.staff("case_worker", name=name)
    await made.open_case(case_id)
    return made


async def test_nothing_of_a_case_is_shown_before_the_reason_is_given(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit = await office.staff("case_worker")
    asked = await berit.get(f"/desk/cases/{case_id}?draft=refused")
    assert asked.status == 303
    door = asked.headers["Location"]
    page = await berit.page(door)
    assert "Hvorfor åpner du sak 202600001?" in page
    assert not [name for name in NAMES if name in page]
    for action, fields in (
        ("decision", {"outcome": "refused", "reason": "x"}),
        ("preliminary", {"because": "x", "expected_on": "2026-12-30"}),
        ("proposal", {"action": "approve"}),
    ):
        sent_away = await berit.post(f"/desk/cases/{case_id}/{action}", fields)
        assert (sent_away.status, "/open?" in sent_away.headers["Location"]) == (303, True), action
    async with town.database.read() as tx:
        assert await tx.all(select(decision)) == []
        assert await tx.all(select(usage).where(usage.c.actor_kind == "staff")) == []

    for fields, said in (({"reason": ""}, "Velg en grunn."), ({"reason": "other"}, "Skriv hvorfor")):
        answer = await berit.post(f"/desk/cases/{case_id}/open", fields)
        assert (answer.status, said in await answer.text()) == (422, True)
    back = f"/desk/cases/{case_id}?draft=refused"
    given = {"reason": "other", "words": "Ringte, født 02092251234", "to": back}
    answer = await berit.post(f"/desk/cases/{case_id}/open", given)
    assert (answer.status, answer.headers["Location"]) == (303, back)
    assert "Lise Nordmann" in await berit.page(back)

    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.purpose.startswith("to open case")))
        kept = await tx.first(select(case_access))
    assert {row["subject_id"] for row in rows} == {town.ids["mother"], town.ids["child"]}
    assert "Ringte, født" in rows[0]["purpose"]
    assert "02092251234" not in str(rows) + str(kept)  # an identity number never stands in a log
    assert kept is not None
    assert kept["income"] is False

    per = await office.staff("case_worker", name="Per Berg (per)")
    assert (await per.get(f"/desk/cases/{case_id}")).status == 303  # a colleague's reason is not theirs
    elsewhere = await berit.post(
        f"/desk/cases/{case_id}/open", {"reason": "handle", "to": "https://evil.example/desk/"}
    )
    assert elsewhere.headers["Location"] == f"/desk/cases/{case_id}"


async def test_a_reason_ends_with_the_day(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit = await worker(office, case_id)
    async with town.database.begin() as tx:
        await tx.execute(update(case_access).values(until=town.now))
    assert (await berit.get(f"/desk/cases/{case_id}")).status == 303


async def test_the_person_reads_why_in_their_own_language(town: Town, office: Office):
    case_id = await waiting_case(town)
    await (await office.staff("case_worker")).open_case(case_id, "question", "Hun ringte")
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.subject_id == town.ids["mother"]))
    read = [UsageRow(**{**row, "concepts": tuple(row["concepts"])}) for row in rows]
    opened = [use for use in read if use.actor_kind == "staff"]
    shown = [in_words(use, town.catalogue, "nn", town.ids["mother"]) for use in opened]
    assert [(one.purpose_key, one.purpose_number) for one in shown] == [
        ("handling.purpose_question", "202600001 (“Hun ringte”)")
    ]


async def test_nobody_of_another_municipality_gets_through_any_door(town: Town, office: Office):
    case_id = await waiting_case(town)
    stranger = await office.staff("case_worker", municipality="8888")
    for path in ("", "/open"):
        assert (await stranger.get(f"/desk/cases/{case_id}{path}")).status == 404, path
    posts = {
        "open": {"reason": "handle"},
        "assign": {"action": "take"},
        "decision": {"outcome": "refused", "reason": "x"},
        "proposal": {"action": "approve"},
        "preliminary": {"because": "x", "expected_on": "2026-12-30"},
    }
    for action, fields in posts.items():
        assert (await stranger.post(f"/desk/cases/{case_id}/{action}", fields)).status == 404, action
    async with town.database.read() as tx:
        denied = await tx.all(select(usage).where(usage.c.action == "denied"))
        assert len(denied) == 2 + len(posts)
        assert (await tx.scalar(select(case.c.assigned_to))) is None


async def test_a_case_is_taken_handed_over_and_put_back(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit, per = await office.staff("case_worker"), await office.staff("case_worker", name="Per Berg (per)")
    await office.staff("case_worker", name="Fremmed (f)", municipality="8888")
    assert "Sak 202600001" in await berit.page("/desk?show=free")
    assert (await berit.post(f"/desk/cases/{case_id}/assign", {"action": "take", "was": ""})).status == 303
    late = await per.post(f"/desk/cases/{case_id}/assign", {"action": "take", "was": ""})
    assert late.status == 409  # somebody was faster
    assert "Ingenting her." in await berit.page("/desk?show=free")
    assert "Sak 202600001" in await berit.page("/desk?show=mine")
    assert "Ingenting her." in await per.page("/desk?show=mine&kind=case")

    await berit.open_case(case_id)
    page = await berit.page(f"/desk/cases/{case_id}")
    assert 'value="Per Berg (per)"' in page
    assert "Fremmed" not in page
    give = {"action": "hand_over", "was": "Berit Berg (berit)", "to": "Fremmed (f)"}
    assert (await berit.post(f"/desk/cases/{case_id}/assign", give)).status == 400
    assert (await berit.post(f"/desk/cases/{case_id}/assign", give | {"to": "Per Berg (per)"})).status == 303
    assert "Sak 202600001" in await per.page("/desk?show=mine")
    back = {"action": "put_back", "was": "Per Berg (per)"}
    assert (await per.post(f"/desk/cases/{case_id}/assign", back)).status == 303
    assert "Sak 202600001" in await per.page("/desk?show=free")


async def test_two_people_decide_where_the_municipality_says_so(town: Town, office: Office):
    await town.settings(four_eyes=["refused"])
    case_id = await waiting_case(town)
    berit = await worker(office, case_id)
    fields = {"outcome": "refused", "reason": "Inntekten er for høy."}
    assert (await berit.post(f"/desk/cases/{case_id}/decision", fields)).status == 303
    async with town.database.read() as tx:
        assert await tx.all(select(decision)) == []  # only proposed
    assert "Venter på godkjenning" in await berit.page("/desk?kind=proposal")
    page = await berit.page(f"/desk/cases/{case_id}")
    assert "Du har foreslått dette vedtaket." in page
    assert 'value="approve"' not in page
    own = await berit.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})
    assert (own.status, "ditt eget forslag" in await own.text()) == (422, True)

    per = await worker(office, case_id, "Per Berg (per)")
    unsaid = await per.post(f"/desk/cases/{case_id}/proposal", {"action": "return"})
    assert (unsaid.status, "hvorfor du sender" in await unsaid.text()) == (422, True)
    returned = {"action": "return", "note": "Nevn § 3b."}
    assert (await per.post(f"/desk/cases/{case_id}/proposal", returned)).status == 303
    assert "Nevn § 3b." in await berit.page(f"/desk/cases/{case_id}")
    await berit.post(f"/desk/cases/{case_id}/decision", fields | {"reason": "Se § 3b."})
    assert (await per.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})).status == 303
    async with town.database.read() as tx:
        made = await tx.all(select(decision))
        states = {row["state"] for row in await tx.all(select(proposed_ruling))}
    assert [row["decided_by"] for row in made] == ["Berit Berg (berit) og Per Berg (per)"]
    assert "Se § 3b." in made[0]["letter"]
    assert states == {"returned", "approved"}
    assert (await per.post(f"/desk/cases/{case_id}/proposal", {"action": "approve"})).status == 409


async def test_one_is_enough_where_nothing_is_set(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit = await worker(office, case_id)
    await berit.post(f"/desk/cases/{case_id}/decision", {"outcome": "refused", "reason": "Nei."})
    async with town.database.read() as tx:
        assert [row["decided_by"] for row in await tx.all(select(decision))] == ["Berit Berg (berit)"]


async def test_the_reasons_are_drafted_for_the_worker_to_edit(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit = await worker(office, case_id)
    page = await berit.page(f"/desk/cases/{case_id}")
    drafted = page.partition('name="reason"')[2].partition("</textarea>")[0]
    assert "Vi avslår søknaden fordi:" in drafted
    assert "ikke oppfylt:" in drafted
    assert "600\xa0000\xa0kr" in drafted
    assert "§ 3b" in drafted


async def test_a_preliminary_answer_moves_the_deadline_and_tells_the_person(town: Town, office: Office):
    case_id = await waiting_case(town)
    berit = await worker(office, case_id)
    path = f"/desk/cases/{case_id}/preliminary"
    for fields, said in (
        ({"expected_on": "2027-01-15"}, "Skriv hvorfor det tar lengre tid."),
        ({"because": "Vi venter på dokumenter."}, "Velg dagen svaret"),
        ({"because": "x", "expected_on": "2026-11-01"}, "fra i morgen"),
        ({"because": "x", "expected_on": "i morgen"}, "Velg dagen svaret"),
    ):
        answer = await berit.post(path, fields)
        assert (answer.status, said in await answer.text()) == (422, True), fields
    fields = {"because": "Vi venter på dokumenter.", "expected_on": "2027-01-15"}
    assert (await berit.post(path, fields)).status == 303
    person, kind, _, content = town.telling.told[-1]
    assert (person, kind) == (town.ids["mother"], "preliminary_answer")
    assert content["note"] == "Vi venter på dokumenter."
    async with town.database.read() as tx:
        assert str(await tx.scalar(select(case.c.due_on))) == "2027-01-15"
    assert "Foreløpig svar sendt" in await berit.page("/desk")
    assert "15. januar 2027" in await berit.page(f"/desk/cases/{case_id}")


async def test_the_queue_says_which_are_over_their_deadline(town: Town, office: Office):
    await waiting_case(town)
    town.now = datetime(2026, 12, 28, 9, tzinfo=UTC) + timedelta(days=1)
    page = await (await office.staff("case_worker")).page("/desk?show=overdue")
    assert "Sak 202600001" in page
    assert "Fristen er ute" in page
