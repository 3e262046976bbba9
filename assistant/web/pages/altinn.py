"""What Altinn asks before a second notice: has the person still not opened what the first was about?

Send condition of Altinn Notifications: a GET that answers `{"sendNotification": true}` or false. The address holds
the message's random id, and the answer says nothing of whose it is or what it is about.
"""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select

from assistant.store.tables import guidance, message
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import ID, PUBLIC, Route


def routes(parts: Parts) -> list[Route]:
    """Nothing to ask where no notice goes through Altinn."""
    if "altinn" not in (parts.config.email.through, parts.config.sms.through):
        return []
    return [Route("GET", f"/altinn/unread/{{message_id:{ID}}}", unread, PUBLIC)]


async def unread(request: web.Request) -> web.StreamResponse:
    """False also for a message that was taken back, and for an id nobody has."""
    about = select(message.c.guidance_id).where(message.c.id == request.match_info["message_id"])
    question = (
        select(message.c.read_at)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(message.c.guidance_id.in_(about), guidance.c.withdrawn_at.is_(None))
    )
    async with request.app[PARTS].database.read() as tx:
        rows = await tx.all(question)
    return json_answer({"sendNotification": bool(rows) and all(row["read_at"] is None for row in rows)})
