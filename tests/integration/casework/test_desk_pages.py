"""The desk over HTTP: the queue, the case page, the decision, the letter, and work that has stopped."""

import re
from datetime import UTC, datetime

import pytest
from office import Caller, Office
from sqlalchemy import insert, select
from town import Town

from assistant.casework import DisputedFact
from assistant.store.tables import decision, job, usage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WRONG = DisputedFact(
    "person.assessed_income@x", "Inntekt", "600 000 kr", "150 000 kr", "Jeg sluttet <b>i mai</b>"
)


async def waiting_case(town: Town) -> str:
    await town.income(600_000)
    case_id = await town.apply(disputed=(WRONG,))
    await town.work()
    return case_id


async def at_the_case(office: Office, case_id: str, name: str = "Berit Berg (berit)") -> Caller:
    """A case worker who has said why they open it."""
    worker = await office.staff("case_worker", name=name)
    await worker.open_case(case_id)
    return worker


async def test_the_queue_names_nobody(town: Town, office: Office):
    await waiting_case(town)
    page = await (await office.staff("case_worker")).page("/desk")
    assert "Sak 202600001" in page
    assert "1 sak venter på svar" in page
    assert "Søkeren mener at en opplysning er feil" in page
    assert "Nordmann" not in page


async def test_the_case_page_shows_why_what_and_where_from_and_logs_the_opening(town: Town, office: Office):
    case_id = await waiting_case(town)
    page = await (await at_the_case(office, case_id)).page(f"/desk/cases/{case_id}")
    for said in ("Lise Nordmann", "Kari Nordmann", "Skatteetaten", "600\xa0000", "✗", "Ikke oppfylt", "§ 3b"):
        assert said in page, said
    assert "Jeg sluttet &lt;b&gt;i mai&lt;/b&gt;" in page
    assert "home" not in re.sub(r"<[^>]*>", "", page)  # no address
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.actor_kind == "staff"))
    assert {row["subject_id"] for row in rows} == {town.ids["mother"], town.ids["child"]}
    assert {row["actor"] for row in rows} == {"Berit Berg (berit)"}
    assert {row["purpose"] for row in rows} == {"to open case 202600001 (handle)", "to handle case 202600001"}


async def test_a_decision_at_the_desk_ends_in_a_letter(town: Town, office: Office):
    case_id = await waiting_case(town)
    worker = await at_the_case(office, case_id)
    answer = await worker.post(
        f"/desk/cases/{case_id}/decision",
        {"outcome": "granted", "reason": "Inntekten er lavere nå.", "household_income": "150 000,00 kr"},
    )
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/{case_id}")
    page = await worker.page(f"/desk/cases/{case_id}")
    assert "Inntekten er lavere nå." in page
    assert "818\xa0kr" in page
    assert "Berit Berg" in page
    found = re.search(r"/desk/decisions/[0-9a-f-]{36}", page)
    assert found is not None
    assert "Inntekten er lavere nå." in await worker.page(found[0])
    assert "Ingen saker venter" in await worker.page("/desk")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "x"}, "Velg om du innvilger eller avslår."),
        ({"outcome": "refused"}, "Skriv en begrunnelse."),
        ({"outcome": "granted", "reason": "x"}, "Reglene gir ingen lavere pris."),
        ({"outcome": "granted", "reason": "x", "monthly_fee": "mange"}, "Skriv et beløp i kroner"),
        ({"outcome": "granted", "reason": "x", "monthly_fee": "1e400000"}, "Skriv et beløp i kroner"),
        ({"outcome": "granted", "reason": "x", "monthly_fee": "NaN"}, "Skriv et beløp i kroner"),
        ({"outcome": "granted", "reason": "x", "monthly_fee": "9999"}, "høyere enn full pris"),
        ({"outcome": "granted", "reason": "x", "household_income": "-5"}, "ikke være under 0"),
        ({"outcome": "refused", "reason": "x", "valid_from": "2020-01-01"}, "Velg en av månedene"),
        ({"outcome": "refused", "reason": "x", "valid_from": "i morgen"}, "Velg en av månedene"),
    ],
)
async def test_what_a_decision_lacks_is_said_and_what_was_typed_is_kept(
    town: Town, office: Office, fields: dict[str, str], said: str
):
    case_id = await waiting_case(town)
    answer = await (await at_the_case(office, case_id)).post(f"/desk/cases/{case_id}/decision", fields)
    page = await answer.text()
    assert answer.status == 422
    assert said in page
    for typed in fields.values():
        assert (
            f'value="{typed}"' in page
            or f">{typed}</textarea>" in page
            or typed in ("2020-01-01", "i morgen")
        )
    async with town.database.read() as tx:
        assert await tx.all(select(decision)) == []


async def test_a_case_cannot_be_decided_a_second_time(town: Town, office: Office):
    case_id = await waiting_case(town)
    worker = await at_the_case(office, case_id)
    fields = {"outcome": "refused", "reason": "Nei."}
    assert (await worker.post(f"/desk/cases/{case_id}/decision", fields)).status == 303
    assert (await worker.post(f"/desk/cases/{case_id}/decision", fields)).status == 409


async def test_the_month_is_offered_only_where_law_is_silent(town: Town, office: Office):
    town.now = datetime(2026, 11, 1, 10, tzinfo=UTC)
    await town.income(150_000)
    await town.settings(application_on_first_of_month=None)
    case_id = await town.apply()
    await town.work()
    worker = await at_the_case(office, case_id)
    page = await worker.page(f"/desk/cases/{case_id}")
    assert "1. november 2026" in page
    assert 'value="2026-12-01"' in page
    answer = await worker.post(
        f"/desk/cases/{case_id}/decision",
        {"outcome": "granted", "reason": "Neste måned.", "valid_from": "2026-12-01"},
    )
    assert answer.status == 303


async def test_another_municipality_sees_nothing_and_the_denial_is_logged(town: Town, office: Office):
    case_id = await waiting_case(town)
    stranger = await office.staff("case_worker", municipality="8888")
    assert "202600001" not in await stranger.page("/desk")
    assert (await stranger.get(f"/desk/cases/{case_id}")).status == 404
    refused = await stranger.post(f"/desk/cases/{case_id}/decision", {"outcome": "refused", "reason": "x"})
    assert refused.status == 404
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.action == "denied"))
    assert {row["subject_id"] for row in rows} == {town.ids["child"]}
    assert len(rows) == 2


async def test_a_letter_of_another_municipality_is_not_there(town: Town, office: Office):
    await town.income(150_000)
    await town.apply()
    await town.work()
    async with town.database.read() as tx:
        decision_id = await tx.scalar(select(decision.c.id))
    stranger = await office.staff("case_worker", municipality="8888")
    assert (await stranger.get(f"/desk/decisions/{decision_id}")).status == 404
    worker = await office.staff("case_worker")
    assert (await worker.get(f"/desk/decisions/{decision_id}")).status == 303  # to say why
    async with town.database.read() as tx:
        case_id = await tx.scalar(select(decision.c.case_id))
    await worker.open_case(case_id)
    assert (await worker.get(f"/desk/decisions/{decision_id}")).status == 200
    letter = await worker.get(f"/desk/decisions/{decision_id}.pdf")
    assert (letter.status, letter.content_type) == (200, "application/pdf")
    assert (await stranger.get(f"/desk/decisions/{decision_id}.pdf")).status == 404


@pytest.mark.parametrize("path", ["/desk", "/desk/control", "/desk/work", "/biller"])
async def test_the_desk_is_for_those_with_the_role(office: Office, path: str):
    assert (await (await office.staff("rule_editor")).get(path)).status == 403
    assert (await (await office.resident()).get(path)).status == 403
    assert (await office.machine(None).get(path)).status == 303  # to the login


async def test_stopped_work_can_be_tried_again(town: Town, office: Office):
    async with town.database.begin() as tx:
        await tx.execute(
            insert(job).values(
                task="decide_case",
                queue="events",
                key="",
                args={},
                run_at=town.now,
                state="parked",
                attempts=6,
                error="RegisterRefused: <script>",
            )
        )
        job_id = await tx.scalar(select(job.c.id))
    worker = await office.staff("case_worker")
    page = await worker.page("/desk/work")
    assert "RegisterRefused: &lt;script&gt;" in page
    assert (await worker.post(f"/desk/work/{job_id}/again", {})).status == 303
    async with town.database.read() as tx:
        row = await tx.first(select(job.c.state, job.c.attempts))
    assert dict(row or {}) == {"state": "todo", "attempts": 0}
    assert (await worker.post(f"/desk/work/{job_id}/again", {})).status == 409
