"""Pages that show what the demonstration's mail server and SMS gateway have received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from assistant.demo.mailbox import Mailbox
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.web.faults import NotHere
from assistant.web.parts import Parts
from assistant.web.rendering import render
from assistant.web.routing import PUBLIC, Route

MAIL = "[0-9a-f]{32}"


def mailbox_routes(mailbox: Mailbox, gateway: SmsGatewayServer) -> Callable[[Parts], list[Route]]:
    """The routes, for an `Extension`; its templates are in demo/templates, its texts in demo/texts.

    Anybody may read them: they stand only where there is a demonstration, with made-up people.
    """

    async def inbox(request: web.Request) -> web.StreamResponse:
        recipient = request.query.get("to", "")
        mails = await asyncio.to_thread(mailbox.listed, recipient)
        return render(request, "mailbox/inbox.html", {"mails": mails, "recipient": recipient})

    async def one_mail(request: web.Request) -> web.StreamResponse:
        mail = await asyncio.to_thread(mailbox.one, request.match_info["mail"])
        if mail is None:
            raise NotHere("mail")
        return render(request, "mailbox/mail.html", {"mail": mail, "paragraphs": paragraphs(mail.text)})

    async def outbox(request: web.Request) -> web.StreamResponse:
        texts = [
            {"sms": sent, "received_at": datetime.fromisoformat(sent.received_at)}
            for sent in gateway.outbox()
        ]
        return render(request, "mailbox/sms.html", {"texts": texts})

    def routes(parts: Parts) -> list[Route]:
        return [
            Route("GET", "/demo/mailbox", inbox, PUBLIC),
            Route("GET", f"/demo/mailbox/{{mail:{MAIL}}}", one_mail, PUBLIC),
            Route("GET", "/demo/sms", outbox, PUBLIC),
        ]

    return routes


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text.

    >>> paragraphs('Hei.\\n\\nLogg inn.\\n')
    ['Hei.', 'Logg inn.']
    """
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
