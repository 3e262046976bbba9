"""Cases from submitted errand to decision: automatic where law lets a machine decide, else by a case worker.

FOR-2005-12-16-1478 §§ 3d and 3e; forvaltningsloven §§ 11a, 16, 17, 23–29.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from assistant.casework import case_rows, control, drafting, four_eyes
from assistant.casework.announcing import (
    announce_decision,
    announce_opened,
    announce_waiting,
    whom_it_waits_for,
)
from assistant.casework.assessment import Assessor
from assistant.casework.automation import HumanReason, reason_named
from assistant.casework.case_rows import Case
from assistant.casework.considering import Considered, consider, fee_of, heard, told_about
from assistant.casework.continuing import Continuing
from assistant.casework.errands import errand_of, errands
from assistant.casework.flags import Flag, write_flag
from assistant.casework.intake import submission_at_intake
from assistant.casework.letter import write
from assistant.casework.outcome import Conclusion
from assistant.casework.period import Period, answer_due, kindergarten_year, next_month, year_to_renew
from assistant.casework.reversal import Reversals
from assistant.casework.ruling import (
    AlreadyDecided,
    NoSuchCase,
    Ruling,
    RulingIncomplete,
    SecondPersonNeeded,
    checked_fee,
)
from assistant.casework.running_year import Fee
from assistant.casework.submission import Submission
from assistant.casework.telling import Telling, tell_needs_worker
from assistant.casework.wording import LANGUAGES, listed
from assistant.config import Clock, local_date
from assistant.store import Database, Transaction, enqueue
from assistant.store.columns import new_id
from assistant.store.tables import case, decision
from assistant.store.work import Handler


@dataclass(frozen=True)
class Casework:
    """The face of the room. Everything runs in the caller's transaction."""

    assessor: Assessor
    telling: Telling

    @property
    def reversals(self) -> Reversals:
        """What becomes of decisions whose facts turn out otherwise."""
        return Reversals(self.assessor, self.telling)

    async def open_case(self, tx: Transaction, submission: Submission, now: datetime) -> str:
        """Open a case of a submitted errand and have it decided; the same process gives the same case."""
        errand = errand_of(submission.errand)
        if submission.process_id is not None:
            opened = await case_rows.case_of_process(tx, submission.process_id)
            if opened is not None:
                return opened
        received_on = local_date(now)
        new = Case(
            id=new_id(),
            number=await case_rows.next_number(tx, received_on.year),
            municipality=submission.municipality,
            kind=errand.id,
            person_id=submission.person_id,
            subject_id=submission.subject_id,
            process_id=submission.process_id,
            status="received",
            content=submission.content(),
            received_at=now,
            due_on=answer_due(received_on),
            assigned_to=None,
            generation=submission.generation,
        )
        await tx.execute(insert(case).values(**new.__dict__))
        await case_rows.remind_of(tx, new)
        await announce_opened(tx, new, now)
        if new.generation != "documented":
            # § 3e first paragraph: the municipality fetches what it needs to handle the application.
            about = {"subject_id": new.subject_id}
            await enqueue(tx, "fetch_missing", about, now=now, key=new.person_id)
        await self._enqueue(tx, new, now)
        return new.id

    async def open_at_intake(self, tx: Transaction, subject_ids: Iterable[str], now: datetime) -> None:
        """Open the cases of children whose parents applied when they accepted the place, if none was before."""
        for child, errand in [(child, one) for child in subject_ids for one in errands().values()]:
            applied = await submission_at_intake(tx, self.assessor, errand.id, child, local_date(now))
            if applied is None:
                continue
            if not await case_rows.any_case_about(tx, errand.id, child, applied.municipality):
                await self.open_case(tx, applied, now)

    @property
    def continuing(self) -> Continuing:
        """What becomes of cases as time passes."""
        return Continuing(self.assessor, self.telling)

    async def look_again(self, tx: Transaction, subject_ids: Sequence[str], now: datetime) -> int:
        """New facts about these children have come: try their waiting cases once more. How many were."""
        await self.continuing.follow_moves(tx, now, subject_ids)
        waiting = [
            opened
            for opened in await case_rows.open_cases_about(tx, list(subject_ids))
            if all(reason["waits"] for reason in opened.content["reasons"])
        ]
        for opened in waiting:
            await self._enqueue(tx, opened, now)
        return len(waiting)

    async def decide_case(self, tx: Transaction, case_id: str, now: datetime) -> str | None:
        """Decide by machine if law lets it, else hand the case to a case worker. The decision's id, if made.

        Doing it twice is harmless: a case that is decided, or that already waits for people for the same
        reasons, is left as it is.
        """
        opened = await self._case(tx, case_id)
        if not opened.is_open or opened.content.get("taken_back"):
            return None  # decided; or taken back, which a case worker ends
        renewal = _renewal(opened)
        considered = await consider(tx, self.assessor, opened, now, period=renewal)
        fee = fee_of(considered)
        granted = considered.assessment.answer == "yes" or fee.kept
        reasons = considered.reasons
        if renewal is not None and not granted and not reasons:
            # Nobody has asked for this, so nobody has been heard: it takes a notice first (fvl § 16).
            reasons = (reason_named("renewal_refused"),)
        if reasons:
            await self._hand_to_people(tx, considered, reasons, now)
            return None
        return await self._conclude(tx, considered, Conclusion("granted" if granted else "refused", fee), now)

    async def decide(
        self, tx: Transaction, case_id: str, ruling: Ruling, now: datetime, period: Period | None = None
    ) -> str:
        """A case worker's decision with written reasons; its id. `period`: where it is settled already.

        Raises as `found` does, and `SecondPersonNeeded` where the municipality wants two people and one acts.
        """
        considered, conclusion = await self.found(tx, case_id, ruling, now, period)
        alone = not ruling.approved_by or four_eyes.same_person(ruling.by, ruling.approved_by)
        if alone and four_eyes.takes_two(ruling, considered.municipality.settings):
            raise SecondPersonNeeded(f"the decision in case {considered.case.number} takes two people")
        return await self._conclude(tx, considered, conclusion, now)

    async def found(
        self, tx: Transaction, case_id: str, ruling: Ruling, now: datetime, period: Period | None = None
    ) -> tuple[Considered, Conclusion]:
        """What a ruling comes to, checked but not yet made.

        Raises `NoSuchCase`, `AlreadyDecided`, and `RulingIncomplete` naming the field that lacks something.
        """
        opened = await self._case(tx, case_id)
        if not opened.is_open:
            raise AlreadyDecided(f"case {opened.number} is decided already")
        if not ruling.reason.strip():
            raise RulingIncomplete("reason", "missing")
        if ruling.household_income is not None and ruling.household_income < 0:
            raise RulingIncomplete("household_income", "negative")
        period = period or _opened_again_for(opened)
        if ruling.valid_from is not None:
            period = Period(ruling.valid_from, kindergarten_year(ruling.valid_from).valid_to)
        considered = await consider(
            tx, self.assessor, opened, now, period=period, household_income=ruling.household_income
        )
        if ruling.outcome == "granted":
            fee = _fee_granted(considered, ruling)
            if considered.assessment.place_number is None:
                raise RulingIncomplete("outcome", "no_place")
        else:
            fee = Fee(considered.assessment.full_fee or Decimal(0))
        by = listed([name for name in (ruling.by, ruling.approved_by) if name], _language(opened))
        conclusion = Conclusion(ruling.outcome, fee, by, ruling.reason.strip(), ruling.household_income)
        return considered, conclusion

    async def consider(self, tx: Transaction, opened: Case, now: datetime) -> Considered:
        """A case as a case worker is to see it. Uses of facts are logged."""
        return await consider(tx, self.assessor, opened, now, period=_opened_again_for(opened))

    def handlers(self, database: Database, clock: Clock) -> Mapping[str, Handler]:
        """The jobs of this room, for the workers."""

        async def decide_case(args: Mapping[str, Any]) -> None:
            async with database.begin() as tx:
                await self.decide_case(tx, args["case_id"], clock())

        async def renew_decisions(args: Mapping[str, Any]) -> None:
            now = clock()
            async with database.begin() as tx:
                await self.continuing.follow_moves(tx, now)
                await self.continuing.renew(tx, year_to_renew(local_date(now)).valid_from, now)

        return {"decide_case": decide_case, "renew_decisions": renew_decisions}

    async def _case(self, tx: Transaction, case_id: str) -> Case:
        opened = await case_rows.case_by_id(tx, case_id)
        if opened is None:
            raise NoSuchCase(f"no case has id {case_id}")
        return opened

    async def _enqueue(self, tx: Transaction, opened: Case, now: datetime) -> None:
        await enqueue(tx, "decide_case", {"case_id": opened.id}, now=now, key=opened.person_id)

    async def _hand_to_people(
        self, tx: Transaction, considered: Considered, why: Sequence[HumanReason], now: datetime
    ) -> None:
        opened = considered.case
        reasons = [reason.as_json() for reason in why]
        if opened.status == "manual" and opened.content["reasons"] == reasons:
            return
        if not await case_rows.hand_to_people(tx, opened, {**opened.content, "reasons": reasons}):
            return
        waits_for = whom_it_waits_for(opened.generation, [reason.waits for reason in why])
        await announce_waiting(tx, opened, waits_for, now)
        if opened.content.get("origin") == "intake" and all(reason.waits for reason in why):
            return  # a register is asked, and nobody is there who waits to hear
        about = str(considered.period.valid_from)
        await tell_needs_worker(tx, self.telling, opened, about, opened.due_on, now)

    async def _conclude(
        self, tx: Transaction, considered: Considered, conclusion: Conclusion, now: datetime
    ) -> str:
        """Write decision, letter and flag, and tell the applicant: all or nothing."""
        opened, assessment, period = considered.case, considered.assessment, considered.period
        if not await case_rows.close(tx, opened):
            raise AlreadyDecided(f"case {opened.number} is decided already")
        decision_id = new_id()
        language = _language(opened)
        content = drafting.decision_content(considered, conclusion)
        if conclusion.automatic:
            share = control.share_of(considered.municipality.settings)
            content[control.SETTING] = str(share)
            keys = self.assessor.twin.identities.keys
            await control.draw(tx, keys, decision_id, opened.municipality, share, now)
        readers = await drafting.readers_of(tx, self.assessor.twin, considered)
        letter = drafting.draft(considered, conclusion, readers, local_date(now))
        await tx.execute(
            insert(decision).values(
                id=decision_id,
                case_id=opened.id,
                outcome=conclusion.outcome,
                automatic=conclusion.automatic,
                decided_by=conclusion.decided_by or "varde",
                decided_at=now,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                content=content,
                determination_id=None,
                letter=write(letter, language),
                language=language,
            )
        )
        ended = conclusion.outcome == "refused" and bool(opened.content.get("taken_back"))
        if (conclusion.outcome == "granted" or ended) and assessment.place_number is not None:
            new = Flag(
                municipality=opened.municipality,
                subject_id=opened.subject_id,
                place_number=assessment.place_number,
                fee=considered.errand.fee,
                monthly_amount=conclusion.fee.amount,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                decision_id=decision_id,
            )
            await write_flag(tx, new, now)
        await announce_decision(tx, opened, decision_id, now)
        await self._tell_decision(tx, considered, conclusion, decision_id, now)
        return decision_id

    async def _tell_decision(
        self,
        tx: Transaction,
        considered: Considered,
        conclusion: Conclusion,
        decision_id: str,
        now: datetime,
    ) -> None:
        opened, full = considered.case, considered.assessment.full_fee
        granted = conclusion.outcome == "granted"
        await self.telling.tell(
            tx,
            opened.person_id,
            opened.subject_id,
            told_about(considered),
            _kind_of_word(opened, granted=granted),
            f"decision:{decision_id}",
            {
                "case_id": opened.id,
                "case_number": opened.number,
                "decision_id": decision_id,
                "outcome": conclusion.outcome,
                "full_fee": full,
                "monthly_fee": conclusion.fee.amount if granted else full,
                "valid_from": considered.period.valid_from,
                "valid_to": considered.period.valid_to,
                "generation": opened.generation,
                **heard(considered),
            },
            now,
        )


def _fee_granted(considered: Considered, ruling: Ruling) -> Fee:
    """The fee a case worker states, else the rules'; of these a rise in income takes nothing away (§§ 3b, 3c).

    Where how much of it is the rise is what the case worker is to find, the fee must be stated.
    """
    checked = checked_fee(considered.assessment, ruling)
    if ruling.monthly_fee is not None:
        return Fee(checked)
    if any(reason.id == "income_rose" for reason in considered.reasons):
        raise RulingIncomplete("monthly_fee", "missing")
    kept = fee_of(considered)
    return kept if kept.kept else Fee(checked)


def _kind_of_word(opened: Case, *, granted: bool) -> str:
    """How the applicant is told: as somebody who has just applied, or who has not had to do anything."""
    if granted and _renewal(opened) is not None:
        return "flag_renewed"
    return "flag_set" if granted and opened.content.get("origin") == "intake" else "decision_made"


def _language(opened: Case) -> str:
    language = str(opened.content["language"])
    return language if language in LANGUAGES else "nb"


def _renewal(opened: Case) -> Period | None:
    """The kindergarten year a case was opened again for; None for a first decision."""
    begins = opened.content.get("renewal")
    return None if begins is None else kindergarten_year(date.fromisoformat(begins))


def _opened_again_for(opened: Case) -> Period | None:
    """The days of a decision in a case opened again: a new year, from a change of kindergarten, or of the end.

    Law says nothing of when an application that is taken back stops counting: from the first whole month after,
    as it began to count (§ 3d), unless the case worker finds otherwise.
    """
    if taken_back := opened.content.get("taken_back"):
        ends = next_month(local_date(datetime.fromisoformat(taken_back)))
        return Period(ends, kindergarten_year(ends).valid_to)
    moved = opened.content.get("moved")
    if moved is None:
        return _renewal(opened)
    begins = date.fromisoformat(moved)
    return Period(begins, kindergarten_year(begins).valid_to)
