"""Acting for another over HTTP: mandates from form to end, and what opens for whom; a third person gets nothing."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from place_town import FOLK, NUMBERS, TODAY, Browser, Town, person, says
from sqlalchemy import select, update

from assistant.acting import seal_holds
from assistant.acting.mandates import mandate_by_id
from assistant.store.columns import to_json
from assistant.store.tables import case, identity, mandate, session, usage
from assistant.web.acting import OPEN, OWN_ALWAYS
from assistant.web.policy import ACCESS

SHORT_FORM_ON = "postgresql"

UNKNOWN = "03849899936"
"""A number that nobody here has."""

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LAST = TODAY + timedelta(days=90)


async def fresh_login(browser: Browser, name: str, to: str) -> str:
    """Through the provider, which is asked for the password again, and back to the page."""
    page = await browser.http.get(f"{browser.base}{to}")
    text = await page.text()
    if "/authorize" not in page.url.path:
        browser._note(text)
        return text
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', text))
    data = {html.unescape(key): html.unescape(value) for key, value in hidden.items()}
    response = await browser.http.post(page.url.with_query(None), data={**data, "user": name})
    text = await response.text()
    assert response.status == 200, text[:2000]
    browser._note(text)
    return text


async def give(
    town: Town,
    giver: Browser,
    name: str,
    to: str,
    themes: tuple[str, ...] = ("kindergarten",),
    may: str = "act",
    last: date = LAST,
) -> str:
    """The one signs a mandate to the other; its id."""
    await giver.page("/me/acting/new")
    fields: dict[str, Any] = {"number": NUMBERS.get(to, to), "name": "Min hjelper", "may": may}
    data = aiohttp.FormData([("csrf", giver.token), *fields.items(), ("until", last.isoformat())])
    for theme in themes:
        data.add_field("theme", theme)
    headers = {"Origin": giver.base, "Sec-Fetch-Site": "same-origin"}
    answer = await giver.http.post(f"{giver.base}/me/acting/new", data=data, headers=headers)
    text = await answer.text()
    assert answer.status == 200, text
    giver._note(text)
    if "/authorize" in answer.url.path:
        text = await fresh_login(giver, name, "/me/acting/sign")
    read = re.search(r'name="read" value="([0-9a-f]+)"', text)
    assert read, text
    page = await giver.send("/me/acting/sign", read=read[1])
    assert "Fullmakten er signert" in page
    async with town.assistant.database.read() as tx:
        return str(await tx.scalar(select(mandate.c.id).order_by(mandate.c.signed_at.desc()).limit(1)))


def filled(**more: str) -> dict[str, str]:
    """The form of a mandate as one fills it in."""
    right = {
        "number": NUMBERS["per"],
        "name": "Per",
        "may": "see",
        "theme": "school",
        "until": LAST.isoformat(),
    }
    return right | more


async def hold(town: Town, giver: str = "siri", to: str = "per", **more: Any) -> tuple[Browser, Browser, str]:
    """A mandate signed by the one and accepted by the other: both browsers, and its id."""
    signer, holder = await town.browser(giver), await town.browser(to)
    mandate_id = await give(town, signer, giver, to, **more)
    await holder.page("/me/acting")
    await holder.send(f"/me/acting/{mandate_id}/accept")
    return signer, holder, mandate_id


async def go_over(town: Town, holder: Browser, to: str = "siri", status: int = 200) -> str:
    await holder.page("/me/acting")
    return await holder.send("/me/acting/for", person=town.ids[to], status=status)


async def test_a_mandate_from_form_to_application_to_end(entitled: Town):
    siri, per, mandate_id = await hold(entitled)
    page = await go_over(entitled, per)
    assert "Du handler for Siri Steen." in page
    assert "Emil Steen" in page
    assert "varde-chat" not in page
    assert "/widget.js" not in page

    message = re.search(r"/me/guidance/[0-9a-f-]{36}", page)
    assert message
    assert "Du handler for Siri Steen." in await per.page(message[0])
    assert "Ny</span>" in await siri.page("/me"), "what another has opened is still new to Siri"
    await per.page("/me")
    await per.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"])
    errand = per.at
    for step, fields in (
        ("explain", {}),
        ("household", {"cohabitant": "no"}),
        ("income_drop", {}),
        ("duration", {"duration": "this_year"}),
        ("confirm", {}),
    ):
        await per.send(errand, step=step, action="next", **fields)
    assert "Søknaden er sendt" in await per.send(errand, step="summary", action="submit")
    await entitled.settle()

    async with entitled.assistant.database.read() as tx:
        opened = await tx.first(select(case))
    assert opened is not None
    assert opened["person_id"] == entitled.ids["siri"]
    assert opened["content"]["evidence"]["acted_by"] == entitled.ids["per"]
    assert opened["content"]["evidence"]["basis"] == f"mandate:{mandate_id}"

    page = await siri.page("/me/acting")
    for told in ("Hva som er gjort", "så en melding", "svarte på eller sendte en søknad"):
        assert told in page
    await per.send("/me/acting/stop")
    assert "svarte på eller sendte en søknad" in await per.page("/me/acting")
    assert "Siri Steen" not in await per.page("/me")

    await go_over(entitled, per)
    await siri.send(f"/me/acting/{mandate_id}/end")
    assert "Du handler ikke lenger for en annen" in await per.page("/me", status=403)
    assert "Hei, Per" in await per.page("/me")
    await go_over(entitled, per, status=404)
    assert "Avsluttet av den andre" in await per.page("/me/acting")


@SQLITE
async def test_the_log_of_the_principal_names_who_it_was(entitled: Town):
    _, per, mandate_id = await hold(entitled)
    before = len(await entitled.uses("siri"))
    await go_over(entitled, per)
    new = (await entitled.uses("siri"))[before:]
    assert {use["actor"] for use in new} == {entitled.ids["per"]}
    assert all(
        f"mandate:{mandate_id}" in use["basis"]
        for use in new
        if use["purpose"] != "to show who may act for whom"
    )
    child = [use for use in await entitled.uses("emil") if use["actor"] == entitled.ids["per"]]
    assert child
    assert all(f"mandate:{mandate_id}" in use["basis"] for use in child)


@SQLITE
async def test_who_may_only_see_sends_nothing(entitled: Town):
    _, per, _ = await hold(entitled, may="see")
    page = await go_over(entitled, per)
    assert "Emil Steen" in page
    page = await per.send(
        "/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"], status=403
    )
    assert "Du kan bare se" in page


@SQLITE
async def test_another_theme_is_not_there(entitled: Town):
    _, per, _ = await hold(entitled, themes=("school",))
    siri = await entitled.browser("siri")
    message = re.search(r"/me/guidance/[0-9a-f-]{36}", await siri.page("/me"))
    assert message
    page = await go_over(entitled, per)
    assert "/me/guidance/" not in page
    assert "Redusert foreldrebetaling" not in page
    await per.page(message[0], status=404)
    await per.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"], status=404)
    denied = await entitled.uses("siri", "denied")
    assert {use["actor"] for use in denied} == {entitled.ids["per"]}


@SQLITE
async def test_what_is_not_in_the_table_is_the_persons_own(entitled: Town):
    """Every resident's route there is, also those not yet written when this was."""
    _, per, _ = await hold(entitled)
    await go_over(entitled, per)
    runner_app = entitled.app
    seen = 0
    for route, access in runner_app[ACCESS].items():
        assert route.resource is not None
        canonical = route.resource.canonical
        method = "GET" if route.method == "HEAD" else route.method
        if not access.has("resident") or (method, canonical) in OPEN or (method, canonical) in OWN_ALWAYS:
            continue
        path = re.sub(r"\{[a-z_]+\}", "00000000-0000-4000-8000-000000000000", canonical)
        if method == "GET":
            answer = await per.http.get(per.base + path, allow_redirects=False)
        else:
            headers = {"Origin": per.base, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": per.token}
            answer = await per.http.request(method, per.base + path, headers=headers, allow_redirects=False)
        if answer.status == 404 and path != canonical:
            continue  # no such path: the pattern takes another kind of name
        assert answer.status == 403, (method, canonical)
        seen += 1
    assert seen >= 12
    for path in ("/me/data", "/me/data/usage.json", "/me/acting", "/me/acting/new"):
        await per.page(path, status=403)


@SQLITE
async def test_a_third_person_gets_nothing(entitled: Town):
    _, _, mandate_id = await hold(entitled)
    omar = await entitled.browser("omar")
    await omar.page("/me/acting")
    await omar.send("/me/acting/for", person=entitled.ids["siri"], status=404)
    await omar.send(f"/me/acting/{mandate_id}/accept", status=404)
    await omar.send(f"/me/acting/{mandate_id}/end", status=404)
    await omar.page(f"/me/acting/{mandate_id}/signed.json", status=404)
    await omar.send("/me/acting/for", person="00000000-0000-4000-8000-000000000000", status=404)
    denied = await entitled.uses("siri", "denied")
    assert {use["actor"] for use in denied} == {entitled.ids["omar"]}
    assert len(denied) == 4
    assert mandate_id not in await omar.page("/me/acting")


@SQLITE
async def test_the_signer_cannot_accept_for_the_other(entitled: Town):
    siri = await entitled.browser("siri")
    mandate_id = await give(entitled, siri, "siri", "per")
    await siri.send(f"/me/acting/{mandate_id}/accept", status=404)
    per = await entitled.browser("per")
    await go_over(entitled, per, status=404)  # not accepted yet


@SQLITE
async def test_a_form_of_ones_own_pages_is_not_sent_in_anothers_name(entitled: Town):
    _, per, _ = await hold(entitled)
    await per.page("/me")
    mine = per.token
    await go_over(entitled, per)
    assert per.token != mine
    per.token = mine
    await per.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"], status=403)


@SQLITE
async def test_whoever_changes_a_mandate_breaks_its_seal(entitled: Town):
    _, per, mandate_id = await hold(entitled, themes=("school",), may="see")
    database, key = entitled.assistant.database, entitled.assistant.parts.usage_key
    async with database.read() as tx:
        kept = await mandate_by_id(tx, mandate_id)
    assert kept is not None
    assert seal_holds(kept, key.public, key.id)
    await go_over(entitled, per)
    async with database.begin() as tx:
        await tx.execute(update(mandate).values(may="act"))
    await per.page("/me", status=403)
    page = await per.page("/me/acting")
    assert "Kan ikke brukes" in page
    await go_over(entitled, per, status=404)


@SQLITE
async def test_the_signed_mandate_can_be_checked_without_us(entitled: Town):
    siri, _, mandate_id = await hold(entitled)
    answer = await siri.http.get(f"{siri.base}/me/acting/{mandate_id}/signed.json")
    told = await answer.json()
    sealed = f"{told['signed']['format']}\n{to_json(told['signed'])}".encode()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["key"]["public"]))
    public.verify(bytes.fromhex(told["seal"]), sealed)
    assert "Min hjelper" in told["signed"]["text"]
    assert told["signed"]["evidence"]["issuer"] == entitled.assistant.config.residents_login.issuer
    assert NUMBERS["per"] not in json.dumps(told)


class TestSigning:
    @SQLITE
    async def test_an_old_login_does_not_sign(self, entitled: Town):
        siri = await entitled.browser("siri")
        async with entitled.assistant.database.begin() as tx:
            old = entitled.assistant.clock() - timedelta(minutes=6)
            await tx.execute(update(session).values(authenticated_at=old))
        mandate_id = await give(entitled, siri, "siri", "per")  # goes through the provider once more
        async with entitled.assistant.database.read() as tx:
            kept = await mandate_by_id(tx, mandate_id)
        assert kept is not None
        assert kept.evidence["authenticated_at"] > old.isoformat()

    @SQLITE
    async def test_a_login_the_provider_did_not_make_afresh_does_not_sign(self, entitled: Town):
        """A session of today may rest on a password of yesterday: auth_time tells."""
        siri = await entitled.browser("siri")
        await siri.page("/me/acting/new")
        await siri.send("/me/acting/new", **filled())
        async with entitled.assistant.database.begin() as tx:
            await tx.execute(update(session).values(authenticated_at=None))
        answer = await siri.http.get(f"{siri.base}/me/acting/sign", allow_redirects=False)
        assert answer.status == 303
        assert "fresh=1" in answer.headers["Location"]
        await siri.send("/me/acting/sign", read="")
        async with entitled.assistant.database.read() as tx:
            assert await tx.first(select(mandate)) is None

    @SQLITE
    async def test_what_is_signed_is_what_was_read(self, entitled: Town):
        siri = await entitled.browser("siri")
        await siri.page("/me/acting/new")
        page = await siri.send("/me/acting/new", **filled())
        read = re.search(r'name="read" value="([0-9a-f]+)"', page)
        assert read
        await siri.send("/me/acting/new", **filled(may="act"))
        page = await siri.send("/me/acting/sign", read=read[1], status=422)
        assert "en annen enn den du leste" in page

    @SQLITE
    async def test_the_answer_is_the_same_whether_the_other_is_known(
        self, entitled: Town, capfd: pytest.CaptureFixture[str]
    ):
        """And the number is kept nowhere but with its subject, sealed."""
        siri = await entitled.browser("siri")
        pages = []
        for to in ("per", UNKNOWN):
            await give(entitled, siri, "siri", to)
            page = await siri.page("/me/acting")
            assert "Per Berg" not in page
            first = re.search(r'id="given-by-me".*?</article>', page, re.DOTALL)
            assert first
            pages.append(re.sub(r"[0-9a-f-]{36}|[0-9]{2}[:.][0-9]{2}|value=\"[^\"]*\"", "", first[0]))
        assert pages[0] == pages[1]
        assert "Venter på svar" in pages[0]
        async with entitled.assistant.database.read() as tx:
            rows = [*await tx.all(select(mandate)), *await tx.all(select(usage))]
            assert UNKNOWN not in repr(rows)
            kept = await tx.all(select(identity).where(identity.c.scheme == "national_id"))
        assert len(kept) == len(NUMBERS) + 1
        out = capfd.readouterr()
        assert UNKNOWN not in out.out + out.err

    @SQLITE
    async def test_what_does_not_fit_is_said_at_its_field(self, entitled: Town):
        siri = await entitled.browser("siri")
        await siri.page("/me/acting/new")
        number = NUMBERS["per"]
        for wrong, told in (
            ({"number": "12345678901"}, "ikke et gyldig fødselsnummer"),
            ({"name": ""}, "Skriv navnet"),
            ({"name": f"Per {number}"}, "Skriv navnet"),
            ({"theme": "no_such"}, "Velg minst ett tema"),
            ({"may": "everything"}, "Velg hva personen kan gjøre"),
            ({"until": (TODAY - timedelta(days=1)).isoformat()}, "Velg en dag"),
            ({"until": (TODAY + timedelta(days=800)).isoformat()}, "Velg en dag"),
            ({"until": "soon"}, "Velg en dag"),
        ):
            page = await siri.send("/me/acting/new", status=422, **{**filled(), **wrong})
            assert told in page
            assert "12345678901" not in page
            assert number not in page.replace(f'value="Per {number}"', "")

    @SQLITE
    async def test_nobody_signs_for_themselves(self, entitled: Town):
        siri = await entitled.browser("siri")
        await siri.page("/me/acting/new")
        page = await siri.send("/me/acting/new", **filled(number=NUMBERS["siri"]))
        read = re.search(r'name="read" value="([0-9a-f]+)"', page)
        assert read
        assert "til deg selv" in await siri.send("/me/acting/sign", read=read[1], status=422)

    @SQLITE
    async def test_who_cannot_give_one_is_told_whom_to_ask(self, entitled: Town):
        per = await entitled.browser("per")
        for facts, back in (
            ({"address_protection": "confidential"}, {"address_protection": "none"}),
            ({"under_guardianship": True}, {"under_guardianship": False}),
            ({"birth_date": f"{TODAY.year - 17}-01-01"}, {"birth_date": "1987-01-01"}),
        ):
            await entitled.tell(FOLK, says(person("per"), **facts))
            await per.page("/me/acting/new", status=409)
            assert "/me/acting/new" not in await per.page("/me/acting")
            await entitled.tell(FOLK, says(person("per"), **back))
        await per.page("/me/acting/new")


@SQLITE
async def test_a_protected_address_closes_the_way_in(entitled: Town):
    _, per, _ = await hold(entitled)
    page = await go_over(entitled, per)
    assert "Redusert foreldrebetaling" in page
    await entitled.tell(FOLK, says(person("emil"), address_protection="strictly_confidential"))
    page = await per.page("/me")
    assert "Opplysninger om barnet vises ikke her" in page
    assert "Redusert foreldrebetaling" not in page
    await per.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"], status=404)
    await entitled.tell(FOLK, says(person("siri"), address_protection="strictly_confidential"))
    await per.page("/me", status=403)


class TestParents:
    @SQLITE
    async def test_until_the_child_is_of_age(self, entitled: Town):
        """Emil turns 18 while his mother is on his page."""
        siri = await entitled.browser("siri")
        for age in (3, 14, 15, 17):
            born = TODAY.replace(day=1, year=TODAY.year - age) - timedelta(days=20)
            await entitled.tell(FOLK, says(person("emil"), birth_date=born.isoformat()))
            assert "Du handler for Emil Steen." in await go_over(entitled, siri, "emil")
            await siri.send("/me/acting/stop")
        tomorrow = (TODAY + timedelta(days=1)).replace(year=TODAY.year - 18)
        await entitled.tell(FOLK, says(person("emil"), birth_date=tomorrow.isoformat()))
        await go_over(entitled, siri, "emil")
        await siri.page("/me/guidance/00000000-0000-4000-8000-000000000000", status=404)
        assert "Du kan se, ikke sende inn." in await siri.page("/me")
        today = tomorrow - timedelta(days=1)
        await entitled.tell(FOLK, says(person("emil"), birth_date=today.isoformat()))
        await siri.page("/me", status=403)
        await go_over(entitled, siri, "emil", status=404)

    @SQLITE
    async def test_one_who_loses_the_responsibility(self, entitled: Town):
        omar = await entitled.browser("omar")
        await go_over(entitled, omar, "emil")
        await entitled.tell(FOLK, says(person("emil"), guardians=[person("siri")]))
        await omar.page("/me", status=403)
        await go_over(entitled, omar, "emil", status=404)
        assert await entitled.uses("emil", "denied")

    @SQLITE
    async def test_a_stranger_to_the_child(self, entitled: Town):
        per = await entitled.browser("per")
        await go_over(entitled, per, "emil", status=404)
        assert [use["actor"] for use in await entitled.uses("emil", "denied")] == [entitled.ids["per"]]


@SQLITE
async def test_nobody_speaks_in_the_chat_for_another(entitled: Town):
    _, per, _ = await hold(entitled)
    socket = await per.chat()
    assert (await socket.receive_json())["type"] == "ready"
    await socket.receive_json()
    await go_over(entitled, per)
    await socket.send_json({"type": "line", "client_id": "c1", "text": "hei"})
    while (got := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
        assert json.loads(got.data)["type"] != "ack"
    assert socket.close_code == 4409
    again = await per.chat()
    await again.receive(timeout=5)
    assert again.close_code == 4409


@SQLITE
async def test_the_pages_speak_three_languages(entitled: Town):
    siri, per, _ = await hold(entitled)
    for language in ("nn", "en", "nb"):
        for browser in (siri, per):
            await browser.page("/me")
            await browser.send("/language", language=language, next="/me")
            page = await browser.page("/me/acting")
            assert f'<html lang="{language}"' in page
        await siri.page("/me/acting/new")
        await per.send("/me/acting/for", person=entitled.ids["siri"])
        await per.page("/me/data", status=403)
        await per.send("/me/acting/stop")
