"""A request at the desk opens to who has said why; and where the municipality sees flags, not to the income."""

from __future__ import annotations

import pytest
from desk_of_town import fact_of, log_of, open_request, worker
from place_town import Browser, Town
from sqlalchemy import select, update

from assistant.store.tables import data_request, municipality, usage
from assistant.twin import UsageRow
from assistant.web.pages.usage_words import in_words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOLD = ("Siri", "180\u00a0000", "400\u00a0000", "permisjon", "Inntekt")
"""What her request says: who she is, what is held, what it should be, and her words."""


async def asks(town: Town, siri: Browser, what: str = "wrong") -> str:
    """She says her income is another, or that it is not to be used."""
    income = await fact_of(town, "siri", "person.assessed_income")
    told = {"action": "send", "should_be": "400 000"} if what == "wrong" else {}
    await siri.send(f"/me/data/facts/{income}/{what}", reason="Jeg var i permisjon", **told)
    return siri.at.rpartition("/")[2]


async def by_flags(town: Town) -> None:
    async with town.assistant.database.begin() as tx:
        settings = await tx.scalar(select(municipality.c.settings))
        await tx.execute(
            update(municipality).values(
                settings={**settings, "generations": {"apply_reduced_fee": "flagged"}}
            )
        )


async def test_nothing_of_a_request_is_shown_before_the_reason_is_given(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    asked = await asks(entitled, siri)
    path = f"/desk/requests/{asked}"
    away = await desk.http.get(desk.base + path, allow_redirects=False)
    assert (away.status, away.headers["Location"]) == (303, f"{path}/open")
    page = await desk.page(path)
    assert "Hvorfor åpner du henvendelse" in page
    assert [one for one in TOLD if one in page] == []
    assert "Hvorfor åpner du" in await desk.send(path, action="refuse", answer="Nei.")
    assert "Velg en grunn." in await desk.send(f"{path}/open", status=422, reason="approve")
    assert "Skriv hvorfor" in await desk.send(f"{path}/open", status=422, reason="other")
    async with entitled.assistant.database.read() as tx:
        assert await tx.all(select(usage).where(usage.c.actor_kind == "staff")) == []
        assert await tx.scalar(select(data_request.c.status)) == "received"

    page = await desk.send(f"{path}/open", reason="other", words="Ringte, født 02092251234")
    assert [one for one in TOLD if one not in page] == []
    rows = [row for row in await log_of(entitled, "siri") if row["actor_kind"] == "staff"]
    assert "02092251234" not in str(rows)
    use = UsageRow(**{**rows[0], "concepts": tuple(rows[0]["concepts"])})  # type: ignore[arg-type]
    shown = in_words(use, entitled.assistant.parts.catalogue, "nn", entitled.ids["siri"])
    assert shown.purpose_key == "sight.purpose_other"
    assert "Ringte" in shown.purpose_number


async def test_the_reason_is_one_persons_and_ends_with_the_day(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    asked = await asks(entitled, siri)
    assert "Siri" in await open_request(desk, asked)
    other = await worker(entitled, name="Per Berg (per)")
    assert "Hvorfor åpner du" in await other.page(f"/desk/requests/{asked}")
    async with entitled.assistant.database.begin() as tx:
        at = await tx.scalar(select(usage.c.at).where(usage.c.purpose.startswith("to open data request")))
        await tx.execute(update(usage).values(at=at.replace(year=at.year - 1)))
    assert "Hvorfor åpner du" in await desk.page(f"/desk/requests/{asked}")


@pytest.mark.parametrize("what", ["wrong", "restriction"])
async def test_where_the_municipality_sees_flags_the_income_is_not_shown(entitled: Town, what: str) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    asked = await asks(entitled, siri, what)
    await by_flags(entitled)
    page = await open_request(desk, asked)
    assert "Kommunen ser ikke opplysninger fra Skatteetaten" in page
    assert "Siri Steen" in page
    assert [
        one for one in ("180\u00a0000", "400\u00a0000", "400 000", "545", 'id="effect"') if one in page
    ] == []
    read = [row for row in await log_of(entitled, "siri") if row["purpose"].startswith("to handle data")]  # type: ignore[attr-defined]
    assert [row["concepts"] for row in read] == [["data_request", "person.name"]]
    if what == "wrong":  # nothing to do but to tell the tax administration, and say afterwards what it said
        assert 'value="refuse"' not in page
        said = {"action": "refuse", "answer": "Nei."}
        assert "Velg hva dere gjør." in await desk.send(f"/desk/requests/{asked}", status=422, **said)
        page = await desk.send(f"/desk/requests/{asked}", action="pass_on", answer="Vi har varslet dem.")
        assert 'value="refuse"' in page
        assert "400\u00a0000" not in page


async def test_other_facts_are_shown_where_the_municipality_sees_flags(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    name = await fact_of(entitled, "siri", "person.name")
    await siri.send(f"/me/data/facts/{name}/wrong", action="send", should_be="Siri Sten", reason="Skrivefeil")
    await by_flags(entitled)
    assert "Siri Sten<" in await open_request(desk, siri.at.rpartition("/")[2])
