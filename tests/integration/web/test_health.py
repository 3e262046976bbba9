"""Alive and ready are two things: with the database away a process says it is alive, and takes no people."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from aiohttp.test_utils import unused_port
from site_under_test import Site

from assistant.store import Database
from assistant.web.parts import PARTS

SECRET = "what the registers and we agreed"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_with_the_database_away(site: Site) -> None:
    browser = site.browser()
    assert (await browser.get("/health/ready")).status == 200
    assert "varde_database_up 1.0" in await (await browser.get("/metrics")).text()
    away = Database(f"postgresql+psycopg://nobody@127.0.0.1:{unused_port()}/none")
    parts = site.app[PARTS]
    site.app._state[PARTS] = replace(parts, database=away)  # the site is frozen while it serves
    try:
        assert (await browser.get("/health/ready")).status == 503
        assert (await browser.get("/health/live")).status == 200
        said = await (await browser.get("/metrics")).text()
        assert "varde_database_up 0.0" in said
        assert "varde_requests_total" in said
        event = json.dumps({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": {}})
        at = str(int(parts.wall_clock().timestamp()))
        made = hmac.new(SECRET.encode(), f"{at}.{event}".encode(), hashlib.sha256).hexdigest()
        signed = {"X-Varde-Timestamp": at, "X-Varde-Signature": f"sha256={made}"}
        headers = {"Content-Type": "application/cloudevents+json", **signed}
        sent = await browser.http.post(f"{browser.base}/events", data=event, headers=headers)
        assert sent.status == 503  # nothing is acknowledged that is not kept
    finally:
        site.app._state[PARTS] = parts
        await away.close()
