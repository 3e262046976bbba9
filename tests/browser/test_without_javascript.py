"""The same errand at /me where no script runs: from the message to the receipt and the decision."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from visiting import Visit


def test_the_errand_without_any_script(visitor: Callable[..., Visit]) -> None:
    """Frida shares her address with a lodger: only she can say whether he is her cohabitant."""
    frida = visitor(java_script_enabled=False)
    page = frida.page
    frida.expected_statuses.add(422)
    frida.log_in("frida")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hei, Frida")
    expect(page.locator("varde-chat")).to_have_count(0)
    page.get_by_role("link", name="Hvorfor fikk jeg dette?").click()
    expect(page.locator(".condition").first).to_contain_text("Oppfylt")
    page.get_by_role("button", name="Søk nå").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lavere betaling for barnehagen")
    page.get_by_role("button", name="Start søknaden").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Hvem er i husholdningen?")
    page.get_by_role("radio", name="Ja").check()
    page.get_by_role("button", name="Neste").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.get_by_role("textbox", name="Hva heter samboeren?")).to_be_focused()
    page.get_by_role("radio", name="Nei").check()
    page.get_by_role("button", name="Neste").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Har inntekten falt?")
    page.get_by_role("radio", name="Nei").check()
    page.get_by_role("button", name="Neste").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvor lenge skal søknaden gjelde?")
    page.get_by_role("button", name="Neste").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stemmer dette?")
    page.get_by_role("button", name="Tilbake").click()
    page.get_by_role("radio", name="Bare dette barnehageåret").check()
    page.get_by_role("button", name="Neste").click()
    page.get_by_role("button", name="Ja, gå videre").click()
    expect(page.locator("dl.summary-lines")).to_contain_text("Bare dette barnehageåret")
    page.get_by_role("button", name="Send søknaden").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Søknaden er sendt")
    expect(page.locator("dl.summary-lines")).to_contain_text("2. desember 2026")
    frida.until("/me", lambda: page.get_by_role("link", name="Les vedtaket"))
    page.get_by_role("link", name="Les vedtaket").first.click()
    expect(page.locator("main")).to_contain_text("kan du klage til statsforvalteren")
