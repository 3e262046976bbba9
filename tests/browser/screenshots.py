"""Pictures for the documentation, taken by the tests on their way when VARDE_SCREENSHOTS=1."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WANTED = os.environ.get("VARDE_SCREENSHOTS", "") == "1"


def picture(page: Page, name: str, *, height: int = 0) -> None:
    """What the page shows now. `height`: that many pixels from its top instead of what the window shows."""
    if not WANTED:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    assert size is not None
    if height:
        page.set_viewport_size({"width": size["width"], "height": height})
    page.evaluate("document.fonts.ready")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")
    if height:
        page.set_viewport_size(size)
