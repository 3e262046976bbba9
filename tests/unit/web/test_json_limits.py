"""JSON from strangers: within the limits it is read exactly, outside them refused as 400, never half read."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.faults import BadRequest
from assistant.web.json_body import parse_json


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _with_keys(count: int) -> bytes:
    return json.dumps({f"k{n}": n for n in range(count)}).encode()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b'  {"a": [1, null, true]}\n', {"a": [1, None, True]}),
        (b'{"fee": 1636.10}', {"fee": Decimal("1636.10")}),
        (b'{"fee": 0.1}', {"fee": Decimal("0.1")}),
        (b"9007199254740992", 2**53),
        (b"-9007199254740992", -(2**53)),
        ('"\\u00e5 \\ud83d\\ude00 \u00e6"'.encode(), "\u00e5 \U0001f600 \u00e6"),
        (_nested(32), json.loads(_nested(32))),
        (_with_keys(200), {f"k{n}": n for n in range(200)}),
        (b'{"text": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"text": "[" * 36}),
        (b'{"text": "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"text": '"' + "[" * 35}),
    ],
)
def test_what_is_right_is_read_exactly(body: bytes, value: object) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON at character 1"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1,}', "not valid JSON"),
        (b'{"a": 1} {"b": 2}', "not valid JSON"),
        (b'{"a": 1, "a": 2}', "same key twice"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "same key twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 9007199254740993}', "2^53"),
        (b'{"a": -9007199254740993}', "2^53"),
        (b"1" * 5000, "2^53"),
        (b"1." + b"1" * 5000, "digits"),
        (b"1e400", "digits"),
        (b"1e999999999999999999", "digits"),
        (b"\xff\xfe{}", "UTF-8 at byte 0"),
        (b'{"a": "\xc3("}', "UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (_nested(33), "deeper than 32"),
        (_nested(100_000), "deeper than 32"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper than 32"),
        (_with_keys(201), "more than 200 keys"),
        (b"[" + b",".join([_with_keys(101)] * 2) + b"]", "more than 200 keys"),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason(body: bytes, says: str) -> None:
    with pytest.raises(BadRequest, match=re.escape(says)):
        parse_json(body)


@given(st.binary(max_size=400))
def test_whatever_the_bytes_it_is_a_value_or_a_refusal(body: bytes) -> None:
    with suppress(BadRequest):
        json.dumps(parse_json(body), default=str, ensure_ascii=False).encode()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_what_we_write_we_read(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
