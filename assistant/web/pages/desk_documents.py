"""The documents of a case at the desk: what has been sent, and each handed out to who has opened the case."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from assistant.casework.case_rows import Case
from assistant.casework.errands import errand_of
from assistant.processes.filing import kind_text, size_text
from assistant.store import Transaction
from assistant.twin import Use, log_usage
from assistant.web.faults import Denied, NotHere
from assistant.web.handing_out import hand_out
from assistant.web.pages.desk_access import case_to_handle
from assistant.web.parts import PARTS, Parts
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

PURPOSE = "to handle case"
ELSEWHERE = "to read a document of another municipality's case"


def routes(parts: Parts) -> list[Route]:
    return [Route("GET", f"/desk/documents/{{document_id:{ID}}}", read, STAFF("case_worker"))]


async def listed(parts: Parts, tx: Transaction, opened: Case, language: str) -> dict[str, Any]:
    """What the page of a case says of its documents: `documents`, and whether files are looked through."""
    found = await parts.documents.of_case(tx, opened.id)
    return {
        "documents": [
            {
                "id": one.id,
                "name": one.name,
                "topic": one.topic,
                "kind": kind_text(one),
                "size": size_text(one.size, language),
                "sent_at": one.sent_at,
            }
            for one in found
        ],
        "are_scanned": parts.documents.are_scanned,
    }


async def read(request: web.Request) -> web.StreamResponse:
    """One file, to be saved; the reading is in the logs of who sent it and whom it is about.

    Who has not said today why they open the case is asked first, as for the case itself.
    """
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.begin() as tx:
        found = await parts.documents.find(tx, request.match_info["document_id"])
        if found is None:
            raise NotHere("document")
        if found.case_id is None or found.municipality != visitor.municipality:
            raise Denied(found.person_id, purpose=PURPOSE)  # not sent yet: its sender's alone
        opened = await case_to_handle(request, tx, found.case_id)
        await _log_reading(parts, tx, visitor, opened)
        content = await parts.documents.content_of(tx, found)
    return hand_out(request, found, content)


async def _log_reading(parts: Parts, tx: Transaction, visitor: Visitor, opened: Case) -> None:
    law = errand_of(opened.kind).automation
    uses = [
        Use(
            subject_id=subject,
            actor_kind="staff",
            actor=visitor.staff or "",
            action="read",
            purpose=f"to handle case {opened.number}",
            basis=f"{law.act} {law.section}",
            concepts=("document",),
        )
        for subject in sorted({opened.person_id, opened.subject_id})
    ]
    await log_usage(tx, uses, parts.clock())
