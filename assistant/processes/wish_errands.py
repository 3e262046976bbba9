"""Errands walked on a standing wish: prepared and sent for the person, or prepared and left at what only they know.

FOR-2005-12-16-1478 § 3d: a household *applies*. A wish given beforehand, in writing, for the theme, is that
application; it is kept with the case. What the law says of this, and what it does not, stands in docs/control.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, update

from assistant.casework.case_rows import OPEN
from assistant.config import Clock, local_date
from assistant.determinations import current
from assistant.guidance import Guidance
from assistant.guidance.people import Person
from assistant.guidance.rows import guidance_by_id
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import wish_for
from assistant.guidance.wishes import Wish
from assistant.guidance.wishing import tell_after_all
from assistant.processes.choosing import UnknownErrand
from assistant.processes.errand import Errand, NotYours
from assistant.processes.standing import walk
from assistant.processes.state import ProcessState
from assistant.processes.store import Processes
from assistant.processes.walker import OpenStep
from assistant.store import Database, Transaction
from assistant.store.tables import case, decision, process
from assistant.store.work import Handler
from assistant.twin import OnBehalf, on_behalf

log = structlog.get_logger()

ACTOR = "varde"


@dataclass(frozen=True)
class StandingWishes:
    """`act_on_wish` is the handler of the task of that name: once a right was found and its person wants it done."""

    database: Database
    processes: Processes
    guidance: Guidance
    clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {"act_on_wish": self.act_on_wish}

    async def act_on_wish(self, args: Mapping[str, Any]) -> None:
        """Do as the person wishes about the right told of in `args["guidance_id"]`; done twice it is done once."""
        async with self.database.begin() as tx:
            done = await self.act(tx, str(args["guidance_id"]), self.clock())
        log.info("wish.acted_on", guidance=args["guidance_id"], done=done)

    async def act(self, tx: Transaction, guidance_id: str, now: datetime) -> str:
        """'sent', 'prepared', or 'told' where it is left to the person after all; 'nothing' where it is over."""
        row = await guidance_by_id(tx, guidance_id)
        if row is None or row["withdrawn_at"] is not None:
            return "nothing"
        found = await current(tx, row["rule"], row["subject_id"])
        if found is None or found["answer"] != "yes":
            return "nothing"
        wish = await wish_for(tx, row["person_id"], theme_of(row["rule"]))
        person, how, _ = await self.guidance.telling_now(tx, row, local_date(now))
        if wish.choice == "do" and how.channels and not await self._is_applied_for(tx, row, now):
            done = await self._walk(tx, row, wish, person, now)
            if done is not None:
                return done
        await tell_after_all(self.guidance, tx, guidance_id, now)
        return "told"

    async def _walk(
        self, tx: Transaction, row: Mapping[str, Any], wish: Wish, person: Person, now: datetime
    ) -> str | None:
        who = OnBehalf(
            principal=person.id,
            actor=ACTOR,
            basis=f"wish:{wish.theme}",
            actor_kind="service",
            evidence={"wish": wish.as_json(), "facts_seen_by_applicant": False},
        )
        name, child = str(row["content"].get("process", "")), row["subject_id"]
        language = person.language if person.language in ("nb", "nn", "en") else "nb"
        with on_behalf(who):
            try:
                errand, left = await self._prepared(tx, name, person.id, child, now)
            except (NotYours, UnknownErrand):
                return None
            if errand.state.prepared and not left:
                await self.processes.submit(tx, errand.id, person.id, language, now)
        if not errand.state.prepared:
            return None
        if left:
            titles = [dict(step.gap.words.label if step.gap else step.definition.title) for step in left]
            content = {"process": name, "errand_id": errand.id, "left": titles}
            await self._tell(tx, row, "prepared_for_you", errand, content, now)
            return "prepared"
        question = select(case.c.id, case.c.number).where(case.c.process_id == errand.id)
        opened = await tx.first(question)
        assert opened is not None
        content = {"case_id": opened["id"], "case_number": opened["number"], "errand_id": errand.id}
        await self._tell(tx, row, "sent_for_you", errand, content, now)
        return "sent"

    async def _prepared(
        self, tx: Transaction, name: str, person_id: str, child_id: str, now: datetime
    ) -> tuple[Errand, tuple[OpenStep, ...]]:
        """The errand walked as far as the wish covers, and what only the person can answer.

        One they have begun themselves is left as it is (`state.prepared` is not set).
        """
        errand = await self.processes.start(tx, name, person_id, child_id, now)
        if errand.state != ProcessState() and not errand.state.prepared:
            return errand, ()
        definition = self.processes.definition(errand.definition)
        found = await self.processes.gathered(tx, errand, "nb", now)
        walked = walk(definition, errand.state, found.determination, found.view)
        values = {"state": walked.state.as_json(), "changed_at": now}
        await tx.execute(update(process).where(process.c.id == errand.id).values(**values))
        return replace(errand, state=walked.state), walked.left

    async def _is_applied_for(self, tx: Transaction, row: Mapping[str, Any], now: datetime) -> bool:
        """Whether somebody has an application about the child open, or a grant that holds: one is enough."""
        about = (case.c.kind == str(row["content"].get("process", ""))) & (
            case.c.subject_id == row["subject_id"]
        )
        opened = await tx.first(select(case.c.id).where(about, case.c.status.in_(OPEN)))
        granted = await tx.first(
            select(decision.c.id)
            .join(case, case.c.id == decision.c.case_id)
            .where(about, decision.c.outcome == "granted", decision.c.valid_to > local_date(now))
        )
        return opened is not None or granted is not None

    async def _tell(
        self,
        tx: Transaction,
        row: Mapping[str, Any],
        kind: str,
        errand: Errand,
        content: Mapping[str, Any],
        now: datetime,
    ) -> None:
        cause = f"process:{errand.id}:wish"
        await self.guidance.tell(
            tx, row["person_id"], row["subject_id"], row["rule"], kind, cause, content, now
        )
