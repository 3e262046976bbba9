"""Where a request comes from: our own pages, a site that may embed the widget, or somewhere else."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from assistant.config import Config

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: 'https://varde.example'. The default port is left out."""
    return str(URL(url).origin())


def own_origins(request: web.Request, config: Config) -> frozenset[str]:
    """The origins our pages have. A demo on this machine answers by each of the machine's own names."""
    public = URL(config.public_url)
    if public.host not in LOOPBACK_NAMES:
        return frozenset({str(public.origin())})
    here = (f"{public.scheme}://{name}:{public.port}" for name in ("127.0.0.1", "localhost"))
    return frozenset({str(public.origin()), *here})


def host_is_ours(request: web.Request, config: Config) -> bool:
    """Is the name in the Host header ours? Another one is a stranger's name that points at this machine."""
    names = {origin.partition("://")[2] for origin in own_origins(request, config)}
    return request.host.lower() in names


def widget_origins(config: Config) -> frozenset[str]:
    return frozenset(origin_of(origin) for origin in config.widget_origins)


def came_from_us(request: web.Request, config: Config) -> bool:
    """Did one of our own pages send this unsafe request? Browsers say so in Origin and Sec-Fetch-Site.

    Both must agree where both are there, and one must be there: a client that says nothing is no browser
    showing our page.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return False
    if origin is not None and origin not in own_origins(request, config):
        return False
    return site is None or site == "same-origin"


def is_from_a_page(request: web.Request) -> bool:
    """Did some page, ours or another's, make a browser send this? Programs do not say where they stand."""
    return "Origin" in request.headers or "Sec-Fetch-Site" in request.headers


def may_open_socket(request: web.Request, config: Config) -> bool:
    """WebSockets are not bound by the same-origin policy, so the server must ask (ASVS V4.4.2)."""
    origin = request.headers.get("Origin")
    return origin is not None and (origin in own_origins(request, config) or origin in widget_origins(config))


def client_address(request: web.Request, config: Config) -> str:
    """The address of the client; behind a proxy we trust, the one the proxy itself saw."""
    forwarded = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    if request.remote in config.trusted_proxies and forwarded[-1]:
        return forwarded[-1]
    return request.remote or "unknown"


def is_on_this_machine(request: web.Request) -> bool:
    """A caller on loopback, and not a proxy there that speaks for somebody else."""
    speaks_for_others = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"}
    return request.remote in ("127.0.0.1", "::1") and not any(
        name in request.headers for name in speaks_for_others
    )
