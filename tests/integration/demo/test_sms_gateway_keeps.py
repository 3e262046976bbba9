"""The demonstration's gateway keeps every text it has taken, however many come at once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp

from assistant.demo.sms_gateway import SmsGatewayServer

TOKEN = "token-of-the-test"


async def test_texts_that_come_at_once_are_all_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sms.json"
    async with SmsGatewayServer(file, TOKEN) as gateway, aiohttp.ClientSession() as http:

        async def sent(number: int) -> int:
            body = {
                "recipient": "+4799999999",
                "sender": "Varde",
                "text": "Hei",
                "encoding": "gsm7",
                "segments": 1,
            }
            headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": f"text {number}"}
            async with http.post(gateway.url, json=body, headers=headers) as answer:
                return answer.status

        assert set(await asyncio.gather(*[sent(number) for number in range(30)])) == {201}
    async with SmsGatewayServer(file, TOKEN) as again:
        assert len(again.outbox()) == 30
    assert os.listdir(tmp_path) == ["sms.json"]
