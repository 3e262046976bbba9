"""Style, scripts and fonts: served from an address that holds a hash of them all, so they never go stale."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

from assistant.web.faults import NotHere
from assistant.web.routing import PUBLIC, Route

HERE = Path(__file__).parent / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFiles:
    """The files by their path, found once at start: what is not among them cannot be asked for."""

    files: Mapping[str, Path]
    version: str

    @classmethod
    def load(cls, folder: Path = HERE) -> StaticFiles:
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in TYPES
        }
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return cls(files, digest.hexdigest()[:16])

    def url(self, path: str) -> str:
        """The address of a file. Raises KeyError for one that is not there: a broken page is seen at once."""
        if path not in self.files:
            raise KeyError(f"no static file {path!r}; is it under assistant/web/static?")
        return f"/static/{self.version}/{path}"

    def routes(self) -> list[Route]:
        return [Route("GET", "/static/{version:[0-9a-f]{16}}/{path:.+}", self._serve, PUBLIC)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = self.files.get(request.match_info["path"])
        if path is None:
            raise NotHere
        fresh = request.match_info["version"] == self.version
        return web.FileResponse(
            path,
            headers={
                hdrs.CONTENT_TYPE: TYPES[path.suffix],
                # An address of an earlier version, on a page still open, gets the file of today for now.
                hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable" if fresh else "no-cache",
                hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",  # the widget's modules load on other sites
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )


STATIC: web.AppKey[StaticFiles] = web.AppKey("static", StaticFiles)
