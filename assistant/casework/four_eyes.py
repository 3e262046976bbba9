"""Two people for one decision, where the municipality has said so: one proposes, another approves or returns it.

The setting `four_eyes` lists when it takes two: granted, refused, judged_income (the income is the case worker's
own finding), judged_fee (so is the fee). No law demands it; it is the municipality's own control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update

from assistant.casework.ruling import CaseworkError, Ruling
from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import case, proposed_ruling
from assistant.store.turns import in_turn

Trigger = Literal["granted", "refused", "judged_income", "judged_fee"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
SETTING = "four_eyes"

State = Literal["waiting", "approved", "returned"]


class NoSuchTrigger(ValueError):
    """The setting names something else; the message names it and what there is."""


class AlreadyProposed(CaseworkError):
    """A proposal waits for an answer already."""


class NotWaiting(CaseworkError):
    """The proposal has been answered already, or there is none."""


class SamePerson(CaseworkError):
    """Who proposed a decision cannot be the one to approve it."""


def triggers_of(settings: Mapping[str, Any]) -> frozenset[Trigger]:
    """When the municipality wants two. Raises `NoSuchTrigger`.

    >>> sorted(triggers_of({"four_eyes": ["refused"]})), sorted(triggers_of({}))
    (['refused'], [])
    """
    chosen = settings.get(SETTING) or []
    for one in chosen:
        if one not in TRIGGERS:
            raise NoSuchTrigger(f"{SETTING} names {one!r}; choose among {', '.join(TRIGGERS)}")
    return frozenset(chosen)


def takes_two(ruling: Ruling, settings: Mapping[str, Any]) -> tuple[Trigger, ...]:
    """Why a ruling takes two people; empty: one is enough."""
    met: dict[Trigger, bool] = {
        "granted": ruling.outcome == "granted",
        "refused": ruling.outcome == "refused",
        "judged_income": ruling.household_income is not None,
        "judged_fee": ruling.monthly_fee is not None,
    }
    wanted = triggers_of(settings)
    return tuple(one for one in TRIGGERS if met[one] and one in wanted)


def same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


@dataclass(frozen=True)
class Proposal:
    """A decision one has drafted, and what another said of it."""

    id: str
    case_id: str
    ruling: Ruling
    proposed_by: str
    proposed_at: datetime
    state: State
    answered_by: str | None
    answered_at: datetime | None
    note: str
    appeal_id: str = ""  # of the appeal it would settle
    reconsideration_id: str = ""  # of the reconsideration it would settle, on the `ground` that allows it
    ground: str = ""


def _as_json(ruling: Ruling, appeal_id: str, reconsideration_id: str, ground: str) -> dict[str, Any]:
    return {
        "appeal": appeal_id,
        "reconsideration": reconsideration_id,
        "ground": ground,
        "outcome": ruling.outcome,
        "reason": ruling.reason,
        "household_income": None if ruling.household_income is None else str(ruling.household_income),
        "monthly_fee": None if ruling.monthly_fee is None else str(ruling.monthly_fee),
        "valid_from": None if ruling.valid_from is None else ruling.valid_from.isoformat(),
    }


def _of_json(kept: Mapping[str, Any], by: str) -> Ruling:
    def amount(name: str) -> Decimal | None:
        return None if kept[name] is None else Decimal(kept[name])

    first = kept["valid_from"]
    return Ruling(
        outcome=kept["outcome"],
        reason=kept["reason"],
        by=by,
        household_income=amount("household_income"),
        monthly_fee=amount("monthly_fee"),
        valid_from=None if first is None else date.fromisoformat(first),
    )


async def proposals(tx: Transaction, case_id: str) -> Sequence[Proposal]:
    """What has been proposed in a case, newest first."""
    rows = await tx.all(
        select(proposed_ruling)
        .where(proposed_ruling.c.case_id == case_id)
        .order_by(proposed_ruling.c.proposed_at.desc())
    )
    return [
        Proposal(
            **{**row, "ruling": _of_json(row["ruling"], row["proposed_by"])},
            appeal_id=row["ruling"]["appeal"],
            reconsideration_id=row["ruling"].get("reconsideration", ""),
            ground=row["ruling"].get("ground", ""),
        )
        for row in rows
    ]


async def waiting_in(tx: Transaction, case_id: str) -> Proposal | None:
    return next((one for one in await proposals(tx, case_id) if one.state == "waiting"), None)


async def waiting_cases(tx: Transaction, municipality: str) -> Mapping[str, str]:
    """The municipality's cases where a proposal waits, with who proposed it."""
    rows = await tx.all(
        select(proposed_ruling.c.case_id, proposed_ruling.c.proposed_by)
        .join(case, case.c.id == proposed_ruling.c.case_id)
        .where(case.c.municipality == municipality, proposed_ruling.c.state == "waiting")
    )
    return {row["case_id"]: row["proposed_by"] for row in rows}


async def propose(
    tx: Transaction,
    case_id: str,
    ruling: Ruling,
    now: datetime,
    *,
    appeal_id: str = "",
    reconsideration_id: str = "",
    ground: str = "",
) -> str:
    """Keep a ruling until another has looked at it; its id. Raises `AlreadyProposed`.

    Where it would settle an appeal or a reconsideration, its id goes with it, and the ground of § 35.
    """
    await in_turn(tx, f"proposal:{case_id}")
    if await waiting_in(tx, case_id) is not None:
        raise AlreadyProposed("a proposed decision in the case waits for an answer")
    proposal_id = new_id()
    await tx.execute(
        insert(proposed_ruling).values(
            id=proposal_id,
            case_id=case_id,
            ruling=_as_json(ruling, appeal_id, reconsideration_id, ground),
            proposed_by=ruling.by,
            proposed_at=now,
            state="waiting",
        )
    )
    return proposal_id


async def answer(
    tx: Transaction,
    case_id: str,
    by: str,
    state: Literal["approved", "returned"],
    now: datetime,
    note: str = "",
) -> Proposal:
    """Approve the waiting proposal or send it back; the proposal, its ruling with who approved it.

    Raises `NotWaiting`, and `SamePerson` where the one who proposed it would approve it. Taking one's own
    proposal back is no approval, and is allowed.
    """
    waiting = await waiting_in(tx, case_id)
    if waiting is None:
        raise NotWaiting("no proposed decision waits in the case")
    if state == "approved" and same_person(waiting.proposed_by, by):
        raise SamePerson("who proposed the decision cannot approve it")
    done = await tx.execute(
        update(proposed_ruling)
        .where(proposed_ruling.c.id == waiting.id, proposed_ruling.c.state == "waiting")
        .values(state=state, answered_by=by, answered_at=now, note=note)
    )
    if done.rowcount != 1:
        raise NotWaiting("no proposed decision waits in the case")
    ruling = replace(waiting.ruling, approved_by=by if state == "approved" else "")
    return replace(waiting, ruling=ruling, state=state)
