"""The API: the biller's flags and invoice basis, a resident's own data, and the description of it all."""

import csv
import io
from datetime import UTC, datetime
from typing import get_args

import pytest
from office import OTHER_TOKEN, Office
from sqlalchemy import select
from town import PLACE, Town

from assistant.casework.status import Status
from assistant.casework.taking_back import WITHDRAWN, take_back
from assistant.determinations import because_of
from assistant.store.tables import usage
from assistant.web import api_models as models
from assistant.web.openapi import OPERATIONS

ERRAND = "00000000-0000-4000-8000-00000000e44a"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def granted(town: Town) -> str:
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()
    return case_id


async def test_the_biller_gets_the_fee_and_no_fact_behind_it(town: Town, office: Office):
    await granted(town)
    answer = await office.machine().json("/api/v1/flags?since=0")
    flag = answer["flags"][0]
    assert flag == {
        "sequence": 1,
        "id": flag["id"],
        "municipality": "9999",
        "subject": town.ids["child"],
        "place_number": PLACE,
        "fee": "kindergarten",
        "monthly_amount": "818",
        "currency": "NOK",
        "from": "2026-12-01",
        "to": "2027-07-31",
        "replaces": None,
        "created_at": flag["created_at"],
    }
    assert (answer["next_since"], answer["more"]) == (1, False)
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.action == "disclosed"))
    assert [(row["subject_id"], row["actor"], row["basis"]) for row in rows] == [
        (town.ids["child"], "biller", "FOR-2005-12-16-1478 § 3f")
    ]


async def test_a_change_comes_as_new_flags_that_replace(town: Town, office: Office):
    await granted(town)
    first = (await office.machine().json("/api/v1/flags?since=0"))["flags"][0]
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)
    await town.apply()
    await town.work()
    answer = await office.machine().json("/api/v1/flags?since=1")
    assert [(f["from"], f["to"], f["monthly_amount"], f["replaces"]) for f in answer["flags"]] == [
        ("2026-12-01", "2027-02-28", "818", first["id"]),
        ("2027-03-01", "2027-07-31", "600", None),
    ]


async def test_pages_follow_each_other(town: Town, office: Office):
    await granted(town)
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)
    await town.apply()
    await town.work()
    machine = office.machine()
    seen, since, more = [], 0, True
    while more:
        answer = await machine.json(f"/api/v1/flags?since={since}&limit=1")
        seen += [flag["sequence"] for flag in answer["flags"]]
        since, more = answer["next_since"], answer["more"]
    assert seen == [1, 2, 3]


async def test_nothing_new_is_304(town: Town, office: Office):
    await granted(town)
    machine = office.machine()
    etag = (await machine.get("/api/v1/flags?since=0")).headers["ETag"]
    assert (await machine.get("/api/v1/flags?since=0", If_None_Match=etag)).status == 304
    assert (await machine.get("/api/v1/flags?since=1", If_None_Match=etag)).status == 200
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)
    await town.apply()
    await town.work()
    assert (await machine.get("/api/v1/flags?since=0", If_None_Match=etag)).status == 200


@pytest.mark.parametrize("token", [None, "", "wrong", OTHER_TOKEN])
async def test_only_the_biller_may_ask(office: Office, token: str | None):
    for path in ("/api/v1/flags", "/api/v1/invoice-basis?month=2026-12"):
        answer = await office.machine(token).get(path)
        assert answer.status in (401, 403)
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    ["since=-1", "since=x", "since=1.5", "limit=0", "limit=501", "sinse=1", "since=99999999999999999999"],
)
async def test_a_query_that_cannot_be_is_a_problem_that_names_it(office: Office, query: str):
    answer = await office.machine().get(f"/api/v1/flags?{query}")
    assert answer.status == 400
    problem = await answer.json(content_type="application/problem+json")
    assert query.partition("=")[0] in problem["detail"]


async def test_the_invoice_basis_shows_before_and_after_with_food_apart(town: Town, office: Office):
    await granted(town)
    answer = await office.machine().json("/api/v1/invoice-basis?month=2026-12")
    assert answer["kindergartens"] == [
        {
            "kindergarten": "Solsikken",
            "fee_before": "1200",
            "fee_after": "818",
            "food": "489",
            "total": "1307",
            "corrected": "0",
            "corrections": [],
            "lines": [
                {
                    "place_number": PLACE,
                    "fee_before": "1200",
                    "fee_after": "818",
                    "food": "489",
                    "total": "1307",
                    "flag": answer["kindergartens"][0]["lines"][0]["flag"],
                }
            ],
        }
    ]
    before = await office.machine().json("/api/v1/invoice-basis?month=2026-11")
    assert before["kindergartens"][0]["fee_after"] == "1200"
    earlier = await office.machine().json("/api/v1/invoice-basis?month=2026-07")
    assert earlier["kindergartens"] == []


async def test_the_basis_as_csv_quotes_formulas(town: Town, office: Office):
    await granted(town)
    await town.says("kindergarten_system", {("place", "kindergarten_place.kindergarten"): "=cmd|x"})
    answer = await office.machine().get("/api/v1/invoice-basis?month=2026-12", Accept="text/csv")
    assert answer.content_type == "text/csv"
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert [row["kindergarten"] for row in rows][-1].startswith("'=")


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "nei", "0000-01", "9999-12", "٢026-01"])
async def test_a_month_that_is_none_is_refused(office: Office, month: str):
    assert (await office.machine().get(f"/api/v1/invoice-basis?month={month}")).status == 400
    assert (
        await (await office.staff("invoicing")).get(f"/biller/invoice-basis.csv?month={month}")
    ).status == 400


async def test_the_billers_page_shows_and_downloads(town: Town, office: Office):
    await granted(town)
    biller = await office.staff("invoicing")
    page = await biller.page("/biller?month=2026-12")
    for said in (PLACE, "Solsikken", "1\xa0200 kr", "818 kr", "desember 2026", "31. juli 2027"):
        assert said in page, said
    assert "Nordmann" not in page
    assert (await biller.get("/biller/invoice-basis.csv?month=2026-12")).content_type == "text/csv"
    assert (await biller.json("/biller/invoice-basis.json?month=2026-12"))["month"] == "2026-12"
    wrong = await biller.get("/biller?month=desember")
    assert wrong.status == 400
    assert "Skriv måneden slik" in await wrong.text()


async def test_another_municipality_has_its_own_flags(town: Town, office: Office):
    await granted(town)
    stranger = await office.staff("invoicing", municipality="8888")
    assert (await stranger.json("/api/v1/flags"))["flags"] == []
    assert PLACE not in await stranger.page("/biller?month=2026-12")


# ---- a resident's own -----------------------------------------------------------------------------


async def test_a_resident_sees_their_own_case_decision_and_letter(town: Town, office: Office):
    case_id = await granted(town)
    mother = await office.resident()
    cases = await mother.json("/api/v1/cases")
    assert [(case["id"], case["number"], case["status"]) for case in cases["cases"]] == [
        (case_id, 202_600_001, "decided")
    ]
    decision = (await mother.json("/api/v1/decisions"))["decisions"][0]
    assert (decision["outcome"], decision["monthly_fee"], decision["to"]) == ("granted", "818", "2027-07-31")
    whole = await mother.json(f"/api/v1/decisions/{decision['id']}")
    assert "statsforvalteren" in whole["letter"]
    assert await mother.json("/api/v1/processes") == {"processes": []}
    assert await mother.json("/api/v1/guidance") == {"guidance": []}


async def test_a_case_taken_back_is_listed_with_the_others(town: Town, office: Office):
    await town.income(150_000)
    case_id = await town.apply(process_id=ERRAND)
    async with town.database.begin() as tx:
        assert await take_back(tx, town.telling, ERRAND, town.now) == "withdrawn"
    mother = await office.resident()
    assert [case["status"] for case in (await mother.json("/api/v1/cases"))["cases"]] == ["withdrawn"]
    assert (await mother.json(f"/api/v1/cases/{case_id}"))["status"] == "withdrawn"
    assert WITHDRAWN in get_args(Status)


async def test_determinations_are_of_oneself_and_ones_children(town: Town, office: Office):
    await town.income(150_000)
    async with town.database.begin() as tx:
        await town.casework.assessor.determinations.run(
            tx, {town.ids["child"]: ["kindergarten.reduced_fee"]}, because_of("test"), town.now
        )
    found = (await (await office.resident()).json("/api/v1/determinations"))["determinations"]
    assert [(one["rule"], one["answer"], one["subject"]) for one in found] == [
        ("kindergarten.reduced_fee", "yes", town.ids["child"])
    ]
    assert (await (await office.resident("father")).json("/api/v1/determinations"))["determinations"] == []


async def test_another_persons_case_is_not_there_and_the_denial_is_logged(town: Town, office: Office):
    case_id = await granted(town)
    decision_id = (await (await office.resident()).json("/api/v1/decisions"))["decisions"][0]["id"]
    father = await office.resident("father")
    assert (await father.json("/api/v1/cases")) == {"cases": []}
    for path in (f"/api/v1/cases/{case_id}", f"/api/v1/decisions/{decision_id}"):
        answer = await father.get(path)
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.action == "denied"))
    assert [(row["subject_id"], row["actor"]) for row in rows] == [
        (town.ids["mother"], town.ids["father"])
    ] * 2


# ---- the description ------------------------------------------------------------------------------


async def test_the_description_is_openapi_and_covers_every_route(office: Office):
    description = await office.machine(None).json("/api/openapi.json")
    assert description["openapi"] == "3.1.0"
    routed = {
        (route.method, route.resource.canonical)
        for route in _router(office)
        if route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
    }
    described = {(m.upper(), path) for path, methods in description["paths"].items() for m in methods}
    assert described == routed
    for methods in description["paths"].values():
        for operation in methods.values():
            done = next(status for status in ("200", "201") if status in operation["responses"])
            schema = operation["responses"][done]["content"]["application/json"]["schema"]["$ref"]
            assert schema.rpartition("/")[2] in description["components"]["schemas"]
    assert len(OPERATIONS) == len(described)


def _router(office: Office):
    from assistant.web.app import make_app

    return [route for route in make_app(office.parts).router.routes() if route.resource is not None]


async def test_the_answers_are_as_described(town: Town, office: Office):
    await granted(town)
    machine, mother = office.machine(), await office.resident()
    models.FlagsOut.model_validate(await machine.json("/api/v1/flags"))
    models.InvoiceBasisOut.model_validate(await machine.json("/api/v1/invoice-basis?month=2026-12"))
    models.CasesOut.model_validate(await mother.json("/api/v1/cases"))
    models.DecisionsOut.model_validate(await mother.json("/api/v1/decisions"))


async def test_the_page_for_people_loads_nothing_from_another_host(office: Office):
    page = await office.machine(None).page("/api/docs")
    assert "/api/v1/flags" in page
    assert 'src="http' not in page
    assert "cdn" not in page
