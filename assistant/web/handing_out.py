"""A file that somebody sent, handed out: to be saved, under a name of ours, as what its content was checked to be."""

from __future__ import annotations

from aiohttp import web

from assistant.documents import Document
from assistant.web.security_headers import hand_out_sandboxed


def hand_out(request: web.Request, found: Document, content: bytes) -> web.Response:
    """Never shown as a page: an attachment with the checked media type, in a sandbox (`nosniff` goes with all)."""
    hand_out_sandboxed(request)
    disposition = f'attachment; filename="{found.safe_name}"'
    return web.Response(
        body=content, content_type=found.media_type, headers={"Content-Disposition": disposition}
    )
