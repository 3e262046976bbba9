"""2020: Pia brings the facts herself. From the first step to the bill, with papers and a case worker who reads them.

Told over HTTP against the real process, on SQLite and on PostgreSQL. What it asks of the person and of the worker
is what the later generations spare them: test_three_generations.py.
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
from scenery import number, scenery
from walking import Resident, Staff

from assistant.store.tables import case, decision, document, flag, usage

SHORT_FORM_ON = "postgresql"

TOWN = scenery("ingrid", happened=(), beside=True)
PAPIRVIK = "9997"
FEE = "600"  # as for Ingrid and Nora: test_reduced_fee_story.py has the sum
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
