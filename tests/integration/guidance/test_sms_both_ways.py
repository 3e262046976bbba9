"""Texts through a gateway that does all it can do wrong: nobody is lost, and each double is counted and named.

Over real sockets: our channel to the gateway, and the gateway's signed receipts to our door.
"""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest
from counting import counted
from guidance_town import Town
from site_under_test import MovableClock, running_site
from sqlalchemy import select

from assistant.demo.sms_gateway import Misbehaviour, Mischief, ReceiptPlan, Tells
from assistant.store.tables import delivery, message

SECRET = "agreed with the gateway"
KINDS: tuple[Mischief | None, ...] = (None, "busy", "broken", "take_and_drop")
PLANS: dict[str, ReceiptPlan] = {
    "delivered": (("delivered", 0.0),),
    "twice, then a late failure": (("delivered", 0.0), ("delivered", 0.0), ("failed", 0.0)),
    "out of order": (("failed", 0.0), ("delivered", 0.0)),
    "expired twice": (("expired", 0.0), ("expired", 0.0)),
    "silence": (),
}


async def decide(town: Town, case: int) -> str:
    """Ola is told of a decision; the id of the guidance."""
    content = {"case_number": case, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    rule, cause = "kindergarten.reduced_fee", f"decision:{case}"
    async with town.database.begin() as tx:
        ola, lise = town.ids["Ola"], town.ids["Lise"]
        told = await town.guidance.tell(tx, ola, lise, rule, "decision_made", cause, content, town.moment)
    assert told is not None
    return told


async def until_settled(town: Town) -> None:
    """Let the work, the receipts and the time go on till no text waits."""
    for minutes in (0, 1):
        town.later(minutes=minutes)
        await town.work.run_until_idle()
        await town.gateway.all_told()
        await town.work.run_until_idle()


class ClockOf(MovableClock):
    """The town's clock, for the site."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def __call__(self) -> datetime:
        return self.town.moment


@pytest.mark.parametrize("honours_keys", [True, False])
async def test_nobody_is_lost_and_nobody_told_twice_but_where_a_gateway_without_keys_doubles(
    town: Town, honours_keys: bool
) -> None:
    await town.family()
    town.gateway.honours_keys = honours_keys
    cases: dict[str, tuple[Mischief | None, str]] = {}
    async with running_site(town.database, ClockOf(town), sms={"secrets": (SECRET,)}) as site:
        town.gateway.tells, town.gateway.clock = Tells(site.base, SECRET), town.now
        for number, (kind, plan) in enumerate(product(KINDS, PLANS), 20260001):
            town.gateway.misbehaviour = None if kind is None else Misbehaviour(kind, seconds=1)
            town.gateway.receipts = PLANS[plan]
            cases[await decide(town, number)] = (kind, plan)
            await until_settled(town)
        async with town.database.read() as tx:
            rows = await tx.all(select(message).where(message.c.guidance_id.in_(cases)))
            kept = await tx.all(select(delivery.c.receipt, delivery.c.price))
    of = {(row["guidance_id"], row["channel"]): row for row in rows}
    texts = {
        told: [one for one in town.gateway.outbox() if one.key == of[told, "sms"]["id"]] for told in cases
    }
    letters = {told for told in cases if (told, "letter") in of}
    reached = {told for told in cases if of[told, "sms"]["state"] == "sent" and texts[told]}
    doubled = [cases[told] for told in cases if len(texts[told]) > 1]
    counted(
        f"{len(cases)} told of: {len(reached)} by text, {len(letters)} by letter,"
        f" {len(doubled)} texts doubled {doubled or ''}"
    )
    assert reached | letters == cases.keys()  # nobody lost
    assert not reached & letters  # nor told in two ways
    assert {one["state"] for one in rows} == {"sent", "failed", "manual"}
    came_to_nothing = {told for told, (_, plan) in cases.items() if plan == "expired twice"}
    turned = {told for told, (_, plan) in cases.items() if plan == "out of order"}
    assert came_to_nothing <= letters <= came_to_nothing | turned
    # A gateway that knows no keys, broke the connection and says nothing more: only that can be doubled.
    assert doubled == ([] if honours_keys else [("take_and_drop", "silence")])
    assert all(len(one) <= 2 for one in texts.values())
    assert {one["price"] for one in kept if one["receipt"] is not None} == {"0.39"}
