"""What the first generation asks: the walk to the papers, sending them, and the case worker who reads them."""

from __future__ import annotations

import aiohttp
from page_reading import Page
from walking import Resident, Staff

TAX_RETURN = b"%PDF-1.4\nSkattemelding: lonn 126 000, overgangsstonad 72 000\n%%EOF\n"


async def she_walks_to_the_papers(pia: Resident) -> str:
    await pia.open("/me")
    page = await pia.press("Søk nå")
    asked: set[str] = set()
    for label, answers in (("Start søknaden", {}), ("Neste", {"cohabitant": "no"}), ("Neste", {})):
        asked |= page.form(label)[0].asks_for()
        page = await pia.press(label, **answers)
    assert asked == {"cohabitant", "cohabitant_detail", "income_drop", "income_drop_detail"}
    assert page.h1 == "Dokumentasjon på inntekten"
    return page.path


async def she_sends(pia: Resident, errand: str, content: bytes, name: str, refused: str = "") -> Page:
    """Choose a file on the page and press the button beside it."""
    page = await pia.open(errand)
    form, pressed = page.form("Send filen")
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for field, value in form.filled(pressed, {}).items():
        if field not in ("file", pressed.name):
            data.add_field(field, value)
    data.add_field("file", content, filename=name, content_type="application/pdf")
    data.add_field(pressed.name, pressed.value)
    headers = {"Origin": pia.base, "Sec-Fetch-Site": "same-origin"}
    async with pia.http.post(pia.base + form.action, data=data, headers=headers) as response:
        text, status = await response.text(), response.status
    assert status == (422 if refused else 200), text
    assert (refused or name) in text
    return await pia.open(errand)


async def she_sends_the_rest(pia: Resident) -> None:
    """The button for the next step stands in the form of the file, and needs no more of them."""
    assert pia.at is not None
    form, pressed = pia.at.form("Neste")
    data = aiohttp.FormData(default_to_multipart=True)
    for field, value in form.filled(pressed, {}).items():
        if field != "file":
            data.add_field(field, value)
    headers = {"Origin": pia.base, "Sec-Fetch-Site": "same-origin"}
    async with pia.http.post(pia.base + form.action, data=data, headers=headers) as response:
        assert response.status == 200
    page = await pia.open(pia.at.path)
    assert page.h1 == "Hvor lenge skal søknaden gjelde?"
    await pia.press("Neste", duration="this_year")
    page = await pia.press("Ja, gå videre")
    assert "1 fil" in page.text
    assert "En saksbehandler ser på dokumentasjonen og avgjør søknaden." in page.text
    page = await pia.press("Send søknaden")
    assert page.h1 == "Søknaden er sendt"
    assert "Send mer dokumentasjon" in page.text


async def he_reads_and_decides(paul: Staff, case_id: str) -> None:
    page = await paul.open_case(f"/desk/cases/{case_id}")
    assert "Den må vurderes av et menneske" in page.text
    assert "198 000" not in page.text
    (link,) = {href for _, href in page.links if href.startswith("/desk/documents/")}
    async with paul.http.get(paul.base + link) as response:
        assert await response.read() == TAX_RETURN
        assert response.headers["Content-Disposition"].startswith("attachment; ")
    page = await paul.press(
        "Gjør vedtak og send brev",
        outcome="granted",
        reason="Skattemeldingen viser inntekten for 2025.",
        household_income="198 000",
    )
    assert "Avgjort" in page.text
