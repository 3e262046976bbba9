"""The resident's pages over HTTP, without a script: from guidance to decision, and nobody else's."""

from __future__ import annotations

import re

import pytest
from place_town import Browser, Town

SHORT_FORM_ON = "sqlite"


def errand_at(browser: Browser) -> str:
    found = re.fullmatch(r"(/me/errands/[0-9a-f-]{36})", browser.at)
    assert found, browser.at
    return found[1]


async def begin(town: Town, browser: Browser, name: str = "emil") -> str:
    await browser.send("/me/errands", definition="apply_reduced_fee", child=town.ids[name])
    return errand_at(browser)


async def test_from_guidance_to_decision(entitled: Town):
    siri = await entitled.browser("siri")
    page = await siri.page("/me")
    assert "Hei, Siri" in page
    assert "Emil Steen" in page
    message = re.search(r"/me/guidance/[0-9a-f-]{36}", page)
    assert message
    why = await siri.page(message[0])
    assert "Skatteetaten" in why
    assert "§ 3b" in why
    assert "180\u00a0000\u00a0kr" in why

    errand = await begin(entitled, siri)
    page = await siri.page(errand)
    assert "545\u00a0kr i måneden i stedet for 1\u00a0200\u00a0kr" in page
    page = await siri.send(errand, step="explain", action="next")
    assert "Har du en samboer" in page
    page = await siri.send(errand, step="household", action="next", status=422)
    assert "Velg ett av svarene." in page
    assert 'href="#field-1-1"' in page
    await siri.send(errand, step="household", action="next", cohabitant="no")
    await siri.send(errand, step="income_drop", action="next")
    page = await siri.send(errand, step="duration", action="next", duration="whole_stay")
    assert "Steinrøysa barnehage" in page
    page = await siri.send(errand, step="confirm", action="next")
    assert "Se over og send" in page
    page = await siri.send(errand, step="summary", action="submit")
    assert "Søknaden er sendt" in page
    again = await siri.send(errand, step="summary", action="submit")
    number = re.search(r"Saksnummer</dt><dd>(\d+)", page)
    assert number
    assert number[0] in again

    await entitled.settle()
    page = await siri.page("/me")
    decision = re.search(r"/me/decisions/[0-9a-f-]{36}", page)
    assert decision, page
    letter = await siri.page(decision[0])
    assert re.search(r"\b545\s+kr", letter)  # 6 % of 180 000 over 11 months, 25 of 45 hours
    assert "Emil Steen" in letter


async def test_a_correction_sends_the_case_to_a_person(entitled: Town):
    siri = await entitled.browser("siri")
    errand = await begin(entitled, siri)
    for step, fields in (
        ("explain", {}),
        ("household", {"cohabitant": "no"}),
        ("income_drop", {}),
        ("duration", {"duration": "this_year"}),
    ):
        page = await siri.send(errand, step=step, action="next", **fields)
    fact = f"{entitled.ids['siri']}:person.assessed_income"
    assert f'value="{fact}"' in page
    page = await siri.send(errand, step="confirm", action="correct", fact=fact, status=422)
    assert "Skriv hvorfor opplysningen er feil." in page
    page = await siri.send(
        errand, step="confirm", action="correct", fact=fact, should_be="150 000", reason="<b>Feil</b> år"
    )
    assert "Du har meldt feil: 150 000" in page
    page = await siri.send(errand, step="confirm", action="next")
    assert "&lt;b&gt;Feil" in page
    await siri.send(errand, step="summary", action="submit")
    await entitled.settle()
    page = await siri.page(errand)
    assert "Hos en saksbehandler" in page


async def test_back_change_and_cancel(entitled: Town):
    siri = await entitled.browser("siri")
    errand = await begin(entitled, siri)
    await siri.send(errand, step="explain", action="next")
    page = await siri.send(errand, step="household", action="back")
    assert "Lavere betaling for barnehagen" in page
    assert await begin(entitled, siri) == errand  # the same errand, not a second one
    assert "Avbryte søknaden?" in await siri.page(f"{errand}/cancel")
    page = await siri.send(errand, action="withdraw")
    assert siri.at == "/me"
    assert "Søknaden er avbrutt" in await siri.page(errand)
    await siri.send(errand, step="household", action="next", status=409)
    assert await begin(entitled, siri) != errand


async def test_every_reading_is_in_the_log_and_on_the_page(entitled: Town):
    siri = await entitled.browser("siri")
    await siri.page("/me")
    assert any(use["actor"] == entitled.ids["siri"] for use in await entitled.uses("emil"))
    page = await siri.page("/me/data")
    for seen in ("Siri Steen", "180\u00a0000\u00a0kr", "Skatteetaten", "Du selv", "Om Emil Steen"):
        assert seen in page
    assert "17889599960" not in page


class TestOthers:
    async def test_what_is_anothers_is_not_there_and_the_attempt_is_logged(self, entitled: Town):
        siri, per = await entitled.browser("siri"), await entitled.browser("per")
        errand = await begin(entitled, siri)
        page = await siri.page("/me")
        message = re.search(r"/me/guidance/[0-9a-f-]{36}", page)
        assert message
        await per.page("/me")
        await per.page(errand, status=404)
        await per.page(f"{errand}/cancel", status=404)
        await per.page(message[0], status=404)
        await per.send(errand, step="explain", action="next", status=404)
        await per.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"], status=404)
        denied = await entitled.uses("siri", "denied")
        assert {use["actor"] for use in denied} == {entitled.ids["per"]}
        assert await entitled.uses("emil", "denied")
        assert "Steinrøysa" not in await per.page("/me/data")

    async def test_what_does_not_exist_is_not_there(self, entitled: Town):
        siri = await entitled.browser("siri")
        nothing = "00000000-0000-4000-8000-000000000000"
        for path in ("guidance", "errands", "decisions"):
            await siri.page(f"/me/{path}/{nothing}", status=404)

    async def test_a_stranger_is_sent_to_the_login(self, entitled: Town):
        stranger = await entitled.browser()
        for path in ("/me", "/me/data"):
            page = await stranger.page(path)
            assert "Hei, Siri" not in page


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_the_pages_speak_three_languages(entitled: Town, language: str):
    siri = await entitled.browser("siri")
    await siri.page("/me")
    await siri.send("/language", language=language, next="/me")
    page = await siri.page("/me")
    assert f'<html lang="{language}"' in page
    assert {"nb": "Barna dine", "nn": "Barna dine", "en": "Your children"}[language] in page
    await begin(entitled, siri)
    await siri.page("/me/data")
