"""Automatic decisions drawn by chance for a human to look at, so that nobody can steer which, and anybody can check.

A decision is drawn if the keyed hash (HMAC-SHA-256) of its random id, read as a number from 0 to 1, is below the
municipality's share (setting `control_share`, 0.02 where it says nothing). The share that held is kept with the
decision, so that the draw can be made again later and must come out the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import select, update

from assistant.casework.ruling import CaseworkError
from assistant.store import IdentityKeys, Transaction
from assistant.store.database import insert_once
from assistant.store.tables import case, control, decision

SETTING = "control_share"
DEFAULT_SHARE = Decimal("0.02")
LABEL = "control"
_WHOLE = 1 << 64

State = Literal["waiting", "right", "wrong"]


class NoSuchShare(ValueError):
    """The setting is no share from 0 to 1; the message names it."""


class NotWaitingForControl(CaseworkError):
    """The decision has been looked at already, or was not drawn."""


def share_of(settings: Mapping[str, Any]) -> Decimal:
    """The share of automatic decisions a municipality has looked at. Raises `NoSuchShare`.

    >>> share_of({}), share_of({"control_share": "0.1"})
    (Decimal('0.02'), Decimal('0.1'))
    """
    chosen = settings.get(SETTING)
    if chosen is None:
        return DEFAULT_SHARE
    try:
        share = Decimal(str(chosen))
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 1):
        raise NoSuchShare(f"{SETTING} is {chosen!r}; give a share from 0 to 1, such as 0.02")
    return share


def is_drawn(keys: IdentityKeys, decision_id: str, share: Decimal) -> bool:
    """Does chance pick this decision?"""
    number = int.from_bytes(keys.digest(LABEL, decision_id)[:8], "big")
    return number < share * _WHOLE


async def draw(
    tx: Transaction, keys: IdentityKeys, decision_id: str, municipality: str, share: Decimal, now: datetime
) -> bool:
    """Put an automatic decision on the control list if chance picks it."""
    if not is_drawn(keys, decision_id, share):
        return False
    values = {"decision_id": decision_id, "municipality": municipality, "picked_at": now, "state": "waiting"}
    await insert_once(tx, control, values, ("decision_id",))
    return True


@dataclass(frozen=True)
class Control:
    """A drawn decision: which case, and what was found."""

    decision_id: str
    municipality: str
    picked_at: datetime
    state: State
    checked_by: str | None
    checked_at: datetime | None
    finding: str
    case_id: str
    case_number: int
    outcome: str
    decided_at: datetime


def _question() -> Any:
    return (
        select(
            control,
            decision.c.case_id,
            decision.c.outcome,
            decision.c.decided_at,
            case.c.number.label("case_number"),
        )
        .join(decision, decision.c.id == control.c.decision_id)
        .join(case, case.c.id == decision.c.case_id)
    )


async def drawn(tx: Transaction, municipality: str, limit: int = 200) -> Sequence[Control]:
    """The municipality's drawn decisions, those that wait first, oldest first."""
    rows = await tx.all(
        _question()
        .where(control.c.municipality == municipality)
        .order_by(control.c.state != "waiting", control.c.picked_at)
        .limit(limit)
    )
    return [Control(**row) for row in rows]


async def drawn_decision(tx: Transaction, decision_id: str) -> Control | None:
    row = await tx.first(_question().where(control.c.decision_id == decision_id))
    return None if row is None else Control(**row)


async def settle(
    tx: Transaction, decision_id: str, state: Literal["right", "wrong"], finding: str, by: str, now: datetime
) -> None:
    """Write down what was found. Raises `NotWaitingForControl`."""
    done = await tx.execute(
        update(control)
        .where(control.c.decision_id == decision_id, control.c.state == "waiting")
        .values(state=state, finding=finding, checked_by=by, checked_at=now)
    )
    if done.rowcount != 1:
        raise NotWaitingForControl("the decision does not wait for control")


@dataclass(frozen=True)
class Draw:
    """The draw made again: of so many automatic decisions, so many drawn; and those where it differs."""

    decisions: int
    drawn: int
    differing: tuple[str, ...]


async def drawn_again(tx: Transaction, keys: IdentityKeys, municipality: str, since: datetime) -> Draw:
    """Make the draw of all automatic decisions since a moment once more, and compare it with the list."""
    rows = await tx.all(
        select(decision.c.id, decision.c.content, control.c.decision_id.label("listed"))
        .join(case, case.c.id == decision.c.case_id)
        .outerjoin(control, control.c.decision_id == decision.c.id)
        .where(
            case.c.municipality == municipality,
            decision.c.automatic,
            decision.c.decided_at >= since,
        )
    )
    made = [row for row in rows if SETTING in row["content"]]
    differing = tuple(
        row["id"]
        for row in made
        if is_drawn(keys, row["id"], Decimal(str(row["content"][SETTING]))) != (row["listed"] is not None)
    )
    return Draw(len(made), sum(row["listed"] is not None for row in made), differing)
