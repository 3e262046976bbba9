"""A letter as a PDF answer: made from the HTML that was sent, in a thread, never kept by the browser."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web

from assistant.casework.letter_pdf import pdf_of


async def pdf_answer(html: str, *, language: str, sender: str, on: date, name: str) -> web.StreamResponse:
    """The PDF of a letter kept as HTML. `name` is the file's, without ending, in ASCII."""
    made = await asyncio.to_thread(pdf_of, html, language=language, sender=sender, on=on)
    return web.Response(
        body=made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )
