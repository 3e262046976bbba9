"""A person is told of the answer to their request; and a restriction is lifted only after they have been.

Law: the General Data Protection Regulation article 12 nos. 3 and 4 (the answer, and why not), article 18 no. 3 (who
has had a use restricted is informed before the restriction is lifted).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import structlog
from sqlalchemy import select

from assistant.casework.telling import Telling
from assistant.config import Clock, local_date
from assistant.guidance.wording import words
from assistant.mydata import asking
from assistant.mydata.asking import DataRequest
from assistant.store import Database, Postpone, Transaction, enqueue
from assistant.store.tables import fact, guidance, message
from assistant.twin import Changed

log = structlog.get_logger()

KIND = "request_answered"
MATTER = "data_request"
"""What stands in the place of a rule: there is none behind a request."""

LIFT = "lift_when_told"
A_DAY = timedelta(days=1)

BY_POST = timedelta(days=14)
"""After so long a letter that people in the municipality are to send is taken to have come. Our own choice: no law at
hand says how long."""

Lasting = Literal["", "lasts", "ends"]
"""Of what the request restricts: nothing; it goes on not being used; it may be used again once they are told."""


class LookingAnew(Protocol):
    """Runs rules anew, and does all that follows from it."""

    async def look_anew(
        self, tx: Transaction, changed: Sequence[Changed], cause: str, now: datetime
    ) -> None: ...


def what_lasts(request: DataRequest, status: str, *, restricting: bool) -> Lasting:
    """What the answer means for what is not used now.

    A claim that is granted about what a register holds is only passed on: its restriction goes on till the register
    has corrected it.
    """
    if not restricting:
        return ""
    if status == "refused":
        return "ends"
    return "ends" if status == "granted" and request.kind == "wrong" and not request.owner else "lasts"


async def tell_answer(
    tx: Transaction, telling: Telling, request: DataRequest, status: str, answer: str, now: datetime
) -> None:
    """Plan the message, and the lifting after it where the answer is the end of the restriction."""
    restricting = await asking.is_restricting(tx, request.id)
    lasting = what_lasts(request, status, restricting=restricting)
    content = {
        "request_id": request.id,
        "case_number": request.number,
        "municipality": request.municipality,
        "title": dict(words()[f"request.{request.kind}"]),
        "outcome": status,
        "note": answer,
        "restriction": lasting,
        "valid_from": local_date(now + A_DAY) if lasting == "ends" else None,
    }
    await telling.tell(
        tx, request.person_id, request.person_id, MATTER, KIND, cause_of(request.id, status), content, now
    )
    corrected_elsewhere = status == "granted" and request.kind == "wrong" and bool(request.owner)
    if restricting and (lasting == "ends" or corrected_elsewhere):
        await enqueue(
            tx,
            LIFT,
            {"request_id": request.id},
            now=now,
            key=f"lift:{request.id}",
            run_at=now + A_DAY,
            receipt=f"lift:{request.id}",
        )


def cause_of(request_id: str, status: str) -> str:
    return f"request:{request_id}:{status}"


async def lift(tx: Transaction, following: LookingAnew, request: DataRequest, now: datetime) -> None:
    """Let what the request restricts be used again, and run the rules that read it."""
    lifted = await asking.lift(tx, request, now)
    if lifted:
        changed = [Changed(*one) for one in lifted]
        await following.look_anew(tx, changed, f"restriction:{request.id}", now)


@dataclass(frozen=True)
class Lifting:
    """The work that lifts a restriction when its time has come."""

    database: Database
    following: LookingAnew
    clock: Clock

    def handlers(self) -> dict[str, Any]:
        return {LIFT: self.lift_when_told}

    async def lift_when_told(self, args: Mapping[str, Any]) -> None:
        """Lift what a request restricts. Raises Postpone for a day where the person has not been told yet.

        Or where the register has not corrected what it was granted of: then it lasts until it has, or the person
        lifts it.
        """
        now = self.clock()
        async with self.database.begin() as tx:
            request = await asking.request_by_id(tx, str(args["request_id"]))
            if request is None or not await asking.is_restricting(tx, request.id):
                return
            if not await has_been_told(tx, request, now):
                why = "the person has not been told yet"
            elif (
                request.status == "granted" and request.owner and await stands(tx, str(request.about["fact"]))
            ):
                why = "the register has not corrected it yet"
            else:
                await lift(tx, self.following, request, now)
                log.info("restriction.lifted", request=request.id)
                return
        raise Postpone(why, A_DAY)


async def has_been_told(tx: Transaction, request: DataRequest, now: datetime) -> bool:
    """Whether the answer has reached the person; so also where there is nobody left to tell (tact is silent)."""
    question = (
        select(message.c.state, message.c.channel, message.c.created_at)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            guidance.c.person_id == request.person_id,
            guidance.c.kind == KIND,
            guidance.c.cause == cause_of(request.id, request.status),
        )
    )
    found = await tx.all(question)
    posted = any(row["channel"] == "letter" and row["created_at"] + BY_POST <= now for row in found)
    return posted or not found or any(row["state"] == "sent" for row in found)


async def stands(tx: Transaction, fact_id: str) -> bool:
    """Whether the fact is still what its source says."""
    question = select(fact.c.id).where(fact.c.id == fact_id, fact.c.superseded_at.is_(None))
    return await tx.first(question) is not None
