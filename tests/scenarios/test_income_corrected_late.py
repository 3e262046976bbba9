"""The income a decision rests on is corrected, months later: against Ingrid, and in her favour.

Told over HTTP against the real process, on SQLite and on PostgreSQL: from the tax administration's event to the
invoice, and all of it in the log of the person it is about.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from demo_under_test import DemoProcess
from scenery import NOON, kept_in, number, scenery
from test_reduced_fee_story import FEE, PAID_SHARE, she_finishes_on_her_page
from walking import Machine, Resident, Staff

from assistant.demo.inhabitants import PAY

SHORT_FORM_ON = "sqlite"

TOWN = scenery("ingrid", "maja")
LATER = date(2027, 1, 11)  # December has been billed


def fee_of(income: int) -> Decimal:
    """§§ 3b and 3c: six per cent over eleven months, for the share of the week that is paid for."""
    return (Decimal(income) * 6 / 100 / 11 * PAID_SHARE).quantize(Decimal(1), ROUND_HALF_UP)


async def test_more_income_than_was_counted(tmp_path: Path, database_url: str) -> None:
    assert (FEE, fee_of(209_000)) == (600, 633)
    async with granted_in_november(tmp_path, database_url) as demo, Machine.connected(demo.base) as biller:
        # when the tax administration says that it was more, in January
        await happens(demo, "ingrid_income_corrected")
        await demo.settled()

        # then nothing has changed, for her or for the biller, and she has not been told of what is not sent
        assert [flag["monthly_amount"] for flag in await flags(biller)] == ["600"]
        async with (
            Resident.logged_in(demo.base, "ingrid") as ingrid,
            Staff.logged_in(demo.base, "sakia") as sakia,
        ):
            assert "gjøre om et vedtak" not in (await ingrid.open("/me")).text

            # when a case worker looks, they see what was known, what is known, and what it means
            await sakia.open("/desk")
            await sakia.follow("Vedtak som kan være feil")
            page = await sakia.follow("Sak 202600001")
            assert "198 000" not in page.text  # the door: why do you open the case?
            page = await sakia.press("Åpne saken", reason="handle", facts="yes")
            for said in ("198 000 kr", "209 000 kr", "33 kr mer i måneden", "til skade for personen", "§ 35"):
                assert said in page.text, said
            desk = page.path
            page = await sakia.press("Send forhåndsvarsel")
            assert "Personen kan svare til og med 1. februar 2027" in page.text  # three weeks
            assert "Gjør om vedtaket" not in page.text
            await demo.settled()

            # then Ingrid has a notice, reads it, and answers
            mail = demo.mails("ingrid@vardevik.example")[-1]
            assert (mail.subject, "209" in mail.text) == ("Du har en melding fra Vardevik", False)
            page = await ingrid.open("/me")
            assert "Blir det gjort om, kan prisen bli 633 kr i måneden i stedet for 600 kr" in page.text
            page = await ingrid.follow("Les hva som er endret")
            for said in ("198 000 kr", "209 000 kr", "33 kr mer i måneden", "§ 16", "1. februar 2027"):
                assert said in page.text, said
            mine = page.path
            page = await ingrid.press("Send svaret", answer="Jeg visste ikke om rettingen.")
            assert "Vi fikk svaret ditt 11. januar 2027" in page.text

            # and nobody else may read it
            async with Resident.logged_in(demo.base, "maja") as maja:
                await maja.open(mine, status=404)

            # when the case worker has read the answer and reverses the decision, back to when it began
            page = await sakia.open(desk)
            assert "Jeg visste ikke om rettingen." in page.text
            page = await sakia.press(
                "Gjør om vedtaket",
                ground="invalid",
                valid_from="2026-12-01",
                reason="Inntekten som ble lagt til grunn, var feil da vedtaket ble gjort.",
            )
            assert "Gjort om" in page.text
            await demo.settled()

            # then she has a decision with reasons, the ground in law, and how to appeal
            await ingrid.open("/me")
            letter = (await ingrid.follow("Les vedtaket")).text
            for said in (
                "Vedtak: vi har gjort om vedtaket",
                "Du skal betale 633 kr i måneden fra 1. desember 2026 til og med 31. juli 2027. Før var det 600 kr",
                "198 000 kr er rettet til 209 000 kr (Skatteetaten",
                "§ 35 første ledd bokstav c",
                "Vi varslet deg 11. januar 2027",
                "Jeg visste ikke om rettingen.",
                "kan du klage til statsforvalteren",
            ):
                assert said in letter, said

            # and the flag is corrected back in time, and December's difference is a line in January
            await the_flag_is_corrected(biller, "633")
            await december_stands_and_january_corrects(biller, "600", "633", "33")

            # and all of it is in the log: hers, and Nora's, whom the flag is about
            child = (await flags(biller))[-1]["subject"]
            for query, said in (
                ("actor=rule", "Redusert foreldrebetaling i barnehage"),
                ("actor=staff", "sak 202600001"),
                (f"about={child}&action=disclosed", "Fakturere prisen som er bestemt"),
            ):
                assert said in (await ingrid.open(f"/me/data/log?{query}")).text, query
        assert number("ingrid") not in demo.logged()
        assert not demo.log_lines(level="error"), demo.log_lines(level="error")


async def test_less_income_than_was_counted(tmp_path: Path, database_url: str) -> None:
    assert fee_of(176_000) == 533
    async with granted_in_november(tmp_path, database_url, corrected_to=176_000) as demo:
        await demo.settled()
        # then the machine has put it right, from when the decision began, and she is told
        async with Resident.logged_in(demo.base, "ingrid") as ingrid, Machine.connected(demo.base) as biller:
            page = await ingrid.open("/me")
            assert "Fra 1. desember 2026 er prisen 533 kr i måneden i stedet for 600 kr" in page.text
            letter = (await ingrid.follow("Les vedtaket")).text
            for said in (
                "§ 35 første ledd bokstav a",
                "198 000 kr er rettet til 176 000 kr",
                "gjort automatisk",
            ):
                assert said in letter, said
            await the_flag_is_corrected(biller, "533")
            await december_stands_and_january_corrects(biller, "600", "533", "-67")
            # and the earlier decision can still be explained as it was
            page = await ingrid.open("/me")
            first = [href for text, href in page.links if text == "Les vedtaket"][-1]
            await ingrid.open(first)
            page = await ingrid.follow("Se vedtaket med det vi visste da")
            assert "Det ble det samme, ord for ord" in page.text
            for said in ("198 000 kr", "176 000 kr", "600 kr", "533 kr"):
                assert said in page.text, said
        assert not demo.log_lines(level="error"), demo.log_lines(level="error")


@asynccontextmanager
async def granted_in_november(
    tmp_path: Path, database_url: str, corrected_to: int | None = None
) -> AsyncIterator[DemoProcess]:
    """Ingrid has her reduced fee, and it has become January. `corrected_to`: so her income is said to be then."""
    async with DemoProcess(tmp_path, TOWN, database_url) as demo:
        await demo.settled()
        async with Resident.logged_in(demo.base, "ingrid") as ingrid:
            await ingrid.open("/me")
            await ingrid.press("Søk nå")
            await ingrid.press("Start søknaden")
            await ingrid.press("Neste", cohabitant="no")
            await she_finishes_on_her_page(ingrid)
        await demo.settled()
        demo.stop()
        if corrected_to is not None:
            registers = kept_in(demo.data / "registers")
            registers.tax.emit(number("ingrid"), 2025, {PAY: corrected_to}, NOON)
            registers.save()
        demo.today = LATER
        await demo.start()
        yield demo


async def happens(demo: DemoProcess, step: str) -> None:
    async with Resident.at_the_door(demo.base, "nobody") as anybody:
        page = await anybody.open("/demo")
        answer = await anybody.post("/demo/story", {"csrf": page.token, "step": step})
        assert answer.status == 200, answer.text[:500]


async def flags(biller: Machine) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = (await biller.get_json("/api/v1/flags?since=0"))["flags"]
    return found


async def the_flag_is_corrected(biller: Machine, amount: str) -> None:
    first, second = await flags(biller)
    assert (second["monthly_amount"], second["replaces"]) == (amount, first["id"])
    assert (second["from"], second["to"]) == (first["from"], first["to"]) == ("2026-12-01", "2027-07-31")


async def december_stands_and_january_corrects(
    biller: Machine, billed: str, right: str, difference: str
) -> None:
    december = await biller.get_json("/api/v1/invoice-basis?month=2026-12")
    assert [line["fee_after"] for line in lines_of(december, "lines")] == [billed]
    assert lines_of(december, "corrections") == []
    january = await biller.get_json("/api/v1/invoice-basis?month=2027-01")
    assert [line["fee_after"] for line in lines_of(january, "lines")] == [right]
    (line,) = lines_of(january, "corrections")
    said = [line[name] for name in ("place_number", "month", "before", "after", "difference")]
    assert said == ["VB-2001", "2026-12", billed, right, difference]
    _, text = await biller.get("/api/v1/invoice-basis?month=2027-01&format=csv")
    total = sum(Decimal(row["total"]) for row in csv.DictReader(io.StringIO(text)))
    assert str(total) == january["total"]


def lines_of(basis: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [line for one in basis["kindergartens"] for line in one[name] if line["place_number"] == "VB-2001"]
