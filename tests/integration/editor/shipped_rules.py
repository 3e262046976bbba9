"""The rule the editor's tests edit, and who is told that it has changed."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime

from assistant.store import Transaction
from rules import Catalogue

RULE = "kindergarten.reduced_fee"
NOW = datetime(2024, 10, 1, 10, tzinfo=UTC)


@functools.cache
def shipped() -> Catalogue:
    return Catalogue.load()


class Told(list[tuple[str, date]]):
    """What was to be determined anew, in the order it was asked for."""

    async def __call__(self, tx: Transaction, rule_id: str, applies_from: date, now: datetime) -> None:
        self.append((rule_id, applies_from))
