"""A process that dies between the receiver's answer and our note of it: the event comes again, under the same id."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from aiohttp import web
from receiving import Post, Receiver

from assistant.store import Database
from assistant.store.columns import to_json

WORKER = """
import asyncio, json, sys
from datetime import datetime
from receiving import Post
from assistant.store import Database, IdentityKeys

async def main(url, keys, now):
    current, encryption, lookup = json.loads(keys)
    keys = IdentityKeys(current, {k: bytes.fromhex(v) for k, v in encryption.items()}, bytes.fromhex(lookup))
    post = Post(Database(url), now=datetime.fromisoformat(now), keys=keys)
    await post.work.run_until_idle()

asyncio.run(main(*sys.argv[1:]))
"""


class Killing(Receiver):
    """Takes the first delivery and kills who sent it before it hears so."""

    victim: asyncio.subprocess.Process | None = None

    async def _take(self, request: web.Request) -> web.Response:
        answer = await super()._take(request)
        if self.victim is not None:
            os.kill(self.victim.pid, signal.SIGKILL)
            await self.victim.wait()
            self.victim = None
        return answer


async def test_it_is_delivered_again_with_the_same_id(database: Database) -> None:
    async with Killing() as receiver:
        post = Post(database)
        await post.subscribe(receiver.url)
        event_id = await post.happens("case-1")
        keys = [
            post.keys.current,
            {k: v.hex() for k, v in post.keys.encryption.items()},
            post.keys.lookup.hex(),
        ]
        here = Path(__file__).parent
        root = here.parents[2]
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WORKER,
            database.url.render_as_string(hide_password=False),
            json.dumps(keys),
            post.now.isoformat(),
            env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{here}"},
        )
        receiver.victim = started
        assert await started.wait() == -signal.SIGKILL
        assert len(receiver.got) == 1
        assert [(row["state"], row["attempts"]) for row in await post.deliveries()] == [("waiting", 1)]
        if database.is_sqlite:
            await post.work.reclaim()
        await post.forward(seconds=61)  # the lease of the dead is over
        assert [event["id"] for event in receiver.events] == [event_id] * 2
        assert len({to_json(event) for event in receiver.events}) == 1
        assert [(row["state"], row["attempts"]) for row in await post.deliveries()] == [("taken", 2)]
