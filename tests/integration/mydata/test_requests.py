"""This is wrong, do not use it, leave me alone: from the person's page to the desk and back, and what follows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_of_town import fact_of, log_of, open_request, worker
from place_town import TAX, TODAY, Browser, Town, income, person, says
from sqlalchemy import select

from assistant.config import local_date
from assistant.mydata.answering import Lifting
from assistant.store import Postpone
from assistant.store.tables import (
    data_request,
    determination,
    fact,
    guidance,
    job,
    message,
    restriction,
    wish,
)
from assistant.twin import Provenance, Span

TOLD = Provenance("person", "personvernforordningen artikkel 6")


def request_at(browser: Browser) -> str:
    found = re.fullmatch(r"/me/data/requests/([0-9a-f-]{36})", browser.at)
    assert found, browser.at
    return found[1]


async def fee(town: Town) -> dict[str, object]:
    async with town.assistant.database.read() as tx:
        row = await tx.first(
            select(determination.c.record).where(
                determination.c.rule == "kindergarten.reduced_fee",
                determination.c.subject_id == town.ids["emil"],
                determination.c.current,
            )
        )
    assert row is not None
    return {"answer": row["record"]["answer"], **row["record"]["values"]}


async def request_row(town: Town, request_id: str) -> dict[str, object]:
    async with town.assistant.database.read() as tx:
        row = await tx.first(select(data_request).where(data_request.c.id == request_id))
    assert row is not None
    return row


async def count_of_facts(town: Town) -> int:
    async with town.assistant.database.read() as tx:
        return len(await tx.all(select(fact.c.id)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_registers_fact_is_wrong_and_is_passed_on(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    found = await fact_of(entitled, "siri", "person.assessed_income")
    path = f"/me/data/facts/{found}/wrong"
    before, facts = await fee(entitled), await count_of_facts(entitled)
    page = await siri.page(path)
    assert "Skatteetaten eier denne opplysningen" in page
    assert "Skriv hvorfor" in await siri.send(path, status=422, action="show", should_be="150 000")
    assert "kroner" in await siri.send(path, status=422, action="show", should_be="mye", reason="feil")
    page = await siri.send(path, action="show", should_be="400 000", reason="Jeg var i permisjon")
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")
    assert "Hva det betyr for rettighetene dine" in shown
    assert "545 kr" in shown, "what she has now"
    assert "Svar Ja Nei" in shown, "and what she would have"
    assert await fee(entitled) == before
    assert await count_of_facts(entitled) == facts
    used = [
        row
        for row in await log_of(entitled, "siri")
        if row["purpose"] == "to show what a correction would change"
    ]
    assert {row["actor_kind"] for row in used} == {"rule"}
    await siri.send(path, action="send", should_be="400 000", reason="Jeg var i permisjon")
    asked = request_at(siri)
    row = await request_row(entitled, asked)
    assert (row["kind"], row["status"], row["municipality"]) == ("wrong", "received", "9999")
    assert row["effect"]

    queue = await desk.page("/desk/requests")
    assert str(row["number"]) in queue
    assert "Siri" not in queue
    page = await open_request(desk, asked)
    assert "Siri Steen" in page
    assert "400\u00a0000" in page
    assert "Jeg var i permisjon" in page
    assert any(use["actor"] == "Berit Berg (berit)" for use in await entitled.uses("siri"))
    assert "Skriv et svar" in await desk.send(
        f"/desk/requests/{asked}", status=422, action="pass_on", answer=" "
    )
    await desk.send(f"/desk/requests/{asked}", action="pass_on", answer="Vi ringte Skatteetaten i dag.")
    assert "Send videre:" not in await desk.page(f"/desk/requests/{asked}")
    page = await siri.page(f"/me/data/requests/{asked}")
    assert "Sendt videre" in page
    assert "Vi ringte Skatteetaten i dag." in page
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Skatteetaten har rettet det.")
    assert await count_of_facts(entitled) == facts  # the register itself tells us, not we
    await desk.send(f"/desk/requests/{asked}", status=409, action="refuse", answer="nei")
    assert "Innvilget" in await siri.page(f"/me/data/requests/{asked}")


async def test_our_own_fact_is_corrected_and_all_that_follows_is_done(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    async with entitled.assistant.database.read() as tx:
        rows = await tx.all(
            select(fact.c.id, fact.c.value).where(fact.c.concept == "kindergarten_place.price")
        )
    assert [row["value"] for row in rows] == [1200]
    path = f"/me/data/facts/{rows[0]['id']}/wrong"
    assert "En saksbehandler i kommunen" in await siri.page(path)
    await siri.send(path, action="send", should_be="500", reason="Avtalen sier 500")
    asked = request_at(siri)
    assert (await fee(entitled))["monthly_fee"] == 982
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Vi har rettet prisen.")
    async with entitled.assistant.database.read() as tx:
        now = await tx.all(
            select(fact.c.value, fact.c.source).where(
                fact.c.concept == "kindergarten_place.price", fact.c.superseded_at.is_(None)
            )
        )
    assert [(str(row["value"]), row["source"]) for row in now] == [("500", "kindergarten_system")]
    assert str((await fee(entitled))["monthly_fee"]) == "500"  # nobody pays more than the place costs


async def test_what_is_restricted_is_unknown_to_the_rules_until_it_is_lifted(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    found = await fact_of(entitled, "siri", "person.assessed_income")
    path = f"/me/data/facts/{found}/restriction"
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", await siri.page(path)))
    assert "Svar Ja Vet ikke ennå" in page
    assert (await fee(entitled))["answer"] == "yes"
    await siri.send(path, reason="Ikke bruk den")
    asked = request_at(siri)
    assert (await fee(entitled))["answer"] == "undetermined"
    page = await siri.page("/me/data")
    assert "Brukes ikke nå" in page
    assert "180\u00a0000" in page, "it is kept, and she sees it"
    async with entitled.assistant.database.read() as tx:
        twin = entitled.assistant.parts.processes.twin
        today = local_date(entitled.assistant.clock())
        assert await twin.values(tx, entitled.ids["siri"], ["person.assessed_income"], today) == {}
        then = await twin.near(tx, [entitled.ids["siri"]], known_at=entitled.assistant.clock())
        assert then.best(entitled.ids["siri"], "person.assessed_income", today) is not None
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Den brukes ikke.")
    assert (await fee(entitled))["answer"] == "undetermined"
    await siri.send(f"/me/data/requests/{asked}/lift")
    assert (await fee(entitled))["answer"] == "yes"
    # What protects somebody is not switched off by a form.
    protection = await fact_of(entitled, "siri", "person.address_protection")
    assert "verner noen" in await siri.page(f"/me/data/facts/{protection}/restriction")
    await siri.send(f"/me/data/facts/{protection}/restriction", reason="stans")
    async with entitled.assistant.database.read() as tx:
        assert len(await tx.all(select(restriction.c.id).where(restriction.c.until.is_(None)))) == 0
    # A refusal and a withdrawal both let it be used again.
    await siri.send(path, reason="igjen")
    asked = request_at(siri)
    assert (await fee(entitled))["answer"] == "undetermined"
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="refuse", answer="Den er riktig.")
    await entitled.settle()
    await lift_after(entitled, asked, 1)
    assert (await fee(entitled))["answer"] == "yes"
    assert "Datatilsynet" in await siri.page(f"/me/data/requests/{asked}")
    await siri.send(path, reason="igjen")
    await siri.send(f"/me/data/requests/{request_at(siri)}/withdraw")
    assert (await fee(entitled))["answer"] == "yes"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_objection_that_is_granted_is_a_wish_to_be_left_alone(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    await siri.send("/me/data/requests/objection", status=422, reason="la meg være")
    await siri.send("/me/data/requests/objection", theme="kindergarten", reason="la meg være")
    asked = request_at(siri)
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Greit.")
    async with entitled.assistant.database.read() as tx:
        rows = await tx.all(select(wish))
    assert [(row["person_id"], row["theme"], row["choice"]) for row in rows] == [
        (entitled.ids["siri"], "kindergarten", "leave")
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_request_is_for_the_one_who_asked_and_the_desk_of_their_municipality(entitled: Town) -> None:
    siri, per = await entitled.browser("siri"), await entitled.browser("per")
    await siri.send("/me/data/requests/objection", theme="kindergarten", reason="la meg være")
    asked = request_at(siri)
    await per.page("/me/data/requests")
    await per.page(f"/me/data/requests/{asked}", status=404)
    for what in ("withdraw", "lift"):
        await per.send(f"/me/data/requests/{asked}/{what}", status=404)
    assert {use["actor"] for use in await entitled.uses("siri", "denied")} == {entitled.ids["per"]}
    elsewhere = await worker(entitled, municipality="8888")
    assert str((await request_row(entitled, asked))["number"]) not in await elsewhere.page("/desk/requests")
    await elsewhere.page(f"/desk/requests/{asked}", status=404)
    await elsewhere.page(f"/desk/requests/{asked}/open", status=404)
    await elsewhere.page("/desk")
    await elsewhere.send(f"/desk/requests/{asked}", status=404, action="grant", answer="ja")
    await elsewhere.send(f"/desk/requests/{asked}/open", status=404, reason="handle")
    denied = [row for row in await log_of(entitled, "siri") if row["actor_kind"] == "staff"]
    assert {(row["actor"], row["action"]) for row in denied} == {("Berit Berg (berit)", "denied")}
    biller = await worker(entitled, role="invoicing")
    await biller.page("/desk/requests", status=403)
    assert (await request_row(entitled, asked))["status"] == "received"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_one_has_said_oneself_is_taken_back_at_the_desk(entitled: Town) -> None:
    drop = Span(True, TODAY, TODAY + timedelta(days=300))
    await entitled.tell(TOLD, says(person("siri"), reports_lasting_income_drop=drop))
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    told = await fact_of(entitled, "siri", "person.reports_lasting_income_drop")
    page = await siri.send(
        f"/me/data/facts/{told}/wrong", action="show", reason="Det gikk over", should_be=""
    )
    assert "Hva det betyr" in page
    await siri.send(f"/me/data/facts/{told}/wrong", action="send", reason="Det gikk over", should_be="")
    await open_request(desk, request_at(siri))
    await desk.send(f"/desk/requests/{request_at(siri)}", action="grant", answer="Tatt bort.")
    async with entitled.assistant.database.read() as tx:
        left = await tx.all(
            select(fact.c.id).where(
                fact.c.concept == "person.reports_lasting_income_drop", fact.c.superseded_at.is_(None)
            )
        )
    assert left == []


async def lift_after(town: Town, request_id: str, days: int) -> None:
    """Do the lifting that was planned, as many days on."""
    later = town.assistant.clock() + timedelta(days=days)
    parts = town.assistant.parts
    lifting = Lifting(town.assistant.database, parts.requests.following, lambda: later)
    await lifting.lift_when_told({"request_id": request_id})


async def planned_lifts(town: Town) -> list[dict[str, object]]:
    async with town.assistant.database.read() as tx:
        return await tx.all(select(job).where(job.c.task == "lift_when_told", job.c.state == "todo"))


async def answers_to(town: Town, name: str, channel: str = "chat") -> list[dict[str, object]]:
    async with town.assistant.database.read() as tx:
        return await tx.all(
            select(message.c.channel, message.c.title, message.c.body, message.c.state, guidance.c.subject_id)
            .join(guidance, guidance.c.id == message.c.guidance_id)
            .where(
                guidance.c.kind == "request_answered",
                message.c.person_id == town.ids[name],
                message.c.channel == channel,
            )
            .order_by(message.c.created_at)
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_refusal_is_told_and_only_then_the_restriction_is_lifted(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    found = await fact_of(entitled, "siri", "person.assessed_income")
    await siri.send(f"/me/data/facts/{found}/restriction", reason="Ikke bruk den")
    asked = request_at(siri)
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="refuse", answer="Den er riktig etter skatteoppgjøret.")
    assert (await fee(entitled))["answer"] == "undetermined"
    with pytest.raises(Postpone, match="not been told"):
        await lift_after(entitled, asked, 1)
    assert (await fee(entitled))["answer"] == "undetermined"
    assert len(await planned_lifts(entitled)) == 1
    await entitled.settle()
    (told,) = await answers_to(entitled, "siri")
    assert (told["channel"], told["state"], told["subject_id"]) == ("chat", "sent", entitled.ids["siri"])
    (letter,) = await answers_to(entitled, "siri", "letter")  # she has no address that a notice could go to
    assert letter["state"] == "manual"
    number = (await request_row(entitled, asked))["number"]
    assert told["title"] == f"Svar på henvendelse {number}: avslått"
    for said in ("Den er riktig etter skatteoppgjøret.", "Datatilsynet", "domstolene", "tidligst"):
        assert said in str(told["body"])
    page = await siri.page("/me")
    assert "Svar på henvendelse" in page
    assert f'href="/me/data/requests/{asked}"' in page
    assert (await fee(entitled))["answer"] == "undetermined", "not before the day after"
    await lift_after(entitled, asked, 1)
    assert (await fee(entitled))["answer"] == "yes"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_registers_fact_stays_unused_till_the_register_has_corrected_it(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    wrong = await fact_of(entitled, "siri", "person.assessed_income")
    await siri.send(
        f"/me/data/facts/{wrong}/wrong", action="send", should_be="170 000", reason="feil", not_used="yes"
    )
    asked = request_at(siri)
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="pass_on", answer="Vi ringte i dag.")
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Skatteetaten retter den.")
    await entitled.settle()
    titles = [str(one["title"]).partition(": ")[2] for one in await answers_to(entitled, "siri")]
    assert titles == ["sendt videre", "innvilget"]
    assert all("brukes fortsatt ikke" in str(one["body"]) for one in await answers_to(entitled, "siri"))
    with pytest.raises(Postpone, match="register has not corrected"):
        await lift_after(entitled, asked, 30)
    assert (await fee(entitled))["answer"] == "undetermined"
    await entitled.tell(TAX, income("siri", 170_000))
    assert (await fee(entitled))["answer"] == "undetermined"
    await lift_after(entitled, asked, 31)
    assert (await fee(entitled))["answer"] == "yes"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_wants_no_messages_is_told_of_the_answer_all_the_same(entitled: Town) -> None:
    siri, desk = await entitled.browser("siri"), await worker(entitled)
    await siri.send("/me/data/requests/objection", theme="kindergarten", reason="la meg være")
    asked = request_at(siri)
    await open_request(desk, asked)
    await desk.send(f"/desk/requests/{asked}", action="grant", answer="Greit.")
    await entitled.settle()
    assert [one["state"] for one in await answers_to(entitled, "siri")] == ["sent"]
    assert await planned_lifts(entitled) == []
    # Twice is once.
    await desk.send(f"/desk/requests/{asked}", status=409, action="grant", answer="Greit.")
    assert len(await answers_to(entitled, "siri")) == 1
