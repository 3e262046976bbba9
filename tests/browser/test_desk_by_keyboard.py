"""A case from the queue to the decision by keyboard alone, on a wide screen and on one of 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visiting import Visit

FOCUS_SHOWS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  const inside = box.bottom > 0 && box.top < innerHeight && box.left >= -1 && box.right <= innerWidth + 1;
  return seen && inside;
}"""

SIZES = {
    "wide": ({"width": 1280, "height": 900}, "sakia"),
    "narrow": ({"width": 320, "height": 700}, "petra"),
}


def applied(visitor: Callable[..., Visit]) -> None:
    """Torstein has applied, and said that a fact is wrong, so that a human must decide.

    He applies once; for the second screen his case is opened again.
    """
    person = visitor("nb")
    person.log_in("torstein")
    page = person.page
    if page.locator("form[action='/me/errands'] button").count() == 0:
        person.demo.open_again_what_people_decided()
        return
    page.locator("form[action='/me/errands'] button").first.click()
    page.wait_for_load_state()
    person.expected_statuses.add(422)
    for _ in range(9):
        if page.locator("main button[value=submit]").count():
            break
        if (no := page.locator("main form.step-form input[type=radio][value=no]")).count():
            no.first.check()
        if page.locator("#facts").count():
            page.locator("#facts details > summary").first.click()
            page.locator("#facts details[open] textarea").fill("Jeg tjener mindre nå.")
            page.locator("#facts details[open] button[value=correct]").click()
            page.wait_for_load_state()
        page.locator('main button[name=action][value="next"]').last.click()
        page.wait_for_load_state()
    page.locator("main button[value=submit]").last.click()
    expect(page.locator("dl.summary-lines")).to_be_visible()


def tab_to_field(page: Page, name: str) -> None:
    """Press Tab until the field has the focus; each stop on the way must be seen."""
    for _ in range(90):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SHOWS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("document.activeElement.name ?? ''") == name:
            return
    raise AssertionError(f"Tab never came to the field {name}")


@pytest.mark.parametrize("size", list(SIZES))
def test_a_case_is_decided_without_a_mouse(visitor: Callable[..., Visit], size: str) -> None:
    viewport, worker = SIZES[size]
    applied(visitor)
    desk = visitor("nb", viewport=viewport)
    page = desk.page
    desk.log_in(worker, "/desk")
    desk.until("/desk?show=free&kind=case", lambda: page.locator("main .queue form"))

    desk.press("Hopp til innholdet")
    assert page.evaluate("document.activeElement.id") == "main"  # past the menu in one step
    number = page.locator("main .queue h2").first.inner_text()
    desk.press(f"Ta {number[0].lower()}{number[1:]}")
    page.wait_for_url("**/open?to=**")
    tab_to_field(page, "reason")
    page.keyboard.press("Space")
    tab_to_field(page, "words")
    if page.locator("[name=facts]").count():  # the facts behind a flag are asked for apart
        tab_to_field(page, "facts")
        page.keyboard.press("Space")
    desk.press("Åpne saken")
    page.wait_for_url("**/desk/cases/*")
    expect(page.locator("h1")).to_have_text(number)

    desk.press("Utkast for avslag")
    page.wait_for_url("**draft=refused**")
    tab_to_field(page, "outcome")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")  # grant, and back to refuse
    assert page.locator("input[value=refused]").is_checked()
    tab_to_field(page, "reason")
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\nLønnsslippene viser det samme som skatteoppgjøret.")
    desk.press("Gjør vedtak og send brev")
    page.wait_for_load_state()
    letter = page.locator("main .letter")
    expect(letter).to_contain_text("Lønnsslippene viser det samme")
    expect(letter).to_contain_text("Vi avslår søknaden fordi:")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.tab_to("Brevet som PDF")
    assert page.evaluate(FOCUS_SHOWS)
