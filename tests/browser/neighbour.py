"""A page of another site, on a port of its own: the one tag, and the policy docs/widget.md asks of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><title>Nabosiden</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<script src="{varde}/widget.js" async></script></head>
<body><main><h1>Nabosiden</h1><p>En side på et annet nettsted.</p></main></body></html>"""

POLICY = "default-src 'none'; script-src {varde}; connect-src {sockets}; img-src data:"


@contextmanager
def another_site(varde: str, port: int = 0) -> Iterator[str]:
    """Serve the page; gives its origin. `varde`: the origin the tag points at."""
    page = PAGE.format(varde=varde).encode()
    policy = POLICY.format(varde=varde, sockets=varde.replace("http", "ws", 1))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
