"""My wish for control over HTTP and through the work: done, asked, told or left alone; and taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from place_town import FOLK, PLACES, TAX, Browser, Town, income, person, place, says
from sqlalchemy import select

from assistant.config import local_date
from assistant.guidance import rows
from assistant.guidance.not_mine import close_addresses, without_closed
from assistant.guidance.people import Person, person_as_known
from assistant.guidance.wish_rows import keep_wish, told_how_of, wish_for, wishes_of
from assistant.store import IdentityKeys
from assistant.store.tables import case, data_request, guidance, message, process, usage

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def wish(town: Town, browser: Browser, choice: str, theme: str = "kindergarten") -> str:
    await browser.page("/me/control")
    page = await browser.send("/me/control", theme=theme, choice=choice)
    await town.settle()
    return page


async def live_together(town: Town) -> None:
    """Omar moves in: the registers know every adult of the household."""
    await town.tell(FOLK, says(person("omar"), address_key="home-1"))


async def a_right(town: Town, *, together: bool = False) -> None:
    await town.tell(PLACES, place())
    said = income("siri", 180_000)
    await town.tell(TAX, said + income("omar", 1_000) if together else said)
    await town.settle()


async def kept(town: Town, name: str = "siri") -> list[Mapping[str, Any]]:
    """What was told to a person: kind, and the states of its messages."""
    async with town.assistant.database.read() as tx:
        question = (
            select(guidance.c.kind, guidance.c.content, message.c.title, message.c.state)
            .join(message, message.c.guidance_id == guidance.c.id, isouter=True)
            .where(guidance.c.person_id == town.ids[name])
            .order_by(guidance.c.created_at)
        )
        return await tx.all(question)


async def sent_case(town: Town) -> Mapping[str, Any] | None:
    async with town.assistant.database.read() as tx:
        return await tx.first(select(case))


async def test_done_for_me_sent_told_and_taken_back(town: Town):
    """Two parents whom the registers know: nothing is left that only Siri could answer."""
    await live_together(town)
    siri = await town.browser("siri")
    assert "Lagret. Barnehage: Gjør det for meg." in await wish(town, siri, "do")
    await a_right(town, together=True)
    opened = await sent_case(town)
    assert opened is not None
    assert opened["person_id"] == town.ids["siri"]
    evidence = opened["content"]["evidence"]
    assert evidence["acted_by"] == "varde"
    assert evidence["basis"] == "wish:kindergarten"
    assert evidence["wish"]["choice"] == "do"
    assert evidence["wish"]["set_at"]
    assert evidence["facts_seen_by_applicant"] is False

    told = await kept(town)
    assert "right_found" in {row["kind"] for row in told}
    assert [row["state"] for row in told if row["kind"] == "right_found"] == [None], (
        "it is told as what was done"
    )
    page = await siri.page("/me")
    assert "Jeg har søkt om redusert foreldrebetaling" in page
    where = re.search(r"/me/control/sent/[0-9a-f-]{36}", page)
    assert where
    page = await siri.page(where[0])
    assert "Valget ditt er lagret med saken" in page
    assert "Vedtaket er gjort. Trekker du søknaden" in page

    per = await town.browser("per")
    await per.page(where[0], status=404)
    await per.send(where[0], status=404)
    assert {use["actor"] for use in await town.uses("siri", "denied")} == {town.ids["per"]}

    page = await siri.send(where[0])
    assert "En saksbehandler ser på når vedtaket skal slutte å gjelde" in page
    opened = await sent_case(town)
    assert opened is not None
    assert opened["status"] == "manual"
    assert [reason["id"] for reason in opened["content"]["reasons"]] == ["taken_back"]
    await siri.send(where[0], status=409)

    async with town.assistant.database.read() as tx:
        question = select(usage.c.actor_kind, usage.c.actor).where(usage.c.basis.like("%wish:kindergarten%"))
        assert {(row["actor_kind"], row["actor"]) for row in await tx.all(question)} == {("service", "varde")}


@SQLITE
async def test_taken_back_before_it_is_decided_it_is_not_decided(town: Town):
    await live_together(town)
    siri = await town.browser("siri")
    await wish(town, siri, "do")
    await town.tell(FOLK, says(person("omar"), address_protection="none"))
    await a_right(town, together=True)
    async with town.assistant.database.begin() as tx:
        await tx.execute(case.update().values(status="received"))
        from assistant.store.tables import decision, flag

        await tx.execute(flag.delete())
        await tx.execute(decision.delete())
        errand = await tx.scalar(select(process.c.id))
    page = await siri.send(f"/me/control/sent/{errand}")
    assert "Søknaden er trukket." in page
    opened = await sent_case(town)
    assert opened is not None
    assert opened["status"] == "withdrawn"
    await town.settle()
    assert (await sent_case(town) or {})["status"] == "withdrawn"


@SQLITE
async def test_where_only_i_can_answer_the_rest_is_done_and_that_is_asked(town: Town):
    siri = await town.browser("siri")
    await wish(town, siri, "do")
    await a_right(town)
    assert await sent_case(town) is None
    page = await siri.page("/me")
    assert "Bare litt igjen: redusert foreldrebetaling" in page
    assert "Hvem er i husholdningen?" in page
    errand = re.search(r"/me/errands/[0-9a-f-]{36}", page)
    assert errand
    assert "Har du en samboer" in await siri.page(errand[0])
    page = await siri.send(errand[0], step="household", action="next", cohabitant="no")
    assert "Se over og send" in page
    await siri.send(errand[0], step="summary", action="submit")
    opened = await sent_case(town)
    assert opened is not None
    assert "evidence" not in opened["content"], "she sent it herself"


@SQLITE
async def test_only_told_and_left_alone(town: Town):
    siri, omar = await town.browser("siri"), await town.browser("omar")
    await wish(town, siri, "tell")
    await wish(town, omar, "leave")
    await a_right(town)
    page = await siri.page("/me")
    assert "Du har bedt om bare å få vite det." in page
    assert 'action="/me/errands"' not in page
    assert await kept(town, "omar") == []
    assert "Redusert foreldrebetaling" in await omar.page("/me/control"), "left alone is not kept in the dark"


@SQLITE
async def test_a_change_takes_effect_at_once_also_for_what_waits(entitled: Town):
    """What has not been sent is taken back, or written anew; and a right told of is acted on."""
    database, siri = entitled.assistant.database, await entitled.browser("siri")
    async with database.begin() as tx:
        await tx.execute(message.update().values(state="waiting", sent_at=None))
    await siri.page("/me/control")
    await siri.send("/me/control", theme="school", choice="leave")
    assert {row["state"] for row in await kept(entitled)} == {"waiting"}, "another theme"
    await siri.send("/me/control", theme="kindergarten", choice="tell")
    (row,) = [one for one in await kept(entitled) if one["kind"] == "right_found"]
    assert row["content"]["process"] == ""
    await siri.send("/me/control", theme="kindergarten", choice="leave")
    assert {row["state"] for row in await kept(entitled)} == {"withdrawn"}
    async with database.read() as tx:
        assert await rows.waiting_messages(tx, person_id=entitled.ids["siri"]) == []
        omars = await rows.waiting_messages(tx, person_id=entitled.ids["omar"])
    assert omars, "the other parent's messages are the other's"


@SQLITE
async def test_choosing_it_does_what_was_told_of_before(entitled: Town):
    siri = await entitled.browser("siri")
    await wish(entitled, siri, "do")
    assert "Bare litt igjen" in await siri.page("/me")
    await wish(entitled, siri, "ask")
    await wish(entitled, siri, "do")
    told = [row for row in await kept(entitled) if row["kind"] == "prepared_for_you"]
    assert len({row["title"] for row in told}) == 1
    async with entitled.assistant.database.read() as tx:
        assert len(await tx.all(select(process.c.id))) == 1


@SQLITE
async def test_a_wish_taken_back_before_the_work_is_done_is_not_acted_on(town: Town):
    """And one application about a child is enough, whoever has sent it."""
    await live_together(town)
    database, now = town.assistant.database, town.assistant.clock()
    async with database.begin() as tx:
        for name in ("siri", "omar"):
            await keep_wish(tx, town.ids[name], "kindergarten", "do", now)
    await a_right(town, together=True)
    async with database.read() as tx:
        cases = await tx.all(select(case.c.person_id))
    assert len(cases) == 1
    other = next(name for name in ("siri", "omar") if town.ids[name] != cases[0]["person_id"])
    told = [row for row in await kept(town, other) if row["kind"] == "right_found"]
    assert {row["state"] for row in told} == {"sent"}


@SQLITE
async def test_what_cannot_be_chosen_is_refused_and_a_wish_is_ones_own(town: Town):
    siri, per = await town.browser("siri"), await town.browser("per")
    for wrong in (
        {"theme": "tact", "choice": "do"},
        {"theme": "school", "choice": "everything"},
        {"theme": "school"},
    ):
        await siri.page("/me/control")
        await siri.send("/me/control", status=400, **wrong)
    await wish(town, siri, "leave", "school")
    async with town.assistant.database.read() as tx:
        found = await wishes_of(tx, [town.ids["siri"], town.ids["per"]])
    assert set(found) == {town.ids["siri"]}
    siri.token = per.token
    await siri.send("/me/control", theme="school", choice="do", status=403)


@SQLITE
async def test_the_page_says_what_each_choice_would_come_to(entitled: Town):
    siri = await entitled.browser("siri")
    for language, words in (
        ("nb", "For deg nå ville jeg søkt om dette: Gratis kjernetid"),
        ("nn", "For deg no ville eg søkt om dette: Gratis kjernetid"),
        ("en", "For you now I would apply for this: Free core time"),
    ):
        await siri.page("/me")
        await siri.send("/language", language=language, next="/me")
        page = await siri.page("/me/control")
        assert words in page
        assert "(Emil)" in page
    assert any(use["actor"] == entitled.ids["siri"] for use in await entitled.uses("emil"))
    stranger = await entitled.browser()
    assert "For deg" not in await stranger.page("/me/control")


@SQLITE
async def test_how_to_be_told_is_chosen_kept_and_undone(town: Town):
    siri = await town.browser("siri")
    await siri.page("/me/control")
    page = await siri.send("/me/control/told", theme="school", pace="weekly", via="page", language="nn")
    assert "Lagret. Slik får du beskjed om Skole fra nå av." in page
    async with town.assistant.database.read() as tx:
        kept = (await told_how_of(tx, town.ids["siri"]))["school"]
    assert (kept.pace, kept.via, kept.language) == ("weekly", "page", "nn")
    for wrong in (
        {"theme": "nothing", "pace": "daily"},
        {"theme": "school", "pace": "never"},
        {"theme": "school", "pace": "daily", "via": "pigeon"},
        {"theme": "school", "pace": "daily", "language": "xx"},
    ):
        await siri.page("/me/control")
        await siri.send("/me/control/told", status=400, **wrong)
    await siri.page("/me/control")
    await siri.send("/me/control/told", theme="school", pace="at_once", via="", language="")
    async with town.assistant.database.read() as tx:
        kept = (await told_how_of(tx, town.ids["siri"]))["school"]
    assert (kept.pace, kept.via, kept.language) == ("at_once", "", "")


async def a_message(town: Town, browser: Browser) -> str:
    """Where the first message on my page leads: no more, or not for me."""
    await a_right(town)
    page = await browser.page("/me")
    found = re.search(r"/me/guidance/[0-9a-f-]{36}/not-this", page)
    assert found is not None
    return found[0]


@SQLITE
async def test_from_a_message_its_theme_is_stopped_with_one_click_and_undone_with_one(town: Town):
    await live_together(town)
    siri = await town.browser("siri")
    path = await a_message(town, siri)
    assert "Stopp meldinger om Barnehage" in await siri.page(path)
    assert "Stoppet. Du får ikke flere meldinger om Barnehage." in await siri.send(path, action="stop")
    async with town.assistant.database.read() as tx:
        assert (await wish_for(tx, town.ids["siri"], "kindergarten")).choice == "leave"
    await siri.page(path)
    assert "Stopp meldinger om Barnehage" in await siri.send(path, action="go_on")
    async with town.assistant.database.read() as tx:
        assert (await wish_for(tx, town.ids["siri"], "kindergarten")).choice == "ask"
    await siri.page(path)
    await siri.send(path, action="nothing", status=400)
    per = await town.browser("per")
    await per.page(path, status=404)


def keys_of(town: Town) -> IdentityKeys:
    return town.assistant.parts.identities.keys


@SQLITE
async def test_not_for_me_goes_to_a_human_and_closes_the_addresses_until_undone(town: Town):
    await live_together(town)
    siri = await town.browser("siri")
    path = await a_message(town, siri)

    async def addresses() -> tuple[str, str]:
        async with town.assistant.database.read() as tx:
            near = await town.assistant.parts.guidance.twin.near(tx, [town.ids["siri"]])
            known = replace(
                person_as_known(near, town.ids["siri"], local_date(town.assistant.clock())),
                email="siri@post.example",
                mobile="93456789",
            )
            open_now = await without_closed(tx, keys_of(town), known)
            return open_now.email, open_now.mobile

    async with town.assistant.database.begin() as tx:
        said = Person(town.ids["siri"], email="Siri@post.example ", mobile="+47 934 56 789")
        await close_addresses(tx, keys_of(town), said, "no such request", town.assistant.clock())
    assert await addresses() == ("siri@post.example", "93456789"), "closed only while the request is open"
    page = await siri.send(path, action="not_mine")
    assert "Vi har fått det, og du får svar innen" in page
    await siri.send(path, action="not_mine")
    async with town.assistant.database.read() as tx:
        (asked,) = await tx.all(select(data_request))
    assert asked["reason"].startswith("Meldingen «")
    async with town.assistant.database.begin() as tx:
        await close_addresses(tx, keys_of(town), said, asked["id"], town.assistant.clock())
    assert await addresses() == ("", "")
    assert "Dette er ikke til meg" in await siri.send(path, action="mine")
    assert await addresses() == ("siri@post.example", "93456789")
