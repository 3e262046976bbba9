"""Decisions that rest on what is now known to be otherwise: found, told of, heard on, reversed or left as they are.

In the person's favour by machine where the law lets it; against them never without advance notice and a case worker
(forvaltningsloven §§ 16 and 35). What is weighed where stands in `reconsidering`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from assistant.casework import case_rows, control, drafting, four_eyes
from assistant.casework import reconsideration_rows as rows
from assistant.casework.announcing import announce_decision, announce_waiting
from assistant.casework.assessment import Assessor
from assistant.casework.case_rows import Case, Decision
from assistant.casework.coming_forward import came_forward, cause_of
from assistant.casework.considering import told_about
from assistant.casework.errands import errand_of
from assistant.casework.flags import Flag, correct_flags
from assistant.casework.letter import write
from assistant.casework.looking_anew import Looked, finding, judged_income_of, look_anew
from assistant.casework.outcome import Conclusion
from assistant.casework.period import Period
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.casework.reconsidering import (
    GROUNDS_AGAINST,
    answer_by,
    first_days,
    is_heard,
    touches,
    used_in,
)
from assistant.casework.reversing import NotHeard, NotOpen, ReversalIncomplete, Reversing
from assistant.casework.ruling import NoSuchCase, SecondPersonNeeded
from assistant.casework.running_year import Fee
from assistant.casework.telling import Telling
from assistant.casework.wording import listed
from assistant.config import local_date
from assistant.determinations import Cause
from assistant.store import Transaction
from assistant.store.columns import from_json, new_id, to_json
from assistant.store.tables import decision
from assistant.twin import FactChange, Unknown
from assistant.twin.household import affected_persons, household_adults

MACHINE = "varde"
"""Who settles what no human does, in `settled_by` and `decided_by`."""


@dataclass(frozen=True)
class Reversals:
    """Everything runs in the caller's transaction."""

    assessor: Assessor
    telling: Telling

    async def follow(
        self, tx: Transaction, changes: Sequence[FactChange], cause: Cause, now: datetime
    ) -> tuple[str, ...]:
        """Facts have changed: find the decisions that rest on them; the ids of what was found and is new."""
        subjects = {change.subject_id for change in changes}
        if not subjects:
            return ()
        near = await self.assessor.twin.near(tx, subjects)
        today = local_date(now)
        concerned = {one for subject in subjects for one in affected_persons(near, subject, today)}
        standing = await rows.standing_decisions(tx, concerned)
        if not standing:
            return ()
        await rows.in_the_cases_turn(tx, [opened.id for opened, _ in standing])
        standing = await rows.standing_decisions(tx, concerned)  # somebody may just have replaced one
        waiting = {one.decision_id for one in await rows.open_of(tx, [made.id for _, made in standing])}
        found = []
        for opened, made in standing:
            used = used_in(made.content["determinations"])
            if any(touches(one, used, made.valid_from, made.id in waiting) for one in changes):
                new = await self._look_anew(tx, opened, made, cause(opened.subject_id), now)
                found += [new] if new else []
        return tuple(found)

    async def _look_anew(
        self, tx: Transaction, opened: Case, made: Decision, cause: str, now: datetime
    ) -> str | None:
        looked = await look_anew(tx, self.assessor, opened, made, now)
        earlier = await rows.open_of(tx, [made.id])
        found = finding(looked, cause, now)
        if found is None:
            for one in earlier:
                await self._let_be(tx, opened, one, MACHINE, "", now)
            return None
        if not await rows.keep(tx, found):
            return None
        for one in earlier:  # the register has corrected itself again: what was proposed is not so any more
            await self._let_be(tx, opened, one, MACHINE, "", now, tell=False)
        if not found.why_human:
            doing = Reversing(MACHINE, "", "favour", made.valid_from)
            await self._write_reversal(tx, found, looked, doing, now)
        return found.id

    async def notice(self, tx: Transaction, reconsideration_id: str, by: str, now: datetime) -> None:
        """Tell the person beforehand, and how long they have to answer (§ 16).

        Raises `NotOpen`, and `ReversalIncomplete` where the person cannot be told here.
        """
        one, opened, made = await self._standing(tx, reconsideration_id)
        if one.state != "found" or one.favour != "against":
            raise NotOpen(f"reconsideration {one.id} is {one.state}")
        municipality = await self.assessor.twin.municipality(tx, opened.municipality)
        last_day = answer_by(local_date(now), municipality.settings if municipality else {})
        if not await rows.move(tx, one, "noticed", noticed_at=now, answer_by=last_day):
            raise NotOpen(f"reconsideration {one.id} is no longer {one.state}")
        about = {
            "reconsideration_id": one.id,
            "case_id": opened.id,
            "case_number": opened.number,
            "due_on": last_day,
            "earlier_fee": one.proposed.fee_before,
            "monthly_fee": one.proposed.fee_after,
            "valid_from": made.valid_from,
        }
        told = await self._tell(
            tx, opened, errand_of(opened.kind).decides[0], "advance_notice", one, about, now
        )
        if not told:
            raise ReversalIncomplete("notice", "cannot")
        await announce_waiting(tx, opened, "answer", now)

    async def answer(self, tx: Transaction, reconsideration_id: str, words: str, now: datetime) -> None:
        """What the person says to it. May be sent until it is settled; the newest words stand."""
        one, _, _ = await self._found(tx, reconsideration_id)
        if one.state not in ("noticed", "answered"):
            raise NotOpen(f"reconsideration {one.id} is {one.state}")
        if not words.strip():
            raise ReversalIncomplete("answer", "missing")
        if not await rows.move(tx, one, "answered", answered_at=now, answer=words.strip()):
            raise NotOpen(f"reconsideration {one.id} is no longer {one.state}")

    async def drop(
        self, tx: Transaction, reconsideration_id: str, by: str, reason: str, now: datetime
    ) -> None:
        """Let the decision stand, with reasons; who was notified is told."""
        one, opened, _ = await self._found(tx, reconsideration_id)
        if not one.is_open:
            raise NotOpen(f"reconsideration {one.id} is {one.state}")
        if not reason.strip():
            raise ReversalIncomplete("reason", "missing")
        await self._let_be(tx, opened, one, by, reason.strip(), now)

    async def reverse(self, tx: Transaction, reconsideration_id: str, doing: Reversing, now: datetime) -> str:
        """A case worker's reversal; the new decision's id.

        Raises `NotOpen` (also where another decision stands in the place of this one), `NotHeard` (against the
        person, before they have answered or had the time), `ReversalIncomplete` naming what is lacking, and
        `SecondPersonNeeded` where the municipality wants two people and one acts; nothing is written then.
        """
        one, opened, made = await self._standing(tx, reconsideration_id)
        today = local_date(now)
        if not one.is_open:
            raise NotOpen(f"reconsideration {one.id} is {one.state}")
        if not doing.reason.strip():
            raise ReversalIncomplete("reason", "missing")
        if one.favour == "against":
            if not is_heard(one.state, one.answer_by, today):
                raise NotHeard(one.answer_by)
            if doing.ground not in GROUNDS_AGAINST:
                raise ReversalIncomplete("ground", "missing")
            if doing.ground == "not_arrived" and await came_forward(tx, made) is not None:
                raise ReversalIncomplete("ground", "arrived")
        if doing.valid_from not in first_days(made.period, today):
            raise ReversalIncomplete("valid_from", "not_offered")
        looked = await look_anew(tx, self.assessor, opened, made, now)
        terms = looked.terms
        if terms.fee is None:
            raise ReversalIncomplete("outcome", "undetermined")
        if (terms.outcome, terms.fee) != (one.proposed.outcome_after, one.proposed.fee_after):
            raise NotOpen(f"reconsideration {one.id}: other facts have come in the meantime")
        ruling = doing.ruling(made, one.proposed_outcome)
        alone = not doing.approved_by or four_eyes.same_person(doing.by, doing.approved_by)
        if alone and four_eyes.takes_two(ruling, looked.considered.municipality.settings):
            raise SecondPersonNeeded(f"the reversal in case {opened.number} takes two people")
        return await self._write_reversal(tx, one, looked, doing, now)

    async def overtake(
        self,
        tx: Transaction,
        opened: Case,
        replaced: Sequence[Decision],
        new_decision_id: str,
        by: str,
        reason: str,
        now: datetime,
    ) -> None:
        """End what is open about decisions that another decision has replaced: there is nothing left to ask.

        Nobody is told of it here: the new decision tells.
        """
        for one in await rows.open_of(tx, [made.id for made in replaced]):
            ended = {"settled_by": by, "settled_at": now, "reason": reason.strip()}
            if not await rows.move(tx, one, "dropped", **ended, new_decision_id=new_decision_id):
                raise NotOpen(f"reconsideration {one.id} is no longer {one.state}")

    async def affected(self, tx: Transaction, opened: Case, now: datetime) -> Mapping[str, bool]:
        """Who else the change touches → whether they may be told: guardians who live in the child's household.

        A guardian who lives elsewhere is not told what rests on the income of a household that is not theirs.
        """
        near = await self.assessor.twin.near(tx, [opened.subject_id])
        on = local_date(now)
        adults = household_adults(near, opened.subject_id, on)
        guardians = near.many(opened.subject_id, "person.guardians", on)
        at_home = () if isinstance(adults, Unknown) else adults
        guarding = () if isinstance(guardians, Unknown) else guardians
        others = dict.fromkeys(one for one in (*at_home, *guarding) if one != opened.person_id)
        together = opened.person_id in at_home
        return {one: together and one in at_home and one in guarding for one in others}

    async def _found(
        self, tx: Transaction, reconsideration_id: str
    ) -> tuple[Reconsideration, Case, Decision]:
        one = await rows.by_id(tx, reconsideration_id)
        opened = None if one is None else await case_rows.case_by_id(tx, one.case_id)
        made = None if one is None else await case_rows.decision_by_id(tx, one.decision_id)
        if one is None or opened is None or made is None:
            raise NoSuchCase(f"no reconsideration has id {reconsideration_id}")
        return one, opened, made

    async def _standing(
        self, tx: Transaction, reconsideration_id: str
    ) -> tuple[Reconsideration, Case, Decision]:
        """As `_found`, in the case's turn. Raises `NotOpen` where another decision has replaced the one it is of."""
        _, opened, _ = await self._found(tx, reconsideration_id)
        await rows.in_the_cases_turn(tx, [opened.id])
        one, opened, made = await self._found(tx, reconsideration_id)
        if len(await rows.since(tx, made)) > 1:
            raise NotOpen(f"reconsideration {one.id}: another decision has replaced the one it is of")
        return one, opened, made

    async def _tell(
        self,
        tx: Transaction,
        opened: Case,
        rule: str,
        kind: str,
        one: Reconsideration,
        about: Mapping[str, Any],
        now: datetime,
        cause: str = "",
    ) -> bool:
        """Tell the applicant, and those of the household who may know; whether the applicant could be told."""
        cause = cause or f"case:{opened.id}:{one.id}"
        told = await self.telling.tell(tx, opened.person_id, opened.subject_id, rule, kind, cause, about, now)
        plain = {
            name: about[name]
            for name in about
            if name not in ("reconsideration_id", "decision_id", "case_id", "due_on")
        }
        for person, may_know in (await self.affected(tx, opened, now)).items():
            if may_know:
                await self.telling.tell(
                    tx, person, opened.subject_id, rule, kind, cause, plain | {"other": True}, now
                )
        return told is not None

    async def _let_be(
        self,
        tx: Transaction,
        opened: Case,
        one: Reconsideration,
        by: str,
        reason: str,
        now: datetime,
        tell: bool = True,
    ) -> None:
        noticed = one.noticed_at is not None
        if not await rows.move(tx, one, "dropped", settled_by=by, settled_at=now, reason=reason):
            raise NotOpen(f"reconsideration {one.id} is no longer {one.state}")
        if noticed and tell:
            about = {
                "reconsideration_id": one.id,
                "case_id": opened.id,
                "case_number": opened.number,
                "monthly_fee": one.proposed.fee_before,
            }
            rule = errand_of(opened.kind).decides[0]
            await self._tell(tx, opened, rule, "decision_stands", one, about, now)

    async def _write_reversal(
        self, tx: Transaction, one: Reconsideration, looked: Looked, doing: Reversing, now: datetime
    ) -> str:
        """Decision, letter and flags, and tell those concerned: all or nothing."""
        opened, made = looked.case, looked.made
        period = Period(doing.valid_from, made.valid_to)
        considered = replace(looked.considered, period=period)
        outcome = one.proposed_outcome
        fee = one.proposed.fee_after
        assert fee is not None
        by_machine = doing.by == MACHINE
        by = listed([name for name in (doing.by, doing.approved_by) if name], made.language)
        conclusion = Conclusion(
            outcome, Fee(fee), "" if by_machine else by, doing.reason.strip(), judged_income_of(made)
        )
        decision_id = new_id()
        moved = await rows.move(
            tx,
            one,
            "reversed",
            settled_by=by,
            settled_at=now,
            reason=doing.reason.strip(),
            new_decision_id=decision_id,
        )
        if not moved:
            raise NotOpen(f"reconsideration {one.id} is no longer {one.state}")
        readers = await drafting.readers_of(tx, self.assessor.twin, considered)
        draft = drafting.draft(considered, conclusion, readers, local_date(now))
        letter = replace(draft, reversed=drafting.reversed_in(considered, made, one, doing.ground, readers))
        kept = drafting.decision_content(considered, conclusion) | {"reconsideration": one.id}
        if by_machine:
            share = control.share_of(considered.municipality.settings)
            kept[control.SETTING] = str(share)
            keys = self.assessor.twin.identities.keys
            await control.draw(tx, keys, decision_id, opened.municipality, share, now)
        await tx.execute(
            insert(decision).values(
                id=decision_id,
                case_id=opened.id,
                outcome=outcome,
                automatic=by_machine,
                decided_by=by,
                decided_at=now,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                content=from_json(to_json(kept)),
                determination_id=None,
                letter=write(letter, made.language),
                language=made.language,
                replaces=made.id,
            )
        )
        if looked.assessment.place_number is not None:
            new = Flag(
                municipality=opened.municipality,
                subject_id=opened.subject_id,
                place_number=looked.assessment.place_number,
                fee=considered.errand.fee,
                monthly_amount=fee,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                decision_id=decision_id,
            )
            await correct_flags(tx, made.id, new, now, lowers=outcome == "granted")
        about = {
            "case_id": opened.id,
            "case_number": opened.number,
            "decision_id": decision_id,
            "outcome": outcome,
            "earlier_fee": one.proposed.fee_before,
            "monthly_fee": fee,
            "full_fee": one.proposed.full_fee,
            "valid_from": period.valid_from,
        }
        await announce_decision(tx, opened, decision_id, now)
        await self._tell(
            tx, opened, told_about(considered), "decision_reversed", one, about, now, cause_of(decision_id)
        )
        return decision_id
