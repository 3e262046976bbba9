"""What every page must be: without an axe finding, no wider than a small screen, titled and structured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
DESKTOP = {"width": 1280, "height": 900}
SMALL = {"width": 320, "height": 640}
"""320 CSS pixels: what is left of a screen at 400 % (WCAG 2.1, success criterion 1.4.10)."""

STRUCTURE = """() => ({
  headings: document.querySelectorAll('h1').length,
  title: document.title.trim(),
  lang: document.documentElement.lang,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  widest: [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.scroll, pre, svg')).slice(0, 3).map((e) => `${e.localName}.${e.className}`),
})"""


@cache
def _axe() -> str:
    return AXE.read_text()


def _violations(page: Page) -> list[str]:
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_axe())
    found = page.evaluate("(rules) => axe.run(document, rules)", RULES)
    return [
        f"{one['id']}: {one['help']} at {node['target']}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def faults_of(
    page: Page,
    name: str,
    language: str,
    sizes: Sequence[Mapping[str, int]],
    axe_at: Sequence[Mapping[str, int]] | None = None,
) -> list[str]:
    """All that is wrong with the page as it stands, on screens of those sizes; axe looks at all, or at `axe_at`."""
    faults: list[str] = []
    for size in sizes:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        is_so = page.evaluate(STRUCTURE)
        if is_so["headings"] != 1:
            faults.append(f"has {is_so['headings']} h1")
        if not is_so["title"]:
            faults.append("has no title")
        if is_so["lang"] != language:
            faults.append(f"says it is in {is_so['lang']!r}, not {language!r}")
        if is_so["wide"] > 0:
            faults.append(f"scrolls sideways by {is_so['wide']} px at {size['width']}: {is_so['widest']}")
        if axe_at is None or size in axe_at:
            faults += [f"{violation} at {size['width']} px" for violation in _violations(page)]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return [f"{name}: {fault}" for fault in faults]
