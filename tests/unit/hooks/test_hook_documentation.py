"""The code in docs/webhooks.md runs, and believes what is genuine and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.demo.fakturabanken import NotBelieved, believe
from assistant.hooks import TEST, TYPES
from assistant.hooks.delivering import BACK_OFF
from assistant.store.signing import new_secret, signed_headers

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def documented() -> Callable[[str, dict[str, str], bytes], bool]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, object] = {}
    exec(code, found)
    return found["is_genuine"]  # type: ignore[return-value]


def test_the_documented_check_and_the_made_up_billers_agree():
    is_genuine, secret, older = documented(), new_secret(), new_secret()
    now, body = datetime.now(UTC), b'{"specversion":"1.0"}'
    plain = signed_headers([secret], "id", now, body)
    table = [
        (secret, plain, body, True),
        (secret, signed_headers([older, secret], "id", now, body), body, True),
        (older, plain, body, False),
        (secret, plain, body + b" ", False),
        (secret, {**plain, "webhook-id": "other"}, body, False),
        (secret, signed_headers([secret], "id", now - timedelta(seconds=310), body), body, False),
        (secret, signed_headers([secret], "id", now + timedelta(seconds=310), body), body, False),
        (secret, {**plain, "webhook-signature": ""}, body, False),
    ]
    for given, headers, received, genuine in table:
        assert is_genuine(given, headers, received) is genuine, headers
        assert _believes(given, headers, received, now) is genuine, headers


def _believes(secret: str, headers: dict[str, str], body: bytes, now: datetime) -> bool:
    try:
        believe(secret, headers, body, now)
    except NotBelieved:
        return False
    return True


def test_every_event_type_is_in_the_table_and_no_other():
    assert set(re.findall(r"^\| `(no\.varde\.[a-z.0-9]+)`", PAGE, re.MULTILINE)) == {*TYPES, TEST}


def test_the_pauses_are_those_we_take():
    said = re.search(r"try again after (.*?), or later", PAGE, re.DOTALL)
    assert said is not None
    units = {"s": 1, "min": 60, "h": 3600}
    pauses = re.findall(r"(\d+)\s+(s|min|h)\b", said[1])
    assert [int(n) * units[unit] for n, unit in pauses] == [pause.total_seconds() for pause in BACK_OFF]
