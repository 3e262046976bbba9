"""Nora gets a place in a kindergarten, and her mother pays what law says: from the register's event to the bill.

One story, told over HTTP, a WebSocket and SMTP against the real process, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from demo_under_test import DemoProcess
from page_reading import plain
from scenery import number, scenery
from walking import Chat, Machine, Resident, Staff, button

TOWN = scenery("ingrid", "maja", "hanna")

# What law says of Ingrid and Nora on 2 November 2026 (FOR-2005-12-16-1478).
PRICE = Decimal(1200)  # the municipality's price, and the highest there is
INCOME = Decimal(126_000 + 72_000)  # pay and single parents' benefit, personinntekt
SIX_PERCENT = INCOME * 6 / 100 / 11  # § 3b: six per cent of a year's income, over eleven months
PAID_SHARE = Decimal(45 - 20) / 45  # § 3c: twenty free hours of a full week of 45
FEE = (min(PRICE, SIX_PERCENT) * PAID_SHARE).quantize(Decimal(1), ROUND_HALF_UP)
DECEMBER = "2026-12"  # § 3d: from the first whole month after the application
FACTS_OF_REGISTERS = ("birth_date", "income", "price", "weekly_hours", "address", "name")


def test_the_sums_of_this_story_are_those_of_the_law() -> None:
    assert SIX_PERCENT.quantize(Decimal("0.01")) == Decimal(1080)
    assert str(FEE) == "600"


async def test_nora_gets_a_place_and_ingrid_pays_what_the_law_says(tmp_path: Path, database_url: str) -> None:
    async with (
        DemoProcess(tmp_path, TOWN, database_url) as demo,
        Resident.at_the_door(demo.base, "ingrid") as ingrid,
        Machine.connected(demo.base) as biller,
    ):
        # given the kindergarten system's event that Nora has a place, and what follows from it by itself
        await demo.settled()
        await everybody_is_billed_the_full_price(biller)
        one_neutral_email(demo, mails_so_far=0)

        # when Ingrid logs in, then the chat has told her, and can say why
        await ingrid.log_in()
        async with ingrid.chatting() as chat:
            invitation = await she_is_told(chat)
            await she_asks_why(chat)

            # when she begins the errand in the chat …
            step = (await chat.push(button(invitation, "apply")))[-1]
            step = await chat.answer(step)
            assert step["step"]["title"] == "Hvem er i husholdningen?"
            asked = {field["name"] for field in step["step"]["fields"]}
            assert (await chat.answer(step, cohabitant="no"))["step"]["id"] == "income_drop"
        # … and goes on with it on her page, without a script, then she is asked only what no register knows
        asked |= await she_finishes_on_her_page(ingrid)
        assert asked == {"cohabitant", "cohabitant_detail", "income_drop", "income_drop_detail", "duration"}
        assert not [name for name in asked for fact in FACTS_OF_REGISTERS if fact == name]

        # then the decision is made at once, by the machine, with reasons and how to appeal
        await demo.settled()
        letter_path = await the_decision_is_readable(ingrid)
        one_neutral_email(demo, mails_so_far=1)

        # and the biller reads the fee and nothing of what is behind it
        await the_flag_says_only_the_fee(biller)
        await the_invoice_shows_before_and_after(biller)

        # and Ingrid sees who used what about her
        await she_sees_who_used_what(ingrid)

        # and nobody else sees any of it
        await it_is_not_there_for_others(demo, letter_path, ingrid)
        no_number_of_a_person_is_in_the_log(demo)


async def everybody_is_billed_the_full_price(biller: Machine) -> None:
    assert await biller.get_json("/api/v1/flags?since=0") == {"flags": [], "next_since": 0, "more": False}
    for line in await _lines(biller):
        assert (line["fee_before"], line["fee_after"], line["flag"]) == (line["fee_before"],) * 2 + (None,)


def one_neutral_email(demo: DemoProcess, mails_so_far: int) -> None:
    """One more has come to Ingrid, which says that a message waits, and nothing of income, fee or child."""
    mails = demo.mails("ingrid@vardevik.example")
    assert len(mails) == mails_so_far + 1
    assert [mail.times for mail in mails] == [1] * len(mails)
    assert len({mail.message_id for mail in mails}) == len(mails)
    for mail in mails:
        assert mail.subject == "Du har en melding fra Vardevik"
        assert "Logg inn for å lese den" in mail.text
        said = mail.text.replace(demo.base, "").lower() + mail.subject.lower()
        for word in ("nora", "barn", "inntekt", "betal", "pris", "kr", "198", "600", "080", "søk", "vedtak"):
            assert word not in said, word
        assert number("ingrid") not in mail.raw
        assert "login_hint" not in mail.raw
        assert "token" not in mail.raw


async def she_is_told(chat: Chat) -> dict[str, object]:
    told = await chat.told("Nora ser ut til å ha rett til redusert foreldrebetaling")
    assert len(chat.shown("guidance")) == 1
    text = plain(told["text"])
    assert "blir prisen 600 kr i måneden i stedet for 1 200 kr" in text
    assert "Det gjelder også: Gratis kjernetid i barnehage" in text
    return told


async def she_asks_why(chat: Chat) -> None:
    parts = await chat.say("hvorfor?")
    assert "Skatteetaten ga oss nye opplysninger" in parts[0]["text"]
    reasons = next(part for part in parts if part["type"] == "conditions")
    assert reasons["outcome"] == "Alle vilkårene er oppfylt."
    law = {law["name"] for condition in reasons["conditions"] for law in condition["law"]}
    assert "Forskrift om foreldrebetaling i barnehager § 3b a" in law
    assert all(condition["holds"] is True and condition["law"] for condition in reasons["conditions"])
    facts = next(part for part in parts if part["type"] == "facts")["facts"]
    known = {fact["label"]: (plain(fact["value"]), fact["source"]) for fact in facts}
    assert known["Inntekt fra skatteoppgjøret"] == ("198 000 kr", "Skatteetaten")
    assert known["Pris for plassen"] == ("1 200 kr", "Kommunens barnehagesystem")


async def she_finishes_on_her_page(ingrid: Resident) -> set[str]:
    """From where the chat left off to the receipt; the names of what she was asked."""
    await ingrid.open("/me")
    page = await ingrid.follow("Fortsett")
    asked: set[str] = set()
    for title, label in (
        ("Har inntekten falt?", "Neste"),
        ("Hvor lenge skal søknaden gjelde?", "Neste"),
        ("Stemmer dette?", "Ja, gå videre"),
    ):
        assert page.h1 == title
        asked |= page.form(label)[0].asks_for()
        if title == "Stemmer dette?":
            assert "Inntekt fra skatteoppgjøret, Ingrid Steinrud 198 000 kr Kilde: Skatteetaten" in page.text
        page = await ingrid.press(label)
    assert "kan du betale 600 kr i måneden i stedet for 1 200 kr" in page.text
    page = await ingrid.press("Send søknaden")
    assert page.h1 == "Søknaden er sendt"
    assert "Saksnummer 202600001" in page.text
    assert "Svar senest 2. desember 2026" in page.text
    again = await ingrid.open(page.path)
    assert again.h1 == page.h1
    return asked


async def the_decision_is_readable(ingrid: Resident) -> str:
    page = await ingrid.open("/me")
    assert "Søknaden din er innvilget" in page.text
    letter = (await ingrid.follow("Les vedtaket")).text
    for sentence in (
        "Vedtak: du får redusert foreldrebetaling i barnehage og gratis kjernetid i barnehage",
        "Du betaler 600 kr i måneden fra 1. desember 2026 til og med 31. juli 2027",
        "Det meste som kan kreves per måned 1 080 kr",
        "✓ Oppfylt: Høyeste pris for et barnehageår er mer enn seks prosent av husholdningens inntekt",
        "forskrift om foreldrebetaling i barnehager § 3b a",
        "Inntekt fra skatteoppgjøret, Ingrid Steinrud 198 000 kr Skatteetaten",
        "Vedtaket er gjort automatisk, uten skjønn, etter forskrift om foreldrebetaling i barnehager § 3e",
        "kan du klage til statsforvalteren",
        "Fristen er 3 uker fra du har fått beskjed om vedtaket (forvaltningsloven § 29)",
    ):
        assert sentence in letter, sentence
    assert ingrid.at is not None
    return ingrid.at.path


async def the_flag_says_only_the_fee(biller: Machine) -> None:
    status, text = await biller.get("/api/v1/flags?since=0")
    assert status == 200
    (flag,) = (await biller.get_json("/api/v1/flags?since=0"))["flags"]
    assert {key: flag[key] for key in ("place_number", "fee", "monthly_amount", "from", "to")} == {
        "place_number": "VB-2001",
        "fee": "kindergarten",
        "monthly_amount": str(FEE),
        "from": "2026-12-01",
        "to": "2027-07-31",
    }
    assert set(flag) == {
        *("sequence", "id", "municipality", "subject", "place_number", "fee", "monthly_amount"),
        *("currency", "from", "to", "replaces", "created_at"),
    }
    for by_chance in ("id", "subject", "created_at"):  # which may hold any digits
        text = text.replace(flag[by_chance], "")
    for hidden in ("198", "1080", "1200", "Nora", "Ingrid", "Steinrud", number("nora"), number("ingrid")):
        assert hidden not in text, hidden
    assert (await biller.get_json("/api/v1/flags?since=1"))["flags"] == []
    assert (await biller.get("/api/v1/flags?since=0", token="another"))[0] == 401
    assert (await biller.get("/api/v1/flags?since=0", token=""))[0] == 401


async def the_invoice_shows_before_and_after(biller: Machine) -> None:
    (line,) = [line for line in await _lines(biller) if line["place_number"] == "VB-2001"]
    assert [line[key] for key in ("fee_before", "fee_after", "food", "total")] == [
        "1200",
        "600",
        "350",
        "950",
    ]
    _, text = await biller.get(f"/api/v1/invoice-basis?month={DECEMBER}&format=csv")
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["place_number"] == "VB-2001"]
    assert (row["fee_before"], row["fee_after"], row["total"]) == ("1200", "600", "950")
    (before,) = [line for line in await _lines(biller, "2026-11") if line["place_number"] == "VB-2001"]
    assert (before["fee_after"], before["flag"]) == ("1200", None)  # the decision begins with December


async def _lines(biller: Machine, month: str = DECEMBER) -> list[dict[str, str]]:
    basis = await biller.get_json(f"/api/v1/invoice-basis?month={month}")
    return [line for kindergarten in basis["kindergartens"] for line in kindergarten["lines"]]


async def she_sees_who_used_what(ingrid: Resident) -> None:
    text = (await ingrid.open("/me/data/log")).text + (await ingrid.open("/me/data")).text
    for sentence in (
        "System: varde Hentet Finne rettigheter og plikter Inntekt fra skatteoppgjøret",
        "Automatisk regel: Redusert foreldrebetaling i barnehage Brukt Finne rettigheter og plikter",
        "System: varde Brukt Gi beskjed om rettigheter og plikter E-postadresse",
        "Du selv Lest Hjelpe med en søknad",
        "Inntekt fra skatteoppgjøret 198 000 kr Skatteetaten",
    ):
        assert sentence in text, sentence


async def it_is_not_there_for_others(demo: DemoProcess, letter_path: str, ingrid: Resident) -> None:
    mine = await ingrid.json("/api/v1/cases")
    own = [letter_path, *(f"/api/v1/cases/{case['id']}" for case in mine["cases"])]
    page = await ingrid.open("/me")
    messages = sorted({href for _, href in page.links if href.startswith("/me/guidance/")})
    errands = [f"/me/errands/{one['id']}" for one in (await ingrid.json("/api/v1/processes"))["processes"]]
    assert len([one for one in messages if not one.endswith("/not-this")]) == 2
    assert errands
    async with Resident.logged_in(demo.base, "maja") as maja:
        for path in (*own, *messages, *errands):
            page = await maja.open(path, status=404)
            assert "Nora" not in page.html
        assert "Nora" not in (await maja.open("/me")).html
        assert "Nora" not in (await maja.open("/me/data")).html
    for key, status in (("rune", 403), ("bente", 403), ("dina", 403), ("sakia", 200)):
        async with Staff.at_the_door(demo.base, key) as staff:
            staff.home = (
                "/desk/work" if key == "dina" else {"rune": "/editor", "bente": "/biller"}.get(key, "/desk")
            )
            await staff.log_in()
            await staff.open("/desk", status=status)
            page = await staff.open(f"/desk/decisions/{letter_path.rpartition('/')[2]}", status=status)
            assert "198 000" not in page.text  # the municipality has a flag, and has given no reason for more
            await staff.open("/me", status=403)
    async with Resident.at_the_door(demo.base, "nobody") as stranger:
        page = await stranger.open(letter_path)  # which leads to the login
        assert "Testinnlogging" in page.text


def no_number_of_a_person_is_in_the_log(demo: DemoProcess) -> None:
    text = demo.logged()
    for key in ("ingrid", "nora", "maja", "eirik", "ella", "hanna"):
        assert number(key) not in text
        assert f"{key}@vardevik" not in text
    assert not demo.log_lines(level="error"), demo.log_lines(level="error")
