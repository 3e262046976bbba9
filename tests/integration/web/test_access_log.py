"""The access log says what was answered, and nothing of whom it was about."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog
from site_under_test import Site

from assistant import journal

CANARY = "31922012300"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    stream = io.StringIO()
    journal.configure(stream)
    yield stream
    structlog.configure(**before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_each_answer_is_a_line_with_its_route_and_without_its_query(
    site: Site, written: io.StringIO
) -> None:
    browser = site.browser()
    await browser.get(f"/?name={CANARY}&token=Kari", headers={"Referer": f"https://kommune.example/{CANARY}"})
    await browser.get(f"/nobody/{CANARY}/kari")
    await browser.get(f"/static/{CANARY}/kari.js")
    await browser.get("/logged-out", headers={"User-Agent": "Kari"})
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    answered = [line for line in lines if line["event"] == "web.answered"]
    assert [(line["method"], line["route"], line["status"]) for line in answered] == [
        ("GET", "/", 200),
        ("GET", "none", 404),
        ("GET", answered[2]["route"], 404),
        ("GET", "/logged-out", 200),
    ]
    assert all(line["milliseconds"] >= 0 for line in answered)
    assert CANARY not in written.getvalue()
    assert "kari" not in written.getvalue().lower()
    assert "127.0.0.1" not in "".join(json.dumps(line) for line in answered)
