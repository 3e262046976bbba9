"""The document that comes with a claim that something is wrong: read from the form, checked, kept, and shown."""

from __future__ import annotations

from typing import Any

import structlog
from aiohttp import web

from assistant.documents import MOST_BYTES, About, Checked, Refused, ScannerSilent
from assistant.mydata import DataRequest
from assistant.processes.filing import FIELD, kind_text, size_text
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.web.faults import Unavailable
from assistant.web.forms import read_form
from assistant.web.limits import LIMITS
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import text
from assistant.web.uploads import MULTIPART, Posted, read_upload
from assistant.web.visitor import visitor_of

log = structlog.get_logger()

TOPIC = "request"
"""What such a document is about: the request says the rest."""

_MEGABYTES = str(MOST_BYTES // 1024 // 1024)


async def read_claim(request: web.Request) -> Posted:
    """The form, with the file where the page had a field for one: it has when the claim can be sent."""
    if request.content_type != MULTIPART:
        return Posted(await read_form(request))
    session = visitor_of(request).session
    assert session is not None
    request.app[LIMITS].uploads.take(session.hex())
    return await read_upload(request, FIELD)


async def checked(request: web.Request, posted: Posted) -> Checked | None:
    """The file, looked through; None where none was chosen. Raises Refused, and Unavailable of a silent scanner.

    Call it outside a transaction, and only of a claim that may be made.
    """
    if posted.too_large:
        raise Refused("too_large")
    if posted.file is None:
        return None
    try:
        return await request.app[PARTS].documents.check(posted.file)
    except ScannerSilent as silent:
        log.warning("documents.scanner_silent", reason=str(silent))
        raise Unavailable(text(request, "documents.scanner_silent")) from None


def not_taken(why: Refused, language: str) -> str:
    """Why the file was not taken, and the way out."""
    log.info("documents.refused", reason=why.fault)
    return word("errors", f"file_{why.fault}", language, megabytes=_MEGABYTES)


async def keep(parts: Parts, tx: Transaction, made: DataRequest, file: Checked, name: str) -> None:
    """Keep the file with the request it came with."""
    about = About(made.person_id, made.subject_id, made.municipality, TOPIC, request_id=made.id)
    await parts.documents.keep(tx, file, name, about, made.received_at)


def field(language: str) -> dict[str, Any]:
    """What the field for a file says."""
    return {
        "name": FIELD,
        "help": word("fields", "file_help", language, megabytes=_MEGABYTES),
        "most_bytes": MOST_BYTES,
        "too_large": word("errors", "file_too_large", language, megabytes=_MEGABYTES),
    }


async def listed(parts: Parts, tx: Transaction, request_id: str, language: str) -> list[dict[str, Any]]:
    """The documents of a request, as its page shows them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "kind": kind_text(one),
            "size": size_text(one.size, language),
        }
        for one in await parts.documents.of_request(tx, request_id)
    ]
