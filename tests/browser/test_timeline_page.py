"""The page of a family's years, opened from a file in a real browser: for everybody, on every screen, by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from accessibility import DESKTOP, SMALL, faults_of
from playwright.sync_api import Browser

from assistant.timeline import as_page, read_family
from rules import Catalogue
from rules.life_timeline import life_timeline

FILE = Path(__file__).parents[2] / "docs" / "examples" / "family.json"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_is_for_everybody(browser: Browser, language: str, colours: str, tmp_path: Path) -> None:
    catalogue = Catalogue.load()
    family = read_family(FILE.read_text(), "family.json", catalogue)
    days = life_timeline(catalogue, family.members, date(2026, 9, 1), date(2044, 1, 1), family.settings)
    path = tmp_path / "family.html"
    path.write_text(as_page(days, [one.name for one in family.members], language), encoding="utf-8")
    asked: list[str] = []
    page = browser.new_page(color_scheme=colours)  # type: ignore[arg-type]
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert faults_of(page, "timeline", language, [DESKTOP, SMALL]) == []
    assert asked == [path.as_uri()]
    page.close()
