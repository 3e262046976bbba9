"""A decided case opened again because the decision cannot stand, and the decision that comes in its place.

The appeal body has set it aside and sent the case back (forvaltningsloven § 34 last paragraph), or a sample check has
found it wrong. A human decides anew, for the same days, unless they choose others.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import update

from assistant.casework import case_rows
from assistant.casework import reconsideration_rows as rows
from assistant.casework.announcing import announce_opened, announce_waiting
from assistant.casework.automation import HumanReason, reason_named
from assistant.casework.case_rows import Case, Decision
from assistant.casework.cases import Casework
from assistant.casework.errands import errand_of
from assistant.casework.flags import Flag, correct_flags
from assistant.casework.period import answer_due
from assistant.casework.ruling import CaseworkError, NoSuchCase, Ruling
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import case, decision

Why = Literal["appeal_quashed", "control_wrong"]
SET_ASIDE = "set_aside"
"""Where the content of a case keeps the id of the decision that is to be made anew."""

OPENED_FOR = ("appeal_quashed", "control_wrong", "place_changed", "taken_back")
"""Reasons a case is opened again for, which looking at its facts does not find."""


def opened_for(opened: Case) -> tuple[HumanReason, ...]:
    """Why a case has been opened again, for the case worker to read."""
    return tuple(reason_named(why["id"]) for why in opened.content["reasons"] if why["id"] in OPENED_FOR)


class CaseOpen(CaseworkError):
    """The case is being decided for another reason already: that comes first."""


async def open_anew(tx: Transaction, closed: Case, made: Decision, why: Why, now: datetime) -> Case:
    """Open a decided case for a case worker, to be decided within a month; as it is now. Raises `CaseOpen`."""
    await rows.in_the_cases_turn(tx, [closed.id])
    found = await case_rows.case_by_id(tx, closed.id)
    if found is None or found.is_open:
        raise CaseOpen(f"case {closed.number} is open; decide it first")
    content = {**found.content, "reasons": [reason_named(why).as_json()], SET_ASIDE: made.id}
    if found.content.get("renewal") != made.valid_from.isoformat():
        content.pop("renewal", None)
    await case_rows.reopen(tx, found, content, due_on=answer_due(local_date(now)))
    await case_rows.hand_to_people(tx, found, content)
    await announce_opened(tx, found, now)
    await announce_waiting(tx, found, "case_worker", now)
    opened = await case_rows.case_by_id(tx, found.id)
    assert opened is not None
    return opened


async def decide(tx: Transaction, casework: Casework, opened: Case, ruling: Ruling, now: datetime) -> str:
    """A case worker's decision, in place of the one set aside if the case was opened anew; its id.

    Raises as `Casework.decide` does.
    """
    set_aside = opened.content.get(SET_ASIDE)
    if set_aside is None:
        return await casework.decide(tx, opened.id, ruling, now)
    await rows.in_the_cases_turn(tx, [opened.id])
    made = await case_rows.decision_by_id(tx, set_aside)
    if made is None:
        raise NoSuchCase(f"the decision of case {opened.number} that is set aside is not there")
    until_now = await rows.since(tx, made)
    new_id = await casework.decide(tx, opened.id, ruling, now, made.period)
    content = {name: kept for name, kept in opened.content.items() if name != SET_ASIDE}
    await tx.execute(update(case).where(case.c.id == opened.id).values(content=content))
    await tx.execute(update(decision).where(decision.c.id == new_id).values(replaces=until_now[-1].id))
    await casework.reversals.overtake(tx, opened, until_now, new_id, ruling.by, ruling.reason, now)
    await _bill_full_price(tx, opened, until_now[-1], new_id, now)
    return new_id


async def _bill_full_price(
    tx: Transaction, opened: Case, before: Decision, new_id: str, now: datetime
) -> None:
    """Where support is refused now: correct what the biller was told because of the decision before."""
    new = await case_rows.decision_by_id(tx, new_id)
    assert new is not None
    if new.outcome == "granted":
        return  # written with the decision
    full = Flag(
        municipality=opened.municipality,
        subject_id=opened.subject_id,
        place_number="",  # each place that had the fee keeps its own
        fee=errand_of(opened.kind).fee,
        monthly_amount=Decimal(str(new.content["monthly_fee"])),
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        decision_id=new_id,
    )
    await correct_flags(tx, before.id, full, now, lowers=False)
