"""CloudEvents 1.0 over HTTP: structured, binary and batch mode, read strictly, with errors that say what to mend.

Standard: CloudEvents 1.0 core specification and HTTP protocol binding.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from assistant.store.columns import to_json

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MOST_IN_A_BATCH = 1000
FEEDS = "feed:"
"""So begins the source of what we fetch from a feed ourselves, where the id is the line's number there."""

_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_LONGEST = {"id": 200, "source": 200, "type": 200}


class MalformedEvent(ValueError):
    """The event cannot be taken; the message names the attribute and what it should be, never its content."""


@dataclass(frozen=True)
class IncomingEvent:
    """An event that has happened elsewhere. `source` and `id` together are its name: the same is one event."""

    id: str
    source: str
    type: str
    data: Any = field(repr=False)
    time: datetime | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The event as it is kept: canonical, so that a repetition is recognised and a change is noticed."""
        kept = {"id": self.id, "source": self.source, "type": self.type, "data": self.data}
        return to_json(kept | ({"time": self.time} if self.time else {})).encode()


def read_events(
    headers: Mapping[str, str], content_type: str, body: bytes, parse_json: Callable[[bytes], Any]
) -> tuple[IncomingEvent, ...]:
    """The events of one request. `parse_json` is the strict reader of the HTTP edge."""
    if content_type == BATCH:
        batch = parse_json(body)
        if not isinstance(batch, list):
            raise MalformedEvent("a batch is a JSON list of events")
        if len(batch) > MOST_IN_A_BATCH:
            raise MalformedEvent(f"a batch holds at most {MOST_IN_A_BATCH} events, this one has {len(batch)}")
        return tuple(_structured(one, f"event {number}: ") for number, one in enumerate(batch, start=1))
    if content_type == STRUCTURED:
        return (_structured(parse_json(body), ""),)
    if "ce-specversion" in headers:
        attributes: dict[str, Any] = {
            name[3:].lower(): unquote(value)
            for name, value in headers.items()
            if name.lower().startswith("ce-")
        }
        is_json = content_type == "application/json" or content_type.endswith("+json")
        if body and not is_json:
            raise MalformedEvent("binary mode: the content type must be application/json here")
        attributes["data"] = parse_json(body) if body else None
        return (_structured(attributes, ""),)
    raise MalformedEvent(
        f"content type must be {STRUCTURED} or {BATCH}, or application/json with ce- headers (binary mode)"
    )


def _structured(raw: Any, where: str) -> IncomingEvent:
    if not isinstance(raw, dict):
        raise MalformedEvent(f"{where}an event is a JSON object")
    if raw.get("specversion") != "1.0":
        raise MalformedEvent(f"{where}specversion must be '1.0'")
    text = {name: _text(raw.get(name), name, longest, where) for name, longest in _LONGEST.items()}
    if text["source"].startswith(FEEDS):  # else the feed's own line of that number would be taken for known
        raise MalformedEvent(f"{where}source must not begin with {FEEDS!r}: only we name our feeds so")
    if "data" in raw and "data_base64" in raw:
        raise MalformedEvent(f"{where}give data or data_base64, not both")
    data = raw.get("data")
    if "data_base64" in raw:
        try:
            data = base64.b64decode(raw["data_base64"], validate=True).decode()
        except (ValueError, TypeError) as error:
            raise MalformedEvent(f"{where}data_base64 is not base64 of UTF-8 text") from error
    known = {"specversion", "id", "source", "type", "time", "data", "data_base64"}
    extensions = {}
    for name, value in raw.items():
        if name in known:
            continue
        if not _EXTENSION.fullmatch(name):
            raise MalformedEvent(f"{where}attribute names are 1 to 20 small letters and digits")
        if isinstance(value, (dict, list)):
            raise MalformedEvent(f"{where}attribute {name} must be a plain value")
        extensions[name] = str(value)
    return IncomingEvent(**text, data=data, time=_time(raw.get("time"), where), extensions=extensions)


def _text(value: Any, name: str, longest: int, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise MalformedEvent(f"{where}{name} must be a text of 1 to {longest} characters")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        raise MalformedEvent(f"{where}{name} holds control characters, or bytes that are no UTF-8")
    return value


def _time(value: Any, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedEvent(f"{where}time must be an RFC 3339 timestamp with a zone")
    return moment
