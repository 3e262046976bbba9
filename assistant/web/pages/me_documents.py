"""Documents a resident sends with an errand: another file, one taken back, one read again by its sender."""

from __future__ import annotations

import structlog
from aiohttp import web

from assistant.documents import Refused, ScannerSilent, TooMany
from assistant.processes import NoSuchDocument, NotOpen, NotYours, Sending, Shown
from assistant.processes.filing import FIELD
from assistant.processes.sending import PURPOSE
from assistant.web.faults import BadRequest, Conflict, Denied, NotHere, Unavailable
from assistant.web.handing_out import hand_out
from assistant.web.limits import LIMITS
from assistant.web.pages.me_errands import page_of
from assistant.web.pages.me_reading import Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, text
from assistant.web.routing import ID, RESIDENT, Route
from assistant.web.uploads import Posted, read_upload
from assistant.web.visitor import visitor_of

log = structlog.get_logger()

ACTIONS = ("send", "next", "back")


def routes(parts: Parts) -> list[Route]:
    documents = f"/me/errands/{{errand_id:{ID}}}/documents"
    return [
        Route("POST", documents, send, RESIDENT),
        Route("POST", f"{documents}/{{document_id:{ID}}}/removal", remove, RESIDENT),
        Route("GET", f"/me/documents/{{document_id:{ID}}}", read, RESIDENT),
    ]


async def send(request: web.Request) -> web.StreamResponse:
    """Take a file, if one is chosen, and go on to where the button leads: a file is never lost on the way."""
    parts, me = request.app[PARTS], me_of(request)
    _keep_to_limit(request)
    posted = await read_upload(request, FIELD)
    topic = posted.form.required("topic", limit=60)
    action = posted.form.text("action") or "send"
    if action not in ACTIONS:
        raise BadRequest(f"action: must be one of {', '.join(ACTIONS)}")
    errand_id = request.match_info["errand_id"]
    try:
        if posted.file is not None or posted.too_large:
            await _keep(parts, me, errand_id, topic, posted)
        elif action == "send":
            raise Refused("missing")
        shown = await _go_on(parts, me, errand_id, posted.form.text("step", limit=200), action)
    except (Refused, TooMany) as why:
        shown = await _not_taken(request, parts, me, errand_id, topic, why)
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    except NoSuchDocument:
        raise NotHere("topic") from None
    except NotOpen:
        raise Conflict(text(request, "me.not_open")) from None
    except ScannerSilent as silent:
        log.warning("documents.scanner_silent", reason=str(silent))
        raise Unavailable(text(request, "documents.scanner_silent")) from None
    if shown is None:
        return redirect(f"/me/errands/{errand_id}{'#files' if action == 'send' else ''}")
    return page_of(request, shown, status=413 if posted.too_large else 422)


async def _keep(parts: Parts, me: Me, errand_id: str, topic: str, posted: Posted) -> None:
    """Check it before anything is written: the scanner is asked outside the transaction."""
    if posted.too_large or posted.file is None:
        raise Refused("too_large")
    async with parts.database.begin() as tx:  # whose is it? A stranger's file is not even looked at
        await parts.processes.mine(tx, errand_id, me.person_id, me.now)
    checked = await parts.documents.check(posted.file)
    async with parts.database.begin() as tx:
        await Sending(parts.processes).send(tx, errand_id, me.person_id, topic, checked, posted.name, me.now)


async def _go_on(parts: Parts, me: Me, errand_id: str, step: str, action: str) -> Shown | None:
    """What the button does besides: the next step or the one before. The step, where it is not done yet."""
    processes = parts.processes
    async with parts.database.begin() as tx:
        if action == "back":
            await processes.back(tx, errand_id, me.person_id, me.language, me.now)
        elif action == "next":
            shown = await processes.answer(tx, errand_id, me.person_id, step, {}, me.language, me.now)
            return shown if shown.refused else None
    return None


async def _not_taken(
    request: web.Request, parts: Parts, me: Me, errand_id: str, topic: str, why: Refused | TooMany
) -> Shown:
    log.info("documents.refused", reason=why.fault if isinstance(why, Refused) else "too_many")
    try:
        async with parts.database.begin() as tx:
            return await Sending(parts.processes).not_taken(
                tx, errand_id, me.person_id, topic, why, me.language, me.now
            )
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    except NoSuchDocument:
        raise NotHere("topic") from None


async def remove(request: web.Request) -> web.StreamResponse:
    """Take a file back before the errand is sent."""
    parts, me = request.app[PARTS], me_of(request)
    errand_id, document_id = request.match_info["errand_id"], request.match_info["document_id"]
    try:
        async with parts.database.begin() as tx:
            await Sending(parts.processes).remove(tx, errand_id, me.person_id, document_id, me.now)
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    except NotOpen:
        raise Conflict(text(request, "me.not_open")) from None
    return redirect(f"/me/errands/{errand_id}#files")


async def read(request: web.Request) -> web.StreamResponse:
    """A file its sender sent, to be saved."""
    parts, me = request.app[PARTS], me_of(request)
    try:
        async with parts.database.begin() as tx:
            found, content = await Sending(parts.processes).read(
                tx, me.person_id, request.match_info["document_id"], me.now
            )
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    except NoSuchDocument:
        raise NotHere("document") from None
    return hand_out(request, found, content)


def _keep_to_limit(request: web.Request) -> None:
    session = visitor_of(request).session
    assert session is not None
    request.app[LIMITS].uploads.take(session.hex())
