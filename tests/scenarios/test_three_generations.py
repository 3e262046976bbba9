"""The same income and the same child in three municipalities: who carries the facts, and who gets to see them.

The first generation, with papers, has a story of its own (test_documented_story.py). Here: the municipality
that fetches when one applies, the one that gets a flag, and one that moves from the first to the third.
"""

from __future__ import annotations

from pathlib import Path

from demo_under_test import DemoProcess
from paperwork import (
    TAX_RETURN,
    he_reads_and_decides,
    she_sends,
    she_sends_the_rest,
    she_walks_to_the_papers,
)
from scenery import scenery
from sqlalchemy import select
from walking import Resident, Staff

from assistant.store.tables import case, decision, flag, usage

SHORT_FORM_ON = "sqlite"

TOWN = scenery("ingrid", "vigdis", happened=(), beside=True)
FEE = "600"  # as for Ingrid and Nora: test_reduced_fee_story.py has the sum
VARDEVIK, PAPIRVIK, HENTEVIK = "9999", "9997", "9998"


async def test_the_municipality_fetches_the_income_when_she_applies_and_not_before(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        DemoProcess(tmp_path, TOWN, database_url) as demo,
        Resident.at_the_door(demo.base, "helga") as helga,
    ):
        await demo.settled()
        await helga.log_in()

        # given: she is told that she may have a right, and nobody has asked for her income
        page = await helga.open("/me")
        assert "Henrik kan ha rett til redusert foreldrebetaling" in page.text
        assert "198 000" not in (await helga.open("/me/data")).text
        assert "System: varde Hentet" not in (await helga.open("/me/data/log")).text

        # when she applies, then she is asked what no register knows, and sends nothing
        asked = await _walked_through(helga)
        assert asked == {"cohabitant", "cohabitant_detail", "income_drop", "income_drop_detail", "duration"}
        await demo.settled()

        # then the income was fetched because she applied, and the decision is made by the machine
        (made,) = demo.records.rows(decision, decision.c.case_id.in_(_cases(HENTEVIK)))
        assert (made["outcome"], made["automatic"]) == ("granted", True)
        (one,) = demo.records.rows(flag, flag.c.municipality == HENTEVIK)
        assert (one["monthly_amount"], str(one["valid_from"])) == (FEE, "2026-12-01")
        assert "System: varde Hentet" in (await helga.open("/me/data/log")).text
        assert "198 000" in (await helga.open("/me/data")).text

        # and her municipality's case worker may read what it rests on; Vardevik's may not know of it
        async with Staff.logged_in(demo.base, "sakia") as sakia:
            assert "Henrik" not in (await sakia.open("/desk")).text
            await sakia.open(f"/desk/cases/{made['case_id']}", status=404)


async def test_with_a_flag_she_does_nothing_and_the_municipality_never_sees_the_income(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        DemoProcess(tmp_path, TOWN, database_url) as demo,
        Resident.at_the_door(demo.base, "vigdis") as vigdis,
    ):
        # given the registers' events alone: a place accepted with an application, and an assessment
        await demo.settled()

        # then it is decided, from the year's first day, and she has been told once
        (made,) = demo.records.rows(decision, decision.c.case_id.in_(_cases(VARDEVIK)))
        assert (made["outcome"], made["automatic"]) == ("granted", True)
        (one,) = demo.records.rows(flag, flag.c.municipality == VARDEVIK)
        assert (one["monthly_amount"], str(one["valid_from"]), str(one["valid_to"])) == (
            FEE,
            "2026-08-01",
            "2027-08-01",
        )
        (mail,) = demo.mails("vigdis@vardevik.example")
        assert "600" not in mail.text

        # she reads what happened and why, and how to object
        await vigdis.log_in()
        page = await vigdis.open("/me")
        assert "Prisen for Vilje er satt ned" in page.text
        assert "ser ut til å ha rett til" not in page.text  # she is not asked to apply
        letter = (await vigdis.follow("Les vedtaket")).text
        assert "Inntekt fra skatteoppgjøret, Vigdis Vardevik 198 000 kr Skatteetaten" in letter
        assert "kan du klage til statsforvalteren" in letter
        assert not [row for row in demo.records.rows(usage) if row["actor_kind"] == "staff"]

        # and a case worker who says why they open the case sees the flag, and not what is behind it
        async with Staff.logged_in(demo.base, "sakia") as sakia:
            page = await sakia.open_case(f"/desk/cases/{made['case_id']}")
            assert "600 kr" in page.text
            for hidden in ("198 000", "Vigdis", "Vilje", "1 080"):
                assert hidden not in page.text, hidden
            refused = await sakia.open(f"/desk/decisions/{made['id']}")
            assert refused.path.endswith("/open")

            # unless they need the facts, and say so: which Vigdis can read
            page = await sakia.open_case(f"/desk/decisions/{made['id']}", facts=True)
            assert "198 000" in page.text
        assert "og opplysningene bak flagget" in (await vigdis.open("/me/data/log")).text


async def test_papirvik_moves_from_papers_to_a_flag_with_what_is_open(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        DemoProcess(tmp_path, TOWN, database_url) as demo,
        Resident.at_the_door(demo.base, "pia") as pia,
        Resident.at_the_door(demo.base, "pernille") as pernille,
        Staff.logged_in(demo.base, "paul") as paul,
    ):
        await demo.settled()

        # given Pia on her way through the errand, and Pernille who has sent her papers
        await pia.log_in()
        begun = await she_walks_to_the_papers(pia)
        await pernille.log_in()
        errand = await she_walks_to_the_papers(pernille)
        await she_sends(pernille, errand, TAX_RETURN, "Pernilles skattemelding.pdf")
        await she_sends_the_rest(pernille)
        await demo.settled()
        (sent,) = demo.records.rows(case, case.c.municipality == PAPIRVIK)
        assert (sent["generation"], sent["status"]) == ("documented", "manual")

        # when the municipality moves on
        page = await paul.open("/desk/generations")
        assert "Papirer Slik er det nå" in page.text
        page = await paul.press("Behandle ærendet slik", generation="flagged")
        assert "Flagg Slik er det nå" in page.text
        await demo.settled()

        # then Pia is told that she need not send papers, and is not asked for them
        assert "Du trenger ikke sende papirer" in (await pia.open("/me")).text
        page = await pia.open(begun)
        assert page.h1 == "Hvor lenge skal søknaden gjelde?"
        await pia.press("Neste", duration="whole_stay")
        page = await pia.press("Ja, gå videre")
        page = await pia.press("Send søknaden")
        assert page.h1 == "Søknaden er sendt"
        await demo.settled()
        (hers,) = demo.records.rows(
            case, case.c.person_id != sent["person_id"], case.c.municipality == PAPIRVIK
        )
        assert (hers["generation"], hers["status"]) == ("flagged", "decided")
        (made,) = demo.records.rows(decision, decision.c.case_id == hers["id"])
        assert made["automatic"]

        # and Pernille's papers are judged by the one who has them, not thrown away
        (still,) = demo.records.rows(case, case.c.id == sent["id"])
        assert (still["generation"], still["status"]) == ("documented", "manual")
        await he_reads_and_decides(paul, sent["id"])
        await demo.settled()
        fees = {row["monthly_amount"] for row in demo.records.rows(flag, flag.c.municipality == PAPIRVIK)}
        assert fees == {FEE}

        # and of Pia's case Paul sees the flag alone
        page = await paul.open_case(f"/desk/cases/{hers['id']}")
        assert "600 kr" in page.text
        assert "198 000" not in page.text


def _cases(municipality: str) -> object:
    return select(case.c.id).where(case.c.municipality == municipality)


async def _walked_through(person: Resident) -> set[str]:
    """From the first press to the receipt; the names of what was asked."""
    await person.open("/me")
    page = await person.press("Søk nå")
    asked: set[str] = set()
    for label, answers in (
        ("Start søknaden", {}),
        ("Neste", {"cohabitant": "no"}),
        ("Neste", {}),
        ("Neste", {}),
        ("Ja, gå videre", {}),
        ("Send søknaden", {}),
    ):
        asked |= page.form(label)[0].asks_for()
        page = await person.press(label, **answers)
    assert page.h1 == "Søknaden er sendt"
    return asked
