"""Who is visiting: what the policy found out about a request before a handler sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aiohttp import web

from assistant.acting.deciding import Authority

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")


@dataclass(frozen=True)
class Visitor:
    """A person or machine, as far as it has proved who it is. Holds our ids only, no identity number.

    While a resident acts for another, `person_id` is on a resident's routes the other, whose pages are shown;
    who really asks is `own_id`.
    """

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
    authenticated_at: datetime | None = None  # when they last proved who they are to the provider
    acr: str = ""  # the level of assurance of that
    acting_for: str | None = None  # whom the session has been switched to
    acting: Authority | None = None  # what they may do for them, decided for this request
    acting_name: str = ""

    @property
    def own_id(self) -> str | None:
        """The resident who is logged in, whomever they act for."""
        return self.acting.actor_id if self.acting else self.person_id

    @property
    def logged_in(self) -> bool:
        return self.kind in ("resident", "staff")

    def speaking(self, language: Language) -> Visitor:
        return replace(self, language=language)


VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)


def visitor_of(request: web.Request) -> Visitor:
    """The visitor behind a request that has passed the policy."""
    return request[VISITOR]
