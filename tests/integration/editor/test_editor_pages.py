"""The rule editor as an author meets it, without JavaScript: read, change, see faults, save, look back."""

from __future__ import annotations

import html
import re
from datetime import date, datetime

import pytest
from shipped_rules import RULE, shipped
from site_under_test import Browser, Site
from sqlalchemy import select

from assistant.config import local_date
from assistant.guidance.themes import theme_of, title_of
from assistant.store.tables import job

SHORT_FORM_ON = "sqlite"

TEXT = shipped().rules[RULE].text
EDIT = f"/editor/rules/{RULE}/edit"
CHANGED = TEXT + "# A remark.\n"
FAULTY = TEXT.replace("that: max_price > 0", "that: max_pric > 0")
FAULTY_LINE = FAULTY[: FAULTY.index("max_pric >")].count("\n") + 1


def form(text: str, action: str = "save", **more: str) -> dict[str, str]:
    return {
        "text": text,
        "action": action,
        "applies_from": "2025-01-01",
        "note": "To say why",
        "edited_from": "0",
        **more,
    }


async def waiting(site: Site) -> list[tuple[str, datetime]]:
    """The rules that wait to be determined anew, and since when they may be."""
    async with site.parts.database.read() as tx:
        rows = await tx.all(select(job).where(job.c.task == "rerun_rule"))
    return [(row["args"]["rule"], row["run_at"]) for row in rows]


async def page(browser: Browser, path: str) -> str:
    response = await browser.get(path)
    assert response.status == 200, await response.text()
    return await response.text()


async def test_the_list_shows_each_rule_with_its_law_version_and_tests(author: Browser) -> None:
    shown = await page(author, "/editor")
    for rule_id, rule in shipped().rules.items():
        assert f'href="/editor/rules/{rule_id}"' in shown
        assert html.escape(rule.title["nb"]) in shown
    assert "§ 3b" in shown
    assert "Utgaven som følger med Varde" in shown
    assert f"{len(shipped().rules[RULE].tests)} eksempler stemmer" in shown


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_the_themes_are_called_by_their_titles_in_the_readers_language(
    author: Browser, language: str
) -> None:
    await author.post("/language", {"language": language, "next": "/editor"})
    shown = html.unescape(await page(author, "/editor"))
    for rule_id in shipped().rules:
        assert f'id="theme-{theme_of(rule_id)}">{title_of(theme_of(rule_id), language)}</h2>' in shown


async def test_a_rule_is_read_in_words_with_law_rates_sources_and_tests(author: Browser) -> None:
    shown = html.unescape(await page(author, f"/editor/rules/{RULE}"))
    rule = shipped().rules[RULE]
    for condition in rule.conditions:
        assert condition.text["nb"] in shown
        assert condition.that.text in shown
    for parameter in rule.parameters:
        for value in parameter.values:
            assert value.source in shown
            assert value.doubt in shown
    for test in rule.tests:
        assert test.name in shown
        assert test.because in shown
    assert "✗" not in shown


async def test_every_shipped_rule_can_be_read_and_edited(author: Browser) -> None:
    for rule_id in shipped().rules:
        await page(author, f"/editor/rules/{rule_id}")
        await page(author, f"/editor/rules/{rule_id}/edit")
        await page(author, f"/editor/rules/{rule_id}/history")


async def test_the_text_comes_to_the_field_as_it_is(author: Browser) -> None:
    shown = await page(author, EDIT)
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.DOTALL)
    assert found is not None
    assert html.unescape(found.group(1)) == TEXT


async def test_a_fault_stands_beside_its_line_and_in_the_list(author: Browser) -> None:
    await author.get(EDIT)
    response = await author.post(EDIT, form(FAULTY, "check"))
    shown = html.unescape(await response.text())
    assert response.status == 200
    assert f'<a class="ds-link" href="#line-{FAULTY_LINE}">' in shown
    assert re.search(rf'<li id="line-{FAULTY_LINE}" class="faulty">', shown)
    beside = shown[shown.index('<ol class="beside"') :].split("<li")[FAULTY_LINE]
    assert "max_pric" in beside
    assert FAULTY in shown  # what was written is not lost


async def test_a_failing_test_is_shown_with_what_was_expected_and_what_came(author: Browser) -> None:
    await author.get(EDIT)
    wrong = TEXT.replace("monthly_fee: 1636, missing: []", "monthly_fee: 1637")
    shown = html.unescape(await (await author.post(EDIT, form(wrong, "check"))).text())
    row = next(row for row in shown.split("<tr>") if "✗ Stemmer ikke" in row)
    assert "<code>monthly_fee: 1637</code>" in row
    assert "<code>monthly_fee: 1636</code>" in row


async def test_a_new_version_is_saved_shown_and_determined_anew(author: Browser, site: Site) -> None:
    await author.get(EDIT)
    response = await author.post(EDIT, form(CHANGED))
    assert response.status == 303, await response.text()
    assert response.headers["Location"] == f"/editor/rules/{RULE}?version=1&saved=1"
    assert "Versjon 1 er lagret." in await page(author, response.headers["Location"])
    ((rule_id, run_at),) = await waiting(site)
    assert (rule_id, local_date(run_at)) == (RULE, date(2025, 1, 1))
    listed = await page(author, "/editor")
    assert "Versjon 1 gjelder fra" in listed
    history = html.unescape(await page(author, f"/editor/rules/{RULE}/history"))
    assert '<span class="added">+# A remark.' in history
    assert "Rolf Regel" in history
    assert "To say why" in history


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (form(FAULTY), 409, "max_pric"),
        (form(TEXT), 409, "nothing is changed"),
        (form(CHANGED, note=""), 400, "Skriv hva som er endret og hvorfor."),
        (form(CHANGED, applies_from="1.1.2025"), 400, "Skriv datoen slik"),
        (form(CHANGED, edited_from="x"), 400, "edited_from"),
        (form(CHANGED, action="dance"), 400, "action"),
        (form("x" * 200_001), 400, "text"),
    ],
)
async def test_what_cannot_be_saved_is_refused_with_the_way_out(
    author: Browser, site: Site, sent: dict[str, str], status: int, says: str
) -> None:
    await author.get(EDIT)
    response = await author.post(EDIT, sent)
    assert response.status == status
    assert says in html.unescape(await response.text())
    assert await waiting(site) == []


async def test_two_who_edit_at_once_do_not_overwrite_each_other(author: Browser) -> None:
    await author.get(EDIT)
    await author.post(EDIT, form(CHANGED))
    response = await author.post(EDIT, form(TEXT + "# Another remark.\n"))
    assert response.status == 409
    shown = html.unescape(await response.text())
    assert "has saved version 1 since you began with 0" in shown
    assert "# Another remark." in shown


async def test_the_text_is_checked_while_one_types(author: Browser) -> None:
    await author.get(EDIT)
    response = await author.http.post(
        f"{author.base}/editor/check",
        json={"rule": RULE, "text": FAULTY},
        headers={"X-CSRF-Token": author.token, "Origin": author.base},
    )
    answer = await response.json()
    assert response.status == 200, answer
    assert not answer["sound"]
    assert [fault["line"] for fault in answer["faults"]] == [FAULTY_LINE]


async def test_markup_in_a_rule_is_text_and_not_markup(author: Browser) -> None:
    await author.get(EDIT)
    evil = CHANGED.replace("Barnet har plass i barnehage", "<script>alert(1)</script>")
    assert (await author.post(EDIT, form(evil))).status == 303
    for path in ("", "/edit", "/history"):
        assert "<script>alert" not in await page(author, f"/editor/rules/{RULE}{path}?version=1")


@pytest.mark.parametrize(
    "path", ["/editor/rules/bus.free", f"/editor/rules/{RULE}?version=7", "/editor/rules/../x"]
)
async def test_a_rule_or_version_that_is_not_there_is_not_found(author: Browser, path: str) -> None:
    assert (await author.get(path)).status == 404


async def test_only_a_rule_editor_may_edit(site: Site) -> None:
    worker = await site.staff("case_worker")
    assert (await worker.get("/editor")).status == 403
    resident = await site.resident()
    assert (await resident.get(EDIT)).status == 403
    stranger = site.browser()
    answer = await stranger.get("/editor", allow_redirects=False)
    assert answer.status == 303
