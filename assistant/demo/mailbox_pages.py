"""Pages that show what the demonstration's mail server and SMS gateway have received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast, get_args

import aiosmtplib
from aiohttp import web

from assistant.demo.mailbox import Mailbox, Misbehaviour, Mischief
from assistant.demo.returning import bounce, complaint, send_back
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.demo.sms_pages import sms_routes
from assistant.web.faults import NotHere, Unavailable
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import PUBLIC, Route

MAIL = "[0-9a-f]{32}"
NO_MISCHIEF = "none"
MOODS = (NO_MISCHIEF, *get_args(Mischief))


def mailbox_routes(mailbox: Mailbox, gateway: SmsGatewayServer) -> Callable[[Parts], list[Route]]:
    """The routes, for an `Extension`; its templates are in demo/templates, its texts in demo/texts.

    Anybody may read them: they stand only where there is a demonstration, with made-up people.
    """

    async def inbox(request: web.Request) -> web.StreamResponse:
        recipient = request.query.get("to", "")
        mails = await asyncio.to_thread(mailbox.listed, recipient)
        mood = mailbox.misbehaviour
        context = {
            "mails": mails,
            "recipient": recipient,
            "moods": [(one, text(request, f"mailbox.mood_{one}")) for one in MOODS],
            "mood": mood.kind if mood is not None and mood.times > 0 else NO_MISCHIEF,
        }
        return render(request, "mailbox/inbox.html", context)

    async def set_mood(request: web.Request) -> web.StreamResponse:
        """Have the server fail the next message in some way; or none."""
        form = await read_form(request)
        kind = form.required("mood", one_of=MOODS)
        mailbox.misbehaviour = None if kind == NO_MISCHIEF else Misbehaviour(cast(Mischief, kind))
        return redirect("/demo/mailbox")

    async def one_mail(request: web.Request) -> web.StreamResponse:
        mail = await asyncio.to_thread(mailbox.one, request.match_info["mail"])
        if mail is None:
            raise NotHere("mail")
        context = {
            "mail": mail,
            "paragraphs": paragraphs(mail.text),
            "returnable": bool(request.app[PARTS].config.email.returned.address)
            and "+" in mail.envelope_sender,
            "sent_back": request.query.get("back", ""),
        }
        return render(request, "mailbox/mail.html", context)

    async def back(request: web.Request) -> web.StreamResponse:
        """Send a message back to who sent it: nobody has that address, or its reader does not want it."""
        what = (await read_form(request)).required("what", one_of=("bounce", "complaint"))
        mail = await asyncio.to_thread(mailbox.one, request.match_info["mail"])
        if mail is None:
            raise NotHere("mail")
        original = await asyncio.to_thread(mailbox.content, mail.id)
        report = bounce(mail, original) if what == "bounce" else complaint(mail, original)
        try:
            await send_back(report, mail.envelope_sender, request.app[PARTS].config.email.returned.port)
        except (aiosmtplib.SMTPException, OSError):
            raise Unavailable(retry_after=5) from None
        return redirect(f"/demo/mailbox/{mail.id}?back={what}")

    def routes(parts: Parts) -> list[Route]:
        return [
            Route("GET", "/demo/mailbox", inbox, PUBLIC),
            Route("POST", "/demo/mailbox", set_mood, PUBLIC),
            Route("GET", f"/demo/mailbox/{{mail:{MAIL}}}", one_mail, PUBLIC),
            Route("POST", f"/demo/mailbox/{{mail:{MAIL}}}", back, PUBLIC),
            *sms_routes(gateway),
        ]

    return routes


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text.

    >>> paragraphs('Hei.\\n\\nLogg inn.\\n')
    ['Hei.', 'Logg inn.']
    """
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
