"""The push channel as it is set up: to public addresses alone, and a browser that is gone is forgotten."""

from __future__ import annotations

from assistant.config import Clock, Config
from assistant.guidance.push_rows import forget_browser
from assistant.hooks.sending import Sender
from assistant.store import Database
from channels.push import PushChannel, PushSettings
from channels.push_crypto import VapidKey


def push_channel(
    config: Config, key: VapidKey, database: Database, sender: Sender, wall_clock: Clock
) -> PushChannel:
    """`wall_clock`: what the time really is, which push services hold us to."""

    async def forget(browser_id: str) -> None:
        async with database.begin() as tx:
            await forget_browser(tx, browser_id)

    return PushChannel(PushSettings(key, config.push.contact), sender.send, forget, wall_clock)
