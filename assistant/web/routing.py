"""Who may call what: a route is a method, a path, a handler and the access rule it declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Role = Literal["case_worker", "rule_editor", "invoicing", "operator"]
"""What a member of staff may do: judge cases, write rules, read the invoice basis, run the installation."""

ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""Pattern of our object ids for use in a path: `f"/me/cases/{{case_id:{ID}}}"`. Nothing else gets through."""


@dataclass(frozen=True)
class Rule:
    """One way in. `kind` says what a visitor must be; `name` the role, or the service, where that matters."""

    kind: Literal["public", "resident", "staff", "service", "signed", "socket", "loopback"]
    name: str = ""


@dataclass(frozen=True)
class Access:
    """The ways in to a route; one is enough. `RESIDENT | SERVICE("biller")` makes two."""

    rules: tuple[Rule, ...]

    def __or__(self, other: Access) -> Access:
        return Access(self.rules + other.rules)

    def has(self, kind: str) -> bool:
        return any(rule.kind == kind for rule in self.rules)


PUBLIC = Access((Rule("public"),))
"""Anybody. An unsafe method still needs the CSRF token of the page it came from."""

RESIDENT = Access((Rule("resident"),))
"""A resident who is logged in. Whose object it is, the handler must still ask: see `Denied` in errors."""

SIGNED = Access((Rule("signed"),))
"""A sender without a session: the handler itself verifies a signature or password over the request."""

SOCKET = Access((Rule("socket"),))
"""A WebSocket from an allowed origin; the handler takes it with `accept_socket`, which asks for the login."""

LOOPBACK = Access((Rule("loopback"),))
"""A caller on this very machine, not through a proxy."""


def STAFF(role: Role) -> Access:
    """A member of staff who is logged in and has that role."""
    return Access((Rule("staff", role),))


def SERVICE(name: str) -> Access:
    """A machine that shows the bearer token `config.api_tokens[name]`."""
    return Access((Rule("service", name),))


@dataclass(frozen=True)
class Route:
    """One entry of the router. A GET also answers HEAD."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    access: Access
