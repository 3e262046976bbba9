"""The face of the room: who may act for whom today, and signing, accepting and ending mandates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import structlog
from sqlalchemy import func, insert, select

from assistant.acting import mandates
from assistant.acting.deciding import (
    Authority,
    Grant,
    Refusal,
    as_holder,
    as_parent,
    may_sign,
    why_not_accepted,
)
from assistant.acting.mandates import MOST_WAITING, Mandate, MandateFault, NewMandate
from assistant.acting.sealing import seal, seal_holds
from assistant.acting.wording import text_of_mandate
from assistant.config import local_date
from assistant.guidance.people import Person, person_as_known
from assistant.processes.gathering import hides_home
from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import mandate
from assistant.twin import Twin, UsageKey

log = structlog.get_logger()


@dataclass(frozen=True)
class Other:
    """Somebody one may act for now."""

    authority: Authority
    name: str


@dataclass(frozen=True)
class Acting:
    """Everything is read afresh in the caller's transaction: what has ended does not work once more."""

    twin: Twin
    key: UsageKey

    async def authority(
        self, tx: Transaction, actor_id: str, principal_id: str, now: datetime
    ) -> Authority | None:
        """What the one may do for the other at this moment; None where that is nothing."""
        if actor_id == principal_id:
            return None
        on = local_date(now)
        found = [await self._as_parent(tx, actor_id, principal_id, on)]
        for kept in await mandates.mandates_between(tx, principal_id, actor_id):
            found.append(await self._as_holder(tx, kept, on))
        grants = tuple(one for one in found if one is not None)
        return Authority(actor_id, principal_id, grants) if grants else None

    async def others(self, tx: Transaction, actor_id: str, now: datetime) -> list[Other]:
        """Whom the person may act for now: their children first."""
        on = local_date(now)
        given = [one.from_id for one in await mandates.mandates_of(tx, actor_id) if one.to_id == actor_id]
        candidates = dict.fromkeys([*await self.twin.wards_of(tx, actor_id, on), *given])
        found = []
        for principal in candidates:
            if (authority := await self.authority(tx, actor_id, principal, now)) is not None:
                found.append(Other(authority, await self.name_of(tx, principal, on)))
        return found

    async def somebody_asks(self, tx: Transaction, person_id: str, now: datetime) -> bool:
        """Whether a mandate waits for the person's yes or no."""
        kept = await mandates.mandates_of(tx, person_id)
        return any(one.to_id == person_id and one.state(local_date(now)) == "waiting" for one in kept)

    async def may_sign(self, tx: Transaction, person_id: str, now: datetime) -> Refusal | None:
        """Why the person cannot let another act for them here; None where they can."""
        return may_sign(await self._person(tx, person_id, local_date(now)), local_date(now))

    async def draft(
        self, tx: Transaction, from_id: str, new: NewMandate, language: str, now: datetime
    ) -> Mandate:
        """The mandate as it would be signed today, with its text; kept nowhere."""
        on = local_date(now)
        name = await self.name_of(tx, from_id, on)
        return Mandate(
            id="",
            from_id=from_id,
            to_id="",
            themes=new.themes,
            may=new.may,
            valid_from=on,
            valid_to=new.valid_to,
            text=text_of_mandate(name, new, on, language),
            language=language,
            signed_at=now,
            evidence={},
            seal="",
            key="",
        )

    async def sign(
        self,
        tx: Transaction,
        from_id: str,
        national_id: str,
        new: NewMandate,
        language: str,
        evidence: Mapping[str, Any],
        now: datetime,
    ) -> Mandate:
        """Keep a mandate, signed and sealed. The same whether or not the other is known here.

        `evidence`: how the signer was logged in. Raises MandateFault where the person cannot sign, names
        themselves, or has five mandates waiting.
        """
        if (refused := await self.may_sign(tx, from_id, now)) is not None:
            raise MandateFault("", f"cannot_sign_{refused}")
        to_id = await self.twin.identities.find_or_create(tx, "person", "national_id", national_id, now)
        if to_id == from_id:
            raise MandateFault("number", "fault_self")
        drafted = await self.draft(tx, from_id, new, language, now)
        made = replace(drafted, id=new_id(), to_id=to_id, evidence=dict(evidence), key=self.key.id)
        made = replace(made, seal=seal(made, self.key))
        waiting = select(func.count()).where(
            mandate.c.from_id == from_id,
            mandate.c.accepted_at.is_(None),
            mandate.c.ended_at.is_(None),
            mandate.c.valid_to > local_date(now),
        )
        if int(await tx.scalar(waiting) or 0) >= MOST_WAITING:
            raise MandateFault("", "too_many_waiting")
        await tx.execute(insert(mandate).values(**{**made.__dict__, "themes": list(made.themes)}))
        return made

    async def accept(
        self, tx: Transaction, person_id: str, mandate_id: str, now: datetime
    ) -> Literal["accepted", "gone"] | Refusal:
        """The one it was given to says yes. Raises LookupError where it was not given to them."""
        kept = await self._theirs(tx, person_id, mandate_id)
        if kept.to_id != person_id:
            raise LookupError(kept.from_id)
        on = local_date(now)
        if (refused := why_not_accepted(await self._person(tx, person_id, on), on)) is not None:
            return refused
        if not self.holds(kept):
            return "gone"
        return "accepted" if await mandates.accept(tx, kept, now) else "gone"

    async def end(self, tx: Transaction, person_id: str, mandate_id: str, now: datetime) -> None:
        """Either ends it. Raises LookupError, with whose it is, for a third person."""
        await mandates.end(tx, await self._theirs(tx, person_id, mandate_id), person_id, now)

    async def mandate_for(self, tx: Transaction, person_id: str, mandate_id: str) -> Mandate:
        """A mandate, for one of its two. Raises LookupError, with whose it is, for a third person."""
        return await self._theirs(tx, person_id, mandate_id)

    def holds(self, kept: Mandate) -> bool:
        """Whether the seal is unbroken; one that is not is said in the log."""
        held = seal_holds(kept, self.key.public, self.key.id)
        if not held:
            log.error("mandate.seal_broken", mandate=kept.id, key=kept.key)
        return held

    async def name_of(self, tx: Transaction, person_id: str, on: date) -> str:
        value = await self.twin.value(tx, person_id, "person.name", on)
        return value if isinstance(value, str) else ""

    async def hides_home(self, tx: Transaction, actor_id: str, subject_id: str, on: date) -> bool:
        """Whether what is known of a child could tell the actor of a protected home they do not live in."""
        return await hides_home(self.twin, tx, actor_id, subject_id, on)

    async def _theirs(self, tx: Transaction, person_id: str, mandate_id: str) -> Mandate:
        kept = await mandates.mandate_by_id(tx, mandate_id)
        if kept is None:
            raise LookupError("")
        if person_id not in (kept.from_id, kept.to_id):
            raise LookupError(kept.from_id)
        return kept

    async def _as_parent(self, tx: Transaction, actor_id: str, child_id: str, on: date) -> Grant | None:
        if child_id not in await self.twin.wards_of(tx, actor_id, on):
            return None
        hidden = await hides_home(self.twin, tx, actor_id, child_id, on)
        return as_parent(await self._person(tx, child_id, on), True, hidden, on)

    async def _as_holder(self, tx: Transaction, kept: Mandate, on: date) -> Grant | None:
        if kept.state(on) != "in_force" or not self.holds(kept):
            return None
        signer, holder = await self._person(tx, kept.from_id, on), await self._person(tx, kept.to_id, on)
        return as_holder(kept, signer, holder, on)

    async def _person(self, tx: Transaction, person_id: str, on: date) -> Person:
        return person_as_known(await self.twin.near(tx, [person_id]), person_id, on)
