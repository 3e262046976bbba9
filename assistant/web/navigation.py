"""The main menu: the pages that are there, for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from assistant.web.policy import ACCESS, decide
from assistant.web.routing import Access
from assistant.web.visitor import Visitor

MENU = (
    ("/me", "site.nav_me"),
    ("/me/data", "site.nav_data"),
    ("/desk", "site.nav_desk"),
    ("/desk/flow", "flow.nav"),
    ("/desk/subscriptions", "hooks.title"),
    ("/desk/requests", "mydata.nav_desk"),
    ("/desk/letters", "letters.nav"),
    ("/desk/switches", "operations.nav"),
    ("/biller", "site.nav_invoicing"),
    ("/editor", "site.nav_editor"),
)
"""In this order, each with the key of its text."""


@dataclass(frozen=True)
class Entry:
    path: str
    key: str
    here: bool


def navigation(app: web.Application, visitor: Visitor, path: str) -> list[Entry]:
    """The entries this visitor may open; the longest one the current path lies under is where they are."""
    if not visitor.logged_in:
        return []
    reachable = _pages(app)
    seen = [
        (target, key)
        for target, key in MENU
        if target in reachable and decide(reachable[target], visitor, here=False) == "pass"
    ]
    under = [target for target, _ in seen if path == target or path.startswith(f"{target}/")]
    here = max(under, key=len, default="")
    return [Entry(target, key, target == here) for target, key in seen]


def _pages(app: web.Application) -> dict[str, Access]:
    return {
        route.resource.canonical: access
        for route, access in app[ACCESS].items()
        if route.method == "GET" and route.resource is not None
    }
