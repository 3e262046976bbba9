"""What the web floor is handed when it is built: settings, store, clock and the faces of the rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from assistant.config import Clock, Config
from assistant.store import Database, Identities
from assistant.web.routing import Route

if TYPE_CHECKING:
    from assistant.acting import Acting
    from assistant.casework import Casework
    from assistant.determinations.rule_versions import RuleVersions
    from assistant.dialogue import Conversation
    from assistant.documents import Documents
    from assistant.guidance import Guidance
    from assistant.hooks import Subscriptions
    from assistant.mydata import Requests
    from assistant.processes import Processes
    from assistant.twin import UsageKey
    from channels.chat import ChatChannel
    from rules import Catalogue


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Extension:
    """What somebody above adds to the site (the demo its mailbox and story): routes, templates, texts."""

    routes: Callable[[Parts], list[Route]]
    templates: Path | None = None
    texts: Path | None = None
    front_panel: str = ""  # a template included on the public front page


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a page may use. Fields of rooms are typed by their faces and set by assembly."""

    config: Config
    database: Database
    identities: Identities
    clock: Clock  # the assistant's clock, which a demonstration may move
    catalogue: Catalogue
    casework: Casework
    processes: Processes
    documents: Documents
    conversation: Conversation
    chat: ChatChannel
    rule_versions: RuleVersions
    usage_key: UsageKey
    subscriptions: Subscriptions
    requests: Requests
    acting: Acting
    guidance: Guidance
    wall_clock: Clock = wall_clock  # the moment it really is: sessions and tokens live by this one
    push_key: str = ""  # what browsers take notices from us by; empty where web push is not set up
    extensions: tuple[Extension, ...] = ()


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
"""`request.app[PARTS]`: the parts, in a handler."""
