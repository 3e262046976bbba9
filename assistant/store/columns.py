"""Column types and the canonical JSON that go the same way into SQLite and PostgreSQL."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

ID = String(36)
"""Object ids are random UUIDs (version 4): they tell nothing about the object and cannot be guessed."""


def new_id() -> str:
    return str(uuid.uuid4())


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive datetime is refused: it would be somebody's wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


@lru_cache(10_000)
def _moment(text: str | None) -> datetime | None:
    """As SQLite has it. What is recorded together has one moment, and is read by the thousand."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def to_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no blanks, exact decimals (whole ones as integers, others as text)."""
    return json.dumps(
        value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def from_json(text: str | bytes) -> Any:
    """What `to_json` wrote. Most facts are a word or a number that many have."""
    if isinstance(text, bytes):
        text = text.decode()
    if text[:1] in "[{":
        return {} if text == "{}" else _DECODER.decode(text)
    return _one_value(text)


_DECODER = json.JSONDecoder(parse_float=Decimal)


@lru_cache(10_000)
def _one_value(text: str) -> Any:
    return _DECODER.decode(text)
