"""Notices in the browser: the switch on one's own page, and the script that shows them (web push, RFC 8030)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import hdrs, web

from assistant.guidance.push_rows import Browser, forget_browsers_of, keep_browser
from assistant.hooks.addresses import LONGEST_URL, NotAllowed, checked_url
from assistant.twin import Use, log_usage
from assistant.web.faults import BadRequest
from assistant.web.forms import read_form
from assistant.web.pages.me_reading import Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect
from assistant.web.routing import PUBLIC, RESIDENT, Route
from channels.push_crypto import UnusableKeys, browser_key

WORKER = Path(__file__).parent.parent / "static" / "push.js"
PURPOSE = "to choose notices in the browser"
BASIS = "personvernforordningen artikkel 6 nr. 1 bokstav a"
BACK = "/me/control?saved=push#push"


def routes(parts: Parts) -> list[Route]:
    """None where web push is not set up."""
    if not parts.config.push.contact:
        return []
    body = WORKER.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    async def worker(request: web.Request) -> web.StreamResponse:
        """At the top of the site: a worker rules only what lies under it. Browsers ask for it anew by themselves."""
        headers = {hdrs.ETAG: tag, hdrs.CACHE_CONTROL: "no-cache"}
        if tag in request.headers.get(hdrs.IF_NONE_MATCH, ""):
            return web.Response(status=304, headers=headers)
        script = {hdrs.CONTENT_TYPE: "text/javascript; charset=utf-8"}
        return web.Response(body=body, headers=headers | script)

    return [
        Route("GET", "/push.js", worker, PUBLIC),
        Route("POST", "/me/control/push", switch_on, RESIDENT),
        Route("POST", "/me/control/push/off", switch_off, RESIDENT),
    ]


async def switch_on(request: web.Request) -> web.StreamResponse:
    """Take where this browser takes push messages. The address must be one we may send to."""
    parts, me, form = request.app[PARTS], me_of(request), await read_form(request)
    browser = Browser(
        form.required("endpoint", limit=LONGEST_URL),
        form.required("p256dh", limit=100),
        form.required("auth", limit=40),
    )
    try:
        checked_url(browser.endpoint, this_machine=parts.config.webhooks.allow_this_machine)
        browser_key(browser.p256dh, browser.auth)
    except NotAllowed as refused:
        raise BadRequest(str(refused)) from None
    except UnusableKeys as refused:
        raise BadRequest(f"the browser's keys: {refused}") from None
    async with parts.database.begin() as tx:
        await keep_browser(tx, parts.identities.keys, me.person_id, browser, me.now)
        await log_usage(tx, [_choosing(me)], me.now)
    return redirect(BACK)


async def switch_off(request: web.Request) -> web.StreamResponse:
    """No more notices in any browser."""
    parts, me = request.app[PARTS], me_of(request)
    await read_form(request)
    async with parts.database.begin() as tx:
        await forget_browsers_of(tx, me.person_id)
        await log_usage(tx, [_choosing(me)], me.now)
    return redirect(BACK)


def _choosing(me: Me) -> Use:
    return Use(me.person_id, "person", me.person_id, "used", PURPOSE, BASIS, ("push_browser",))
