"""What a person has not been told yet is in no export, and the export says that such things are left out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from place_town import TODAY, Town
from sqlalchemy import insert

from assistant.store.columns import new_id
from assistant.store.tables import case, decision, delivery, guidance, message, reconsideration

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOLD, UNTOLD = "fortalt-kanari", "ufortalt-kanari"


async def a_message(town: Town, canary: str, channel: str, state: str) -> None:
    now = town.assistant.clock()
    guidance_id, message_id = new_id(), new_id()
    async with town.assistant.database.begin() as tx:
        await tx.execute(
            insert(guidance).values(
                id=guidance_id,
                person_id=town.ids["siri"],
                subject_id=town.ids["siri"],
                kind="right_lost",
                rule="kindergarten.reduced_fee",
                cause=f"test:{guidance_id}",
                content={"note": f"{canary}-innhold"},
                created_at=now,
            )
        )
        await tx.execute(
            insert(message).values(
                id=message_id,
                guidance_id=guidance_id,
                person_id=town.ids["siri"],
                channel=channel,
                language="nb",
                title=f"{canary}-{state}",
                body=canary,
                why={},
                created_at=now,
                send_at=now + timedelta(days=9),
                state=state,
                sent_at=now if state == "sent" else None,
            )
        )
        row = {"id": new_id(), "message_id": message_id, "attempt": 1, "at": now, "outcome": "refused"}
        await tx.execute(insert(delivery).values(**row, detail=f"{canary}-forsøk"))


async def a_reversal(town: Town, number: int, canary: str, state: str, *, noticed: bool) -> None:
    now = town.assistant.clock()
    case_id, decision_id = new_id(), new_id()
    async with town.assistant.database.begin() as tx:
        await tx.execute(
            insert(case).values(
                id=case_id,
                number=number,
                municipality="9999",
                kind="kindergarten.reduced_fee",
                person_id=town.ids["siri"],
                subject_id=town.ids["emil"],
                status="decided",
                content={"reasons": []},
                received_at=now,
                due_on=TODAY,
            )
        )
        await tx.execute(
            insert(decision).values(
                id=decision_id,
                case_id=case_id,
                outcome="granted",
                automatic=True,
                decided_by="varde",
                decided_at=now,
                valid_from=TODAY,
                valid_to=TODAY + timedelta(days=30),
                content={},
                letter="",
                language="nb",
            )
        )
        await tx.execute(
            insert(reconsideration).values(
                id=new_id(),
                case_id=case_id,
                decision_id=decision_id,
                digest=str(number),
                cause=canary,
                changed=[],
                proposal={"note": canary},
                favour="against",
                state=state,
                found_at=now,
                noticed_at=now if noticed else None,
                reason=f"{canary}-grunn",
            )
        )


async def taken_away(town: Town) -> dict[str, str]:
    """Each way to take it away, as text."""
    siri = await town.browser("siri")
    archive = await siri.http.get(siri.base + "/me/data/export.zip")
    files = zipfile.ZipFile(io.BytesIO(await archive.read()))
    return {
        "json": await siri.page("/me/data/export.json"),
        "csv": "".join(files.read(name).decode("utf-8-sig") for name in files.namelist()),
        "left_out": files.read("left_out.csv").decode("utf-8-sig"),
        "paper": await siri.page("/me/data/everything"),
    }


async def test_messages_that_were_not_sent_are_not_handed_out_by_the_back_door(entitled: Town) -> None:
    await a_message(entitled, TOLD, "chat", "sent")
    await a_message(entitled, TOLD, "email", "failed")
    for channel, state in (
        ("chat", "waiting"),
        ("email", "waiting"),
        ("chat", "withdrawn"),
        ("letter", "manual"),
        ("letter", "withdrawn"),
    ):
        await a_message(entitled, UNTOLD, channel, state)
    found = await taken_away(entitled)
    for way in ("json", "csv", "paper"):
        assert UNTOLD not in found[way], way
        assert f"{TOLD}-sent" in found[way], way
        assert f"{TOLD}-forsøk" in found[way] or way == "paper", way
    siri = await entitled.browser("siri")
    api = await siri.page("/api/v1/guidance")
    assert UNTOLD not in api
    assert TOLD in api


async def test_a_reversal_nobody_has_notified_her_of_is_not_handed_out(entitled: Town) -> None:
    await a_reversal(entitled, 209900001, UNTOLD, "found", noticed=False)
    await a_reversal(entitled, 209900002, UNTOLD, "dropped", noticed=False)
    await a_reversal(entitled, 209900003, TOLD, "noticed", noticed=True)
    await a_reversal(entitled, 209900004, TOLD, "reversed", noticed=False)
    found = await taken_away(entitled)
    for way in ("json", "csv", "paper"):
        assert UNTOLD not in found[way], way
        assert found[way].count(f"{TOLD}-grunn") == 2, way


async def test_the_export_names_what_is_left_out_also_where_nothing_is(entitled: Town) -> None:
    found = await taken_away(entitled)
    left_out: list[dict[str, Any]] = json.loads(found["json"])["left_out"]
    named = {one["kind"]: one["why"] for one in left_out}
    assert named.keys() == {"guidance", "messages", "deliveries", "emails", "reversals"}
    assert "has not been sent to you" in named["messages"]
    assert {row["kind"] for row in csv.DictReader(io.StringIO(found["left_out"]))} == named.keys()
    assert "Det som ikke er med" in found["paper"]
    assert "Forslag du ikke er varslet om" in found["paper"]
