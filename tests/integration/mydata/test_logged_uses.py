"""A rule that read a fact is in the person's log whatever it concluded: yes, no, or that it cannot tell."""

from __future__ import annotations

import pytest
from desk_of_town import log_of
from place_town import TAX, Town, income
from sqlalchemy import select

from assistant.config import local_date
from assistant.store.tables import determination

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RULE = "kindergarten.reduced_fee"


async def answered(town: Town) -> str:
    async with town.assistant.database.read() as tx:
        question = select(determination.c.answer).where(
            determination.c.rule == RULE,
            determination.c.subject_id == town.ids["emil"],
            determination.c.current,
        )
        return str(await tx.scalar(question))


async def uses(town: Town, name: str) -> list[dict[str, object]]:
    return [row for row in await log_of(town, name) if (row["actor"], row["action"]) == (RULE, "used")]


async def test_each_conclusion_has_its_line(entitled: Town) -> None:
    assert await answered(entitled) == "yes"
    before = len(await uses(entitled, "siri"))
    assert before >= 1
    await entitled.tell(TAX, income("siri", 2_000_000))
    assert await answered(entitled) == "no"
    lines = await uses(entitled, "siri")
    assert len(lines) > before
    assert "assessed_income" in lines[-1]["concepts"]  # type: ignore[operator]
    # A rule that is asked and concludes nothing, for lack of an income, has read the child's facts all the same.
    seen = len(await uses(entitled, "emil"))
    taken_back = income("siri", 1)
    empty = [type(one)(one.subject, one.concept, ()) for one in taken_back if one.concept.endswith("income")]
    await entitled.tell(TAX, empty)
    assert await answered(entitled) == "undetermined"
    assert len(await uses(entitled, "emil")) > seen


async def test_a_rule_asked_by_hand_is_logged_too(entitled: Town) -> None:
    determinations = entitled.assistant.parts.processes.gathering.determinations  # type: ignore[attr-defined]
    now = entitled.assistant.clock()
    before = len(await uses(entitled, "emil"))
    async with entitled.assistant.database.begin() as tx:
        await determinations.determine_now(tx, RULE, entitled.ids["emil"], local_date(now), now)
    assert len(await uses(entitled, "emil")) == before + 1
