"""A letter as a PDF answer: made from the HTML that was sent, in a thread, never kept by the browser."""

from __future__ import annotations

import asyncio

from aiohttp import web

from assistant.casework.case_rows import Case, Decision
from assistant.casework.letter_pdf import pdf_of
from assistant.config import local_date
from assistant.twin import Municipality


async def pdf_answer(made: Decision, about: Case, home: Municipality | None) -> web.StreamResponse:
    """The PDF of a decision's letter, which is kept as HTML. `home` is whom it is from."""
    sender, on = "" if home is None else home.name, local_date(made.decided_at)
    written = await asyncio.to_thread(pdf_of, made.letter, language=made.language, sender=sender, on=on)
    return web.Response(
        body=written,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="vedtak-{about.number}.pdf"'},
    )
