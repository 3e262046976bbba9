"""The twin at the keyboard and on a small screen: every box is reached in order, and opens what it stands for."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from visiting import Visit

BOXES = "main svg.twin-picture.{how} a"


def test_every_box_is_reached_and_opened_with_the_keyboard_alone(visitor: Callable[..., Visit]) -> None:
    visit = visitor("nb")
    page = visit.page
    for width, how, other in ((1280, "wide", "narrow"), (320, "narrow", "wide")):
        page.set_viewport_size({"width": width, "height": 900})
        if how == "wide":
            visit.log_in("sofie")
        visit.go("/me/twin")
        boxes = page.locator(BOXES.format(how=how))
        count = boxes.count()
        assert count >= 4
        expect(page.locator(BOXES.format(how=other)).first).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") == width

        page.locator("form.twin-day button").focus()
        reached = []
        for _ in range(count):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.href.baseVal ?? ''"))
        assert reached == [one.get_attribute("href") for one in boxes.all()]
        assert len(set(reached)) == count

        page.keyboard.press("Enter")
        page.wait_for_url("**node=**")
        key = reached[-1].partition("#")[2]
        expect(page.locator(f"details[id='{key}']")).to_have_attribute("open", "")
        expect(page.locator(f"details[id='{key}'] > summary")).to_be_in_viewport()
        assert page.locator("main details[open]").count() == 1


def test_each_box_lies_within_the_picture_and_its_words_within_the_box(visitor: Callable[..., Visit]) -> None:
    visit = visitor("nb")
    visit.log_in("sofie")
    for width, how in ((1280, "wide"), (320, "narrow")):
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.go("/me/twin")
        outside = visit.page.evaluate(
            """(how) => [...document.querySelectorAll(`svg.twin-picture.${how} a`)].filter((box) => {
              const frame = box.querySelector('rect').getBoundingClientRect();
              return [...box.querySelectorAll('text')].some((words) => {
                const at = words.getBoundingClientRect();
                return at.right > frame.right || at.bottom > frame.bottom || at.left < frame.left;
              });
            }).map((box) => box.textContent)""",
            how,
        )
        assert outside == []
