"""Who is visiting: what the policy found out about a request before a handler sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aiohttp import web

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")


@dataclass(frozen=True)
class Visitor:
    """A person or machine, as far as it has proved who it is. Holds our ids only, no identity number."""

    kind: Literal["anonymous", "resident", "staff", "service"]
    language: Language
    municipality: str
    csrf: str = ""  # the token forms of this visitor carry
    person_id: str | None = None  # of a resident
    staff: str | None = None  # name and user name of a member of staff
    roles: frozenset[str] = frozenset()
    service: str | None = None  # name of a machine
    session: bytes | None = None  # hash of the session's token: which session, not the key to it
    logged_in_at: datetime | None = None

    @property
    def logged_in(self) -> bool:
        return self.kind in ("resident", "staff")

    def speaking(self, language: Language) -> Visitor:
        return replace(self, language=language)


VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)


def visitor_of(request: web.Request) -> Visitor:
    """The visitor behind a request that has passed the policy."""
    return request[VISITOR]
