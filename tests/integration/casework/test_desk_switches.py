"""The operators' page of stop switches: stopping with a reason, what waits, starting again; for operators alone."""

from __future__ import annotations

from office import Office
from sqlalchemy import select
from town import Town

from assistant.store.tables import stop_switch


async def test_an_operator_stops_and_starts_a_channel(town: Town, office: Office) -> None:
    dina = await office.staff("operator", name="Dina Drift (dina)")
    assert "Ingenting er stoppet." in await dina.page("/desk/switches")
    asked = {"what": "channel:sms", "reason": "Sender dobbelt, spør 93456789 <b>"}
    assert (await dina.post("/desk/switches/stop", asked)).status == 303
    page = await dina.page("/desk/switches")
    assert "Kanal: SMS" in page
    assert "Sender dobbelt" in page
    assert "93456789" not in page
    assert "&lt;b&gt;" in page
    assert (await dina.post("/desk/switches/stop", asked)).status == 409
    assert (await dina.post("/desk/switches/go", {"what": "channel:sms"})).status == 303
    assert "Det som ventet, går ut nå." in await dina.page("/desk/switches")
    assert (await dina.post("/desk/switches/go", {"what": "channel:sms"})).status == 409
    async with town.database.read() as tx:
        row = await tx.first(select(stop_switch))
    assert row is not None
    assert (row["key"], row["stopped_by"], row["started_by"]) == (
        "channel:sms",
        "Dina Drift (dina)",
        "Dina Drift (dina)",
    )


async def test_what_is_no_switch_is_refused(office: Office) -> None:
    dina = await office.staff("operator")
    for what in ("channel:fax", "theme:none", "restored"):
        assert (await dina.post("/desk/switches/stop", {"what": what, "reason": "x"})).status == 400
    assert (await dina.post("/desk/switches/stop", {"what": "all", "reason": " "})).status == 400
    for what in ("channel:fax", "nonsense", "channel", "installed:x"):
        assert (await dina.post("/desk/switches/go", {"what": what})).status == 400


async def test_stopping_is_for_operators(office: Office) -> None:
    for caller in (await office.staff("case_worker", "rule_editor"), await office.resident()):
        assert (await caller.get("/desk/switches")).status == 403
        answer = await caller.post("/desk/switches/stop", {"what": "all", "reason": "x"})
        assert answer.status == 403
