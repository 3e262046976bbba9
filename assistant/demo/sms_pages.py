"""The page of the demonstration's SMS gateway: its texts, answering them, and how it is to misbehave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from assistant.demo.sms_gateway import DELIVERED, Misbehaviour, Mischief, ReceiptPlan, SmsGatewayServer
from assistant.web.forms import read_form
from assistant.web.rendering import redirect, render
from assistant.web.routing import PUBLIC, Route

MOODS: Mapping[str, tuple[Mischief | None, ReceiptPlan]] = {
    "good": (None, DELIVERED),
    "busy": ("busy", DELIVERED),
    "broken": ("broken", DELIVERED),
    "take_and_drop": ("take_and_drop", DELIVERED),
    "not_arrived": (None, (("failed", 0.0),)),
    "twice_and_late": (None, (("delivered", 2.0), ("failed", 1.0), ("delivered", 0.5))),
}
"""What the gateway can be asked to do: how the next text is met, and what each is told of afterwards."""


def sms_routes(gateway: SmsGatewayServer) -> list[Route]:
    """Anybody may see and answer: everybody is made up."""

    async def outbox(request: web.Request) -> web.StreamResponse:
        texts = [
            {"sms": sent, "received_at": datetime.fromisoformat(sent.received_at)}
            for sent in gateway.outbox()
        ]
        told, mood = request.query.get("told", ""), mood_of(gateway)
        context = {"texts": texts, "told": told, "moods": list(MOODS), "mood": mood}
        return render(request, "mailbox/sms.html", context)

    async def answer(request: web.Request) -> web.StreamResponse:
        """Answer a text from the telephone it went to."""
        form = await read_form(request)
        text_id, text = form.required("id", limit=60), form.required("text", limit=160)
        taken = await gateway.reply(text_id, text)
        return redirect(f"/demo/sms?told={'answered' if taken else 'not_answered'}#told")

    async def choose_mood(request: web.Request) -> web.StreamResponse:
        """Let the gateway misbehave with the next text, or behave."""
        form = await read_form(request)
        kind, gateway.receipts = MOODS[form.required("mood", one_of=tuple(MOODS))]
        gateway.misbehaviour = None if kind is None else Misbehaviour(kind, seconds=10)
        return redirect("/demo/sms?told=mood#told")

    return [
        Route("GET", "/demo/sms", outbox, PUBLIC),
        Route("POST", "/demo/sms/answer", answer, PUBLIC),
        Route("POST", "/demo/sms/mood", choose_mood, PUBLIC),
    ]


def mood_of(gateway: SmsGatewayServer) -> str:
    """The mood the gateway is in; what it was to do with the next text is over once it has done it."""
    wanted = gateway.misbehaviour
    kind = wanted.kind if wanted is not None and wanted.times > 0 else None
    return next((mood for mood, of_it in MOODS.items() if of_it == (kind, gateway.receipts)), "good")
