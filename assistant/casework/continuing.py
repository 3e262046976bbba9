"""What becomes of cases as time passes: a new kindergarten year, a child who moves, a municipality that moves on.

FOR-2005-12-16-1478 § 3e third paragraph: one application may cover the whole stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from assistant.casework import case_rows
from assistant.casework.announcing import (
    announce_opened,
    announce_waiting,
)
from assistant.casework.assessment import Assessor
from assistant.casework.automation import reason_named
from assistant.casework.case_rows import Case
from assistant.casework.errands import Errand
from assistant.casework.flags import write_flag
from assistant.casework.moving import Move, moves
from assistant.casework.moving_on import Open, choose, open_cases_with_papers, take_over, under
from assistant.casework.period import Period, answer_due, kindergarten_year
from assistant.casework.telling import Telling, tell_needs_worker
from assistant.config import local_date
from assistant.store import Transaction, enqueue
from assistant.store.turns import in_turn
from assistant.twin import Generation


@dataclass(frozen=True)
class Continuing:
    """Everything runs in the caller's transaction, and may be run again."""

    assessor: Assessor
    telling: Telling

    async def renew(self, tx: Transaction, on: date, now: datetime) -> int:
        """Open again, for the kindergarten year that begins on `on`, what one application covers; how many.

        A case is opened again once a year: its new decision is made on new facts without a new application
        (FOR-2005-12-16-1478 § 3e third paragraph). Call it as often as you like from when the year's facts are
        there; what has been opened or decided for the year is left alone. Where people send papers they apply anew.
        """
        await in_turn(tx, "case.renewal")
        year, today = kindergarten_year(on), local_date(now)
        due_on = year.valid_from if today < year.valid_from else answer_due(today)
        renewed = 0
        for closed in await case_rows.to_renew(tx, year):
            chosen = await self.assessor.twin.generation(tx, closed.municipality, closed.kind)
            if chosen == "documented" or not await self._has_place_in(tx, closed.subject_id, year):
                continue
            content = {**closed.content, "reasons": [], "renewal": year.valid_from.isoformat()}
            content.pop("moved", None)
            await case_rows.reopen(tx, closed, content, due_on=due_on, generation=chosen)
            await announce_opened(tx, closed, now)
            await self.decide_on_new_facts(tx, closed, now)
            renewed += 1
        return renewed

    async def decide_on_new_facts(self, tx: Transaction, opened: Case, now: datetime) -> None:
        """Have the registers asked, and the case decided after that."""
        await enqueue(tx, "fetch_for_case", {"case_id": opened.id}, now=now, key=opened.person_id)

    async def follow_moves(
        self, tx: Transaction, now: datetime, subject_ids: Sequence[str] | None = None
    ) -> None:
        """Let a decision hold for the place a child moves to: it holds the whole kindergarten year.

        Where the new place has another price or other hours, the case is opened again for a case worker, and
        the applicant is told.
        """
        for move in await moves(tx, self.assessor.twin, local_date(now), subject_ids):
            if move.same_terms:
                await write_flag(tx, move.carried, now)
            else:
                await self._hand_over_move(tx, move, now)

    async def _hand_over_move(self, tx: Transaction, move: Move, now: datetime) -> None:
        made = await case_rows.decision_by_id(tx, move.carried.decision_id)
        if made is None:
            return
        closed, begins = await _case(tx, made.case_id), move.carried.valid_from
        if closed.is_open or closed.content.get("moved") == begins.isoformat():
            return
        why = reason_named("place_changed")
        content = {**closed.content, "reasons": [why.as_json()], "moved": begins.isoformat()}
        content.pop("renewal", None)
        due_on = answer_due(local_date(now))
        await case_rows.reopen(tx, closed, content, due_on=due_on)
        await case_rows.hand_to_people(tx, closed, content)
        await announce_opened(tx, closed, now)
        await announce_waiting(tx, closed, "case_worker", now)
        await tell_needs_worker(tx, self.telling, closed, str(begins), due_on, now)

    async def move_on(
        self, tx: Transaction, number: str, errand: Errand, chosen: Generation, now: datetime
    ) -> Sequence[Open]:
        """Let a municipality handle an errand by another generation; its open cases, and what becomes of them.

        Those who were to send papers are told that they need not. Raises `NoSuchMunicipality`.
        """
        before = await choose(tx, number, errand, chosen)
        there = await open_cases_with_papers(tx, number, errand)
        found = [under(chosen, opened, documents) for opened, documents in there]
        for one in found:
            if one.fate == "on_new_facts":
                await take_over(tx, one.case, chosen, now)
                await self.decide_on_new_facts(tx, one.case, now)
                if one.case.generation == "documented":
                    await self.tell_easier(tx, one.case.person_id, one.case.subject_id, errand, chosen, now)
        if before != chosen != "documented":
            # Incomes may be asked for now, and who applied at intake has applied.
            rerun = {"rule": errand.amount, "cause": f"generation:{chosen}"}
            await enqueue(tx, "rerun_rule", rerun, now=now, queue="bulk")
        return found

    async def tell_easier(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        errand: Errand,
        chosen: Generation,
        now: datetime,
    ) -> None:
        """Tell that papers are no longer needed."""
        cause = f"generation:{chosen}:{person_id}:{subject_id}"
        await self.telling.tell(
            tx, person_id, subject_id, errand.decides[0], "easier_now", cause, {"generation": chosen}, now
        )

    async def _has_place_in(self, tx: Transaction, subject_id: str, year: Period) -> bool:
        """Not where the place ends when the year before does: the child begins at school, or leaves."""
        begins = await self.assessor.place_from(tx, subject_id, year.valid_from)
        return begins is not None and begins < year.valid_to


async def _case(tx: Transaction, case_id: str) -> Case:
    found = await case_rows.case_by_id(tx, case_id)
    assert found is not None  # a foreign key
    return found
