"""Templates as their author changes them: tried first, in force from a day, and what is written stays as it was."""

from __future__ import annotations

import asyncio
import html
import os
import sys
from datetime import date, timedelta

import pytest
from shipped_rules import NOW
from site_under_test import Browser, Site

from assistant.config import local_date
from assistant.guidance import template_versions
from assistant.guidance.previewing import Tried, faults_of, samples_of
from assistant.guidance.template_rows import edited_on
from assistant.guidance.template_versions import NotSaved
from assistant.guidance.writing import text_of, write
from assistant.store import Database

SHORT_FORM_ON = "sqlite"

EASIER = Tried("easier_now", "chat", "nb")
SHIPPED = text_of("easier_now", "chat", "nb")
CHANGED = "Enklere for deg\nKommunen henter nå opplysningene om {{ title | lower_first }} selv.\n"
PATH = "/editor/messages/easier_now/chat/nb"


def form(today: date, text: str, action: str = "save", **more: str) -> dict[str, str]:
    day = today.isoformat()
    return {
        "text": text,
        "action": action,
        "applies_from": day,
        "note": "Kortere",
        "edited_from": "0",
        **more,
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_text_is_changed_from_a_day_and_shown_in_the_preview(site: Site, author: Browser) -> None:
    today = local_date(site.clock.now)
    assert html.escape(SHIPPED.splitlines()[0]) in await (await author.get(PATH)).text()
    assert f'href="{PATH}"' in await (await author.get("/editor/messages/easier_now")).text()
    response = await author.post(PATH, form(today, CHANGED, "check"))
    assert (response.status, "Alle kan skrives" in await response.text()) == (200, True)
    response = await author.post(PATH, form(today + timedelta(days=2), CHANGED))
    assert (response.status, response.headers["Location"]) == (303, f"{PATH}?saved=1")
    assert "Versjon 1 er lagret." in await (await author.get(f"{PATH}?saved=1")).text()
    assert "Enklere for deg" not in await (await author.get("/editor/messages/easier_now")).text()
    site.clock.forward(days=2)
    author = await site.staff("rule_editor")
    assert "Enklere for deg" in await (await author.get("/editor/messages/easier_now")).text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_written_cannot_be_saved(site: Site, author: Browser) -> None:
    today = local_date(site.clock.now)
    await author.get(PATH)
    response = await author.post(PATH, form(today, "Tittel\n{{ titel }}"))
    shown = html.unescape(await response.text())
    assert (response.status, "easier_now.chat.nb.j2:2: no message brings titel" in shown) == (409, True)
    for wrong in (
        {"note": ""},
        {"applies_from": (today - timedelta(days=1)).isoformat()},
        {"applies_from": "x"},
    ):
        assert (await author.post(PATH, form(today, CHANGED, **wrong))).status == 422
    for nowhere in ("easier_now/sms/nb", "notice/chat/nb", "withheld/letter/nb", "easier_now/chat/se"):
        assert (await author.get(f"/editor/messages/{nowhere}")).status == 404
    async with site.parts.database.read() as tx:
        assert await edited_on(tx, today) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Tittel\n{% if titel %}x{% endif %}", "easier_now.chat.nb.j2:2: no message brings titel"),
        ("Tittel\n{{ case_number }}", "easier_now.chat.nb.j2:2: case_number has no value"),
        ("Tittel\n{{ 'a' * 1000000000 }}", "easier_now.chat.nb.j2:2: Mul is not allowed in a template"),
        ("Tittel\n{{ title.__class__ }}", "easier_now.chat.nb.j2:2: __class__"),
        ("Tittel\n{% if %}", "easier_now.chat.nb.j2:2:"),
        ("Bare en tittel", "the first line is the title"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(text: str, fault: str) -> None:
    assert any(fault in one for one in faults_of(EASIER, text)), faults_of(EASIER, text)


async def test_the_one_saved_last_holds_and_nobody_overwrites_another(database: Database) -> None:
    now, today = NOW, local_date(NOW)

    async def save(text: str, from_day: date, edited_from: int) -> int:
        said = {"applies_from": from_day, "by": "rolf", "note": "n", "now": now, "edited_from": edited_from}
        return (await template_versions.save(database, EASIER, text, **said)).number  # type: ignore[arg-type]

    assert await save(CHANGED, today + timedelta(days=5), 0) == 1
    with pytest.raises(NotSaved, match="rolf has saved version 1 since you began with 0"):
        await save(CHANGED + "Mer.\n", today, 0)
    with pytest.raises(NotSaved, match="nothing is changed"):
        await save(CHANGED, today + timedelta(days=5), 1)
    assert await save(SHIPPED, today + timedelta(days=9), 1) == 2
    async with database.read() as tx:
        held = [(await edited_on(tx, today + timedelta(days=day))).get(EASIER.name) for day in (0, 5, 9)]
        assert [one.number for one in await template_versions.versions_of(tx, EASIER)] == [2, 1, 0]
    assert held == [None, CHANGED, SHIPPED]


@pytest.mark.parametrize("burns", ["'a' * 10**9", "[1 for _ in iter(int, 1)]"], ids=["memory", "processor"])
async def test_the_child_may_use_so_much_and_no_more(burns: str) -> None:
    code = f"from assistant.guidance.trying_out import limit_ourselves; limit_ourselves(); {burns}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stderr=asyncio.subprocess.DEVNULL, env={"PYTHONPATH": os.getcwd()}
    )
    assert await asyncio.wait_for(child.wait(), 60) != 0


def test_a_text_that_will_not_be_written_after_all_gives_way_to_the_one_that_ships() -> None:
    edited = {EASIER.name: "Tittel\n{{ nothing_like_it }}"}
    content = samples_of("easier_now")[0]
    assert write("easier_now", "chat", "nb", content, "E", edited=edited) == write(
        "easier_now", "chat", "nb", content, "E"
    )


def test_an_sms_that_would_be_too_many_parts_is_a_fault() -> None:
    long = "Melding\n" + "Du har {{ count }} meldinger fra {{ sender }}. " * 20
    assert any("SMS parts" in fault for fault in faults_of(Tried("notice", "sms", "nb"), long))
    assert faults_of(Tried("notice", "sms", "nb"), text_of("notice", "sms", "nb")) == ()
