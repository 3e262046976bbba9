"""A document that came with a request about data, handed out at the desk of the municipality that answers it."""

from __future__ import annotations

from aiohttp import web

from assistant.mydata.asking import ARTICLE
from assistant.twin import Use, log_usage
from assistant.web.faults import Denied, NotHere
from assistant.web.handing_out import hand_out
from assistant.web.pages.desk_requests import request_to_handle
from assistant.web.parts import PARTS, Parts
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of

ELSEWHERE = "to handle a data request of another municipality"


def routes(parts: Parts) -> list[Route]:
    path = f"/desk/requests/documents/{{document_id:{ID}}}"
    return [Route("GET", path, read, STAFF("case_worker"))]


async def read(request: web.Request) -> web.StreamResponse:
    """One file, to be saved; the reading is in the logs of who sent it and whom it is about."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.begin() as tx:
        found = await parts.documents.find(tx, request.match_info["document_id"])
        if found is None:
            raise NotHere("document")
        if found.request_id is None or found.municipality != visitor.municipality:
            raise Denied(found.person_id, purpose=ELSEWHERE)
        asked, withheld = await request_to_handle(request, tx, found.request_id)
        if withheld:
            raise NotHere("document")  # it would tell what the municipality is not to see
        purpose, law = f"to handle data request {asked.number}", ARTICLE[asked.kind]
        people = sorted({asked.person_id, asked.subject_id})
        uses = [Use(one, "staff", visitor.staff or "", "read", purpose, law, ("document",)) for one in people]
        await log_usage(tx, uses, parts.clock())
        content = await parts.documents.content_of(tx, found)
    return hand_out(request, found, content)
