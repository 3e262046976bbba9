"""An errand in the chat on a page of somebody else's, from the message to the decision: by keyboard, by mouse."""

from __future__ import annotations

from collections.abc import Callable

from accessibility import SMALL
from neighbour import another_site
from playwright.sync_api import expect
from screenshots import picture
from visiting import Visit

LAUNCHER = "Spør Varde"


def test_the_errand_by_keyboard_alone(visitor: Callable[..., Visit]) -> None:
    """Ingrid never touches a mouse; after each answer the focus is in what is asked next."""
    ingrid = visitor()
    page, chat = ingrid.page, ingrid.chat
    log = chat.get_by_role("log")
    ingrid.go("/demo/elsewhere")
    picture(page, "elsewhere")

    ingrid.press(LAUNCHER)
    ingrid.expect_focus("a Logg inn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/authorize?**")
    ingrid.press("Ingrid Steinrud")
    page.wait_for_url("**/demo/elsewhere")

    ingrid.press(LAUNCHER)
    ingrid.expect_focus("textarea Skriv til Varde")
    expect(log.get_by_role("heading", name="Nora ser ut til å ha rett til redusert")).to_be_visible()
    expect(log).to_contain_text("600 kr i måneden i stedet for 1 200 kr")
    picture(page, "widget-guidance")

    ingrid.press("Hvorfor?", backwards=True)
    conditions = log.locator("section").filter(has_text="Vilkårene for Nora Steinrud")
    expect(conditions).to_contain_text("mer enn seks prosent av husholdningens inntekt")
    law = conditions.get_by_role("link", name="Forskrift om foreldrebetaling i barnehager § 3b a")
    expect(law).to_have_attribute("href", "https://lovdata.no/dokument/SF/forskrift/2005-12-16-1478")
    ingrid.expect_focus_in("§ 3b")
    picture(page, "widget-why")

    page.keyboard.press("Escape")
    ingrid.expect_focus(f"button {LAUNCHER}")
    expect(log).to_have_count(0)
    page.keyboard.press("Enter")
    ingrid.expect_focus("textarea Skriv til Varde")

    ingrid.press("Søk nå", backwards=True)
    ingrid.at_step(1, "Lavere betaling for barnehagen")
    ingrid.expect_focus("button Start søknaden")
    page.keyboard.press("Enter")
    ingrid.at_step(2, "Hvem er i husholdningen?")
    expect(log).to_contain_text("I husholdningen: Ingrid Steinrud")
    ingrid.expect_focus("button Nei")
    picture(page, "widget-question")
    page.keyboard.press("Enter")
    ingrid.at_step(3, "Har inntekten falt?")
    ingrid.expect_focus("button Nei")
    page.keyboard.press("Enter")
    ingrid.at_step(4, "Hvor lenge skal søknaden gjelde?")
    ingrid.expect_focus_in("Hele tiden barnet går i barnehage")
    ingrid.press("Neste")
    ingrid.at_step(5, "Stemmer dette?")
    ingrid.expect_focus_in("Dette er feil")
    expect(log).to_contain_text("198 000 kr")
    ingrid.press("Ja, gå videre")
    ingrid.at_step(6, "Se over og send")
    ingrid.press("Send søknaden")
    receipt = log.locator("section").filter(has_text="Saksnummer").last
    expect(receipt).to_be_visible()
    picture(page, "widget-receipt")

    ingrid.expect_focus_in("")
    expect(log).to_contain_text("innvilget", timeout=30_000)
    ingrid.press("Les vedtaket")
    page.wait_for_url("**/me/decisions/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vedtaket ditt")
    expect(page.locator("main")).to_contain_text("600 kr")
    expect(page.locator("main")).to_contain_text("kan du klage til statsforvalteren")


def test_the_errand_by_mouse_on_another_site(visitor: Callable[..., Visit], neighbour: str) -> None:
    """Kaia reads a page of another origin; she logs in through the widget's own window."""
    kaia = visitor()
    page, chat = kaia.page, kaia.chat
    page.goto(f"{neighbour}/")
    launcher = chat.get_by_role("button", name=LAUNCHER)
    launcher.click()
    with page.expect_popup() as opened:
        chat.get_by_role("button", name="Logg inn").click()
    window = opened.value
    kaia.watch(window)
    window.get_by_role("button", name="Kaia Rognan").click()
    log = chat.get_by_role("log")
    expect(log.get_by_role("heading", name="Vilde ser ut til å ha rett til gratis kjernetid")).to_be_visible()
    assert window.is_closed()
    kaia.expect_focus("textarea Skriv til Varde")
    assert [one["name"] for one in kaia.context.cookies(neighbour)] == []

    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    picture(page, "widget-small")
    log.get_by_role("button", name="Hvorfor?").click()
    expect(log).to_contain_text("Vilkårene for Vilde Rognan")
    log.get_by_role("button", name="Søk nå").last.click()
    kaia.at_step(1, "Lavere betaling for barnehagen")
    log.get_by_role("button", name="Start søknaden").click()
    kaia.at_step(2, "Hvem er i husholdningen?")
    expect(log).to_contain_text("Ole Rognan, Kaia Rognan")
    log.get_by_role("button", name="Neste").click()
    kaia.at_step(3, "Har inntekten falt?")
    log.get_by_role("button", name="Nei", exact=True).click()
    kaia.at_step(4, "Hvor lenge skal søknaden gjelde?")
    log.get_by_label("Bare dette barnehageåret").click()
    log.get_by_role("button", name="Neste").click()
    kaia.at_step(5, "Stemmer dette?")
    log.get_by_role("button", name="Ja, gå videre").click()
    kaia.at_step(6, "Se over og send")
    expect(log).to_contain_text("Bare dette barnehageåret")
    log.get_by_role("button", name="Send søknaden").click()
    expect(log).to_contain_text("Saksnummer")
    chat.get_by_role("button", name="Lukk").click()
    kaia.expect_focus_in(LAUNCHER)
    launcher.click()

    expect(log).to_contain_text("innvilget", timeout=30_000)
    with page.expect_popup() as opened:
        log.get_by_role("link", name="Les vedtaket").click()
    letter = opened.value
    kaia.watch(letter)
    expect(letter.get_by_role("heading", level=1)).to_have_text("Vedtaket ditt")
    expect(letter.locator("main")).to_contain_text("667 kr")


def test_a_site_that_may_not_embed_gets_no_line_to_anybody(visitor: Callable[..., Visit]) -> None:
    stranger = visitor()
    stranger.expected_sockets_refused = True
    with another_site(stranger.demo.base) as origin:
        stranger.allowed.add(origin)
        stranger.page.goto(f"{origin}/")
        stranger.chat.get_by_role("button", name=LAUNCHER).click()
        expect(stranger.chat).to_contain_text("Ingen forbindelse")
        assert stranger.chat.get_by_role("log").inner_text().strip() == ""
