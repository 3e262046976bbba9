"""Posting the demonstration's events as a register's own system would: over HTTP, once their people are known."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog

from assistant.assembly import Assistant
from assistant.demo.belongings import people_in
from assistant.events.cloudevents import BATCH
from assistant.web.pages.events import signature

log = structlog.get_logger()

PATIENCE_SECONDS = 0.5


@asynccontextmanager
async def telling(
    assistant: Assistant, base: str, events: Sequence[Mapping[str, Any]]
) -> AsyncIterator[None]:
    """Post the events when everybody they speak of is met: of strangers the assistant keeps nothing."""
    task = asyncio.create_task(_tell(assistant, base, events))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _tell(assistant: Assistant, base: str, events: Sequence[Mapping[str, Any]]) -> None:
    names = [("national_id", number) for number in people_in(events)]
    while True:
        async with assistant.database.read() as tx:
            if len(await assistant.parts.identities.find_all(tx, names)) == len(names):
                break
        await asyncio.sleep(PATIENCE_SECONDS)
    body = json.dumps(list(events), ensure_ascii=False).encode()
    headers = {"Content-Type": BATCH}
    if secrets := assistant.config.event_secrets:
        timestamp = str(int(assistant.parts.wall_clock().timestamp()))
        code = signature(secrets[0].get_secret_value(), timestamp, body)
        headers |= {"X-Varde-Timestamp": timestamp, "X-Varde-Signature": code}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{base}/events", data=body, headers=headers) as answer,
    ):
        log.info("demo.belongings_told", status=answer.status, events=len(events))
