"""What browsers are told about every answer: what may run, who may frame it, that it is not kept."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from yarl import URL

from assistant.config import Config

_NONCE: web.RequestKey[str] = web.RequestKey("nonce", str)
_SANDBOXED: web.RequestKey[bool] = web.RequestKey("sandboxed", bool)
_KEEPS_OPENER: web.RequestKey[bool] = web.RequestKey("keeps_opener", bool)


def nonce_of(request: web.Request) -> str:
    """The one nonce of this answer, for the page's own script and style elements."""
    if (nonce := request.get(_NONCE)) is None:
        request[_NONCE] = nonce = secrets.token_urlsafe(16)
    return nonce


def keep_opener(request: web.Request) -> None:
    """Let this page speak to the window that opened it: the widget's login window and nothing else."""
    request[_KEEPS_OPENER] = True


def hand_out_sandboxed(request: web.Request) -> None:
    """What is answered is a file somebody else made: nothing in it may run, load or be framed."""
    request[_SANDBOXED] = True


SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def content_security_policy(config: Config, nonce: str) -> str:
    """Everything from ourselves, no inline code, no eval, in nobody's frame (CSP level 3)."""
    sockets = str(URL(config.public_url).origin()).replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {sockets}",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(config: Config) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """The signal handler for `app.on_response_prepare`, which also sees errors and sockets."""

    async def put_headers(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        policy = SANDBOX if request.get(_SANDBOXED) else content_security_policy(config, nonce_of(request))
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"  # for browsers that do not know frame-ancestors
        # 'no-referrer' would make browsers send `Origin: null` with our own forms.
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
        if not 300 <= response.status < 400 and not request.get(_KEEPS_OPENER):
            # A redirect with this header would part the widget's login window from its opener.
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if config.secure_cookies:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        headers.pop(hdrs.SERVER, None)

    return put_headers
