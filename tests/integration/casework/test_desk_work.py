"""Work that has given up is shown by task and reason, and tried again one by one or all that are alike."""

from __future__ import annotations

import re
from datetime import timedelta

from office import Office
from sqlalchemy import insert, select
from town import Town

from assistant.store.tables import job


async def park(town: Town, task: str, error: str, state: str = "parked") -> None:
    of_it = {"task": task, "queue": "events", "key": "", "args": {}, "attempts": 6, "error": error}
    async with town.database.begin() as tx:
        await tx.execute(
            insert(job).values(**of_it, run_at=town.now - timedelta(hours=26, minutes=5), state=state)
        )


async def test_all_that_are_alike_are_tried_again_at_once(town: Town, office: Office) -> None:
    for _ in range(3):
        await park(town, "fetch_income", "RegisterUnavailable: 503")
    await park(town, "fetch_income", "RegisterRefused: 403")
    await park(town, "handle", "", state="todo")
    dina = await office.staff("operator")
    page = await dina.page("/desk/work")
    assert "Prøv alle 3 igjen" in page
    assert re.search(r"Hendelser</th><td>1</td><td>26 t 5 min", page)
    [alike] = re.findall(r"/desk/work/alike/([0-9a-f]{16})/again", page)
    assert (await dina.post(f"/desk/work/alike/{alike}/again", {})).status == 303
    async with town.database.read() as tx:
        rows = await tx.all(select(job.c.state, job.c.error).order_by(job.c.id))
    assert [row["state"] for row in rows] == ["todo", "todo", "todo", "parked", "todo"]
    assert (await dina.post(f"/desk/work/alike/{alike}/again", {})).status == 409
