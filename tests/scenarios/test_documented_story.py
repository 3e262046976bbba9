"""2020: Pia brings the facts herself. From the first step to the bill, with papers and a case worker who reads them.

Told over HTTP against the real process, on SQLite and on PostgreSQL. What it asks of the person and of the worker
is what the later generations spare them: test_three_generations.py.
"""

from __future__ import annotations

from pathlib import Path

import aiohttp
from demo_under_test import DemoProcess
from page_reading import Page
from scenery import number, scenery
from walking import Resident, Staff

from assistant.store.tables import case, decision, document, flag, usage

TOWN = scenery("ingrid", happened=(), beside=True)
PAPIRVIK = "9997"
FEE = "600"  # as for Ingrid and Nora: test_reduced_fee_story.py has the sum
TAX_RETURN = b"%PDF-1.4\nSkattemelding: lonn 126 000, overgangsstonad 72 000\n%%EOF\n"
PAGE = b"<!doctype html><script>document.location='https://evil.example'</script>"


async def test_pia_sends_papers_and_paul_reads_them(tmp_path: Path, database_url: str) -> None:
    async with (
        DemoProcess(tmp_path, TOWN, database_url) as demo,
        Resident.at_the_door(demo.base, "pia") as pia,
    ):
        await demo.settled()
        await pia.log_in()

        # given: she is told that she may have a right and has to document her income
        page = await pia.open("/me")
        assert "Petter kan ha rett til redusert foreldrebetaling" in page.text
        assert "må du sende dokumentasjon på inntekten" in page.text

        # when she applies, then she is asked who is in the household, for papers, and for how long
        errand = await she_walks_to_the_papers(pia)
        await she_sends(pia, errand, PAGE, "skattemelding.pdf", refused="Vi tar bare imot PDF, JPEG og PNG.")
        await she_sends(pia, errand, TAX_RETURN, "Pias skattemelding.pdf")
        await she_sends_the_rest(pia)
        await demo.settled()

        # then nothing was fetched, and a human has the case
        (waiting,) = demo.records.rows(case, case.c.municipality == PAPIRVIK)
        assert (waiting["generation"], waiting["status"]) == ("documented", "manual")
        assert "En saksbehandler ser på saken din" in (await pia.open("/me")).text
        assert not [row for row in demo.records.rows(usage) if row["action"] == "fetched"]
        assert "198 000" not in (await pia.open("/me/data")).text
        (kept,) = demo.records.rows(document)
        assert b"Skattemelding" not in bytes(kept["content"])

        # when Paul has read the paper and typed what it says, then Pia has her decision
        async with Staff.logged_in(demo.base, "paul") as paul:
            await he_reads_and_decides(paul, waiting["id"])
        await demo.settled()
        (made,) = demo.records.rows(decision)
        assert (made["outcome"], made["automatic"]) == ("granted", False)
        await pia.open("/me")
        letter = (await pia.follow("Les vedtaket")).text
        assert "Du betaler 600 kr i måneden fra 1. desember 2026 til og med 31. juli 2027" in letter
        assert "198 000 kr" in letter
        assert "kan du klage til statsforvalteren" in letter

        # and the biller has the fee, and Pia sees who has read what
        (one,) = demo.records.rows(flag, flag.c.municipality == PAPIRVIK)
        assert (one["monthly_amount"], str(one["valid_from"])) == (FEE, "2026-12-01")
        read = [row for row in demo.records.rows(usage) if row["concepts"] == ["document"]]
        assert {row["actor"] for row in read if row["actor_kind"] == "staff"} == {"Paul Behandler (paul)"}
        assert "Paul Behandler" in (await pia.open("/me/data")).text

        # and nobody of Vardevik reads any of it
        async with Staff.logged_in(demo.base, "sakia") as sakia:
            await sakia.open(f"/desk/documents/{kept['id']}", status=404)
        async with Resident.logged_in(demo.base, "ingrid") as ingrid:
            await ingrid.open(f"/me/documents/{kept['id']}", status=404)
        assert number("pia") not in demo.logged()
        assert "skattemelding" not in demo.logged()


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
    await paul.open(f"/desk/cases/{case_id}")  # which asks why
    page = await paul.press("Åpne saken", reason="handle")
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
