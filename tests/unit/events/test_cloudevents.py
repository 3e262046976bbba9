"""CloudEvents 1.0 as they arrive over HTTP: three modes in, one kind of event out, and what is refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.events.cloudevents import BATCH, STRUCTURED, IncomingEvent, MalformedEvent, read_events

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7",
    "source": "urn:example:register",
    "type": "no.example.moved.v1",
    "time": "2026-03-01T12:00:00+01:00",
    "data": {"place": 4},
}


def structured(**changes: Any) -> tuple[IncomingEvent, ...]:
    raw = {name: value for name, value in (EVENT | changes).items() if value is not ...}
    return read_events({}, STRUCTURED, json.dumps(raw).encode(), json.loads)


def test_structured_mode() -> None:
    (event,) = structured()
    assert (event.id, event.source, event.type) == ("7", "urn:example:register", "no.example.moved.v1")
    assert event.data == {"place": 4}
    assert event.time == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_binary_mode_gives_the_same_event() -> None:
    headers = {f"ce-{name}": EVENT[name] for name in ("specversion", "id", "source", "type", "time")}
    (event,) = read_events(headers, "application/json", b'{"place": 4}', json.loads)
    assert event == structured()[0]


def test_batch_mode_keeps_the_order() -> None:
    body = json.dumps([EVENT | {"id": str(n)} for n in range(3)]).encode()
    assert [event.id for event in read_events({}, BATCH, body, json.loads)] == ["0", "1", "2"]


def test_data_may_be_base64() -> None:
    (event,) = structured(data=..., data_base64=base64.b64encode(b"hello").decode())
    assert event.data == "hello"


def test_the_same_event_has_the_same_body_whatever_the_order_of_its_attributes() -> None:
    backwards = json.dumps(dict(reversed(EVENT.items()))).encode()
    assert read_events({}, STRUCTURED, backwards, json.loads)[0].body() == structured()[0].body()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"specversion": "0.3"}, "specversion must be '1.0'"),
        ({"id": "7\udcff"}, "id holds control characters, or bytes that are no UTF-8"),
        ({"id": ...}, "id must be a text"),
        ({"id": ""}, "id must be a text"),
        ({"id": "x" * 201}, "id must be a text"),
        ({"id": "a\nb"}, "control characters"),
        ({"source": 3}, "source must be a text"),
        ({"source": "feed:population_register"}, "source must not begin with 'feed:'"),
        ({"type": None}, "type must be a text"),
        ({"time": "yesterday"}, "time must be an RFC 3339"),
        ({"time": "2026-03-01T12:00:00"}, "with a zone"),
        ({"time": 5}, "time must be"),
        ({"data_base64": "eA=="}, "not both"),
        ({"data": ..., "data_base64": "???"}, "not base64"),
        ({"Upper": "x"}, "small letters"),
        ({"nested": {"a": 1}}, "plain value"),
    ],
)
def test_a_malformed_event_is_refused_with_the_attribute_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(MalformedEvent, match=says):
        structured(**changes)


@pytest.mark.parametrize(
    ("content_type", "body", "says"),
    [
        ("text/plain", b"hello", "content type must be"),
        ("application/json", b"{}", "content type must be"),
        (STRUCTURED, b"[]", "JSON object"),
        (BATCH, b"{}", "JSON list"),
        (BATCH, json.dumps([{}] * 1001).encode(), "at most 1000"),
        (BATCH, json.dumps([EVENT, {}]).encode(), "event 2: specversion"),
    ],
)
def test_a_request_that_holds_no_events_is_refused(content_type: str, body: bytes, says: str) -> None:
    with pytest.raises(MalformedEvent, match=says):
        read_events({}, content_type, body, json.loads)


def test_what_an_event_is_about_does_not_show_in_its_repr() -> None:
    assert "place" not in repr(structured()[0])
