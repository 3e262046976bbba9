"""Those whose day has come are enqueued a thousand at a time, each once: nobody else waits for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import func, insert, select

from assistant.events import Handling, wake_determinations, waking
from assistant.store import Database, Work
from assistant.store.columns import new_id
from assistant.store.tables import due, job

NOW = datetime(2026, 11, 2, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize("people", [0, 2, 3, 8, 9])
async def test_a_town_is_woken_in_parts_and_each_person_once(
    database: Database, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "AT_ONCE", 3)
    woken: list[str] = []
    most = 0

    async def wake(args: Mapping[str, Any]) -> None:
        nonlocal most
        async with database.read() as tx:
            most = max(most, await tx.scalar(select(func.count()).select_from(job)))
        woken.append(args["subject_id"])

    ids = sorted(new_id() for _ in range(people))
    async with database.begin() as tx:
        for name in ids:
            row = {"id": new_id(), "what": "determination", "ref": name, "subject_id": name}
            await tx.execute(insert(due).values(**row, due_on=date(2026, 11, 2)))
        await wake_determinations(tx, NOW)
    handling = Handling(database, Mock(), Mock(), Mock(), lambda: NOW)
    handlers = {"wake_determinations": wake, "wake_more": handling.wake_more}
    await Work(database, handlers, lambda: NOW).run_until_idle()
    assert sorted(woken) == ids
    assert most <= 3 + 1
