"""How casework has people told: the face of guidance that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from assistant.store import Transaction


class Telling(Protocol):
    """How a person is told: guidance, planned once for the same cause. Gives nothing where they cannot be told."""

    async def tell(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        rule: str,
        kind: str,
        cause: str,
        content: Mapping[str, Any],
        now: datetime,
    ) -> Any: ...
