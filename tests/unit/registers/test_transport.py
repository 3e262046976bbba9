"""Small decisions of the transport: how long to wait, and which codes of a refusal may be told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.registers.transport import refusal_code, retry_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 1.0),
        ("0", 1.0),
        ("soon", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kode": "SSG-007", "melding": "Ikke treff på 12345678901"}, "SSG-007"),
        ({"kode": "fant ikke 12345678901"}, ""),
        ({"kode": 7}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_only_a_code_is_told_of_a_refusal(body: object, code: str) -> None:
    assert refusal_code(body) == code
