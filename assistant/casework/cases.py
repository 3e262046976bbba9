"""Cases from submitted errand to decision: automatic where law lets a machine decide, else by a case worker.

FOR-2005-12-16-1478 §§ 3d and 3e; forvaltningsloven §§ 11a, 17, 23–29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from sqlalchemy import insert

from assistant.casework import case_rows, drafting
from assistant.casework.assessment import Assessment, Assessor
from assistant.casework.automation import HumanReason, Matter, reasons_for_human
from assistant.casework.case_rows import Case, Decision
from assistant.casework.errands import Errand, errand_of
from assistant.casework.flags import Flag, write_flag
from assistant.casework.letter import Letter, write
from assistant.casework.period import (
    FirstOfMonth,
    Period,
    answer_due,
    decision_period,
    first_of_month_setting,
    kindergarten_year,
)
from assistant.casework.ruling import AlreadyDecided, NoSuchCase, Ruling, RulingIncomplete, checked_fee
from assistant.casework.running_year import Fee, fee_in_running_year, what_changed
from assistant.casework.submission import Submission
from assistant.casework.wording import LANGUAGES
from assistant.config import Clock, local_date
from assistant.store import Database, Transaction, enqueue
from assistant.store.columns import new_id
from assistant.store.tables import case, decision
from assistant.store.work import Handler
from assistant.twin import UNKNOWN, Municipality

Outcome = Literal["granted", "refused"]

WHERE_LAW_IS_SILENT: FirstOfMonth = "same_month"
"""Offered to a case worker for an application on the first of a month: the applicant's favour."""


class Telling(Protocol):
    """How a person is told: guidance, planned once for the same cause."""

    async def tell(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        rule: str,
        kind: str,
        cause: str,
        content: Mapping[str, Any],
        now: datetime,
    ) -> Any: ...


@dataclass(frozen=True)
class Considered:
    """A case as it looks now: the days a decision would hold, what the rules say, why a human is needed."""

    case: Case
    errand: Errand
    municipality: Municipality
    applied_on: date
    edge: FirstOfMonth | None
    period: Period
    assessment: Assessment
    reasons: tuple[HumanReason, ...]
    running: Decision | None  # a grant that already holds in the same kindergarten year


@dataclass(frozen=True)
class Casework:
    """The face of the room. Everything runs in the caller's transaction."""

    assessor: Assessor
    telling: Telling

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
        )
        await tx.execute(insert(case).values(**new.__dict__))
        await case_rows.remind_of(tx, new)
        await self._enqueue(tx, new, now)
        return new.id

    async def look_again(self, tx: Transaction, subject_ids: Sequence[str], now: datetime) -> int:
        """New facts about these children have come: try their waiting cases once more.

        How many were set going.
        """
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
        opened = await case_rows.case_by_id(tx, case_id)
        if opened is None:
            raise NoSuchCase(f"no case has id {case_id}")
        if not opened.is_open:
            return None
        considered = await self.consider(tx, opened, now)
        if considered.reasons:
            await self._hand_to_people(tx, considered, now)
            return None
        fee = _fee(considered)
        granted = considered.assessment.answer == "yes" or fee.kept
        return await self._conclude(
            tx,
            considered,
            "granted" if granted else "refused",
            fee=fee,
            decided_by="",
            reason="",
            judged_income=None,
            now=now,
        )

    async def decide(self, tx: Transaction, case_id: str, ruling: Ruling, now: datetime) -> str:
        """A case worker's decision with written reasons; its id.

        Raises `NoSuchCase`, `AlreadyDecided`, and `RulingIncomplete` naming the field that lacks something.
        """
        opened = await case_rows.case_by_id(tx, case_id)
        if opened is None:
            raise NoSuchCase(f"no case has id {case_id}")
        if not opened.is_open:
            raise AlreadyDecided(f"case {opened.number} is decided already")
        if not ruling.reason.strip():
            raise RulingIncomplete("reason", "missing")
        considered = await self.consider(tx, opened, now, ruling)
        if ruling.outcome == "granted":
            fee = Fee(checked_fee(considered.assessment, ruling))
            if considered.assessment.place_number is None:
                raise RulingIncomplete("outcome", "no_place")
        else:
            fee = Fee(considered.assessment.full_fee or Decimal(0))
        return await self._conclude(
            tx,
            considered,
            ruling.outcome,
            fee=fee,
            decided_by=ruling.by,
            reason=ruling.reason.strip(),
            judged_income=ruling.household_income,
            now=now,
        )

    async def consider(
        self, tx: Transaction, opened: Case, now: datetime, ruling: Ruling | None = None
    ) -> Considered:
        """Look at a case on current facts, as of the day its decision would begin.

        Uses of facts are logged.
        """
        errand = errand_of(opened.kind)
        municipality = await self.assessor.twin.municipality(tx, opened.municipality)
        if municipality is None:
            raise NoSuchCase(f"municipality {opened.municipality} of case {opened.number} is not set up here")
        applied_on = local_date(opened.received_at)
        edge = first_of_month_setting(municipality.settings.get("application_on_first_of_month"))
        place_from = await self.assessor.place_from(tx, opened.subject_id, applied_on)
        period = decision_period(applied_on, edge or WHERE_LAW_IS_SILENT, place_from)
        if ruling is not None and ruling.valid_from is not None:
            period = Period(ruling.valid_from, kindergarten_year(ruling.valid_from).valid_to)
        income = None if ruling is None else ruling.household_income
        assessment = await self.assessor.assess(
            tx, errand, opened.subject_id, municipality, period.valid_from, now, income
        )
        year = kindergarten_year(period.valid_from)
        running = await case_rows.granted_in(tx, errand.id, opened.subject_id, opened.municipality, year)
        reasons = reasons_for_human(
            Matter(
                determinations=assessment.determinations,
                situation=assessment.situation,
                submission=Submission.of_case(opened.__dict__),
                applied_on=applied_on,
                edge=edge,
            )
        )
        return Considered(
            opened, errand, municipality, applied_on, edge, period, assessment, reasons, running
        )

    def handlers(self, database: Database, clock: Clock) -> Mapping[str, Handler]:
        """The jobs of this room, for the workers."""

        async def decide_case(args: Mapping[str, Any]) -> None:
            async with database.begin() as tx:
                await self.decide_case(tx, args["case_id"], clock())

        return {"decide_case": decide_case}

    async def _enqueue(self, tx: Transaction, opened: Case, now: datetime) -> None:
        await enqueue(tx, "decide_case", {"case_id": opened.id}, now=now, key=opened.person_id)

    async def _hand_to_people(self, tx: Transaction, considered: Considered, now: datetime) -> None:
        opened = considered.case
        reasons = [reason.as_json() for reason in considered.reasons]
        if opened.status == "manual" and opened.content["reasons"] == reasons:
            return
        if not await case_rows.hand_to_people(tx, opened, {**opened.content, "reasons": reasons}):
            return
        await self.telling.tell(
            tx,
            opened.person_id,
            opened.subject_id,
            considered.errand.decides[0],
            "needs_worker",
            f"case:{opened.id}",
            {"case_id": opened.id, "case_number": opened.number, "due_on": opened.due_on},
            now,
        )

    async def _conclude(
        self,
        tx: Transaction,
        considered: Considered,
        outcome: Outcome,
        *,
        fee: Fee,
        decided_by: str,
        reason: str,
        judged_income: Decimal | None,
        now: datetime,
    ) -> str:
        """Write decision, letter and flag, and tell the applicant: all or nothing."""
        opened, assessment, period = considered.case, considered.assessment, considered.period
        if not await case_rows.close(tx, opened):
            raise AlreadyDecided(f"case {opened.number} is decided already")
        decision_id = new_id()
        language = opened.content["language"] if opened.content["language"] in LANGUAGES else "nb"
        content = drafting.decision_content(assessment, errand=opened.kind, kept=fee.kept, fee=fee.amount)
        content |= {
            "reason": reason,
            "judged_income": judged_income,
            "reasons_for_human": [why.as_json() for why in considered.reasons],
        }
        letter = await self._letter(tx, considered, outcome, fee, decided_by, reason, judged_income, now)
        await tx.execute(
            insert(decision).values(
                id=decision_id,
                case_id=opened.id,
                outcome=outcome,
                automatic=not decided_by,
                decided_by=decided_by or "varde",
                decided_at=now,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                content=content,
                determination_id=None,
                letter=write(letter, language),
                language=language,
            )
        )
        if outcome == "granted" and assessment.place_number is not None:
            await write_flag(
                tx,
                Flag(
                    municipality=opened.municipality,
                    subject_id=opened.subject_id,
                    place_number=assessment.place_number,
                    fee=considered.errand.fee,
                    monthly_amount=fee.amount,
                    valid_from=period.valid_from,
                    valid_to=period.valid_to,
                    decision_id=decision_id,
                ),
                now,
            )
        await self.telling.tell(
            tx,
            opened.person_id,
            opened.subject_id,
            considered.errand.decides[0],
            "decision_made",
            f"decision:{decision_id}",
            {
                "case_id": opened.id,
                "case_number": opened.number,
                "decision_id": decision_id,
                "outcome": outcome,
                "full_fee": assessment.full_fee,
                "monthly_fee": fee.amount if outcome == "granted" else assessment.full_fee,
                "valid_from": period.valid_from,
                "valid_to": period.valid_to,
            },
            now,
        )
        return decision_id

    async def _letter(
        self,
        tx: Transaction,
        considered: Considered,
        outcome: Outcome,
        fee: Fee,
        decided_by: str,
        reason: str,
        judged_income: Decimal | None,
        now: datetime,
    ) -> Letter:
        opened, assessment = considered.case, considered.assessment
        catalogue = self.assessor.catalogue
        readers = await self._readers(tx, considered)
        facts, hidden = drafting.stated_facts(catalogue, assessment.records, readers)
        return Letter(
            case_number=opened.number,
            municipality=considered.municipality.name,
            child=readers.names.get(opened.subject_id, ""),
            errand=considered.errand.title,
            outcome=outcome,
            kept=fee.kept,
            automatic=not decided_by,
            automation_law=considered.errand.automation,
            decided_by=decided_by,
            decided_on=local_date(now),
            applied_on=considered.applied_on,
            valid_from=considered.period.valid_from,
            valid_to=considered.period.valid_to,
            full_fee=assessment.full_fee,
            monthly_fee=fee.amount,
            whole_stay=outcome == "granted" and opened.content["duration"] == "whole_stay",
            reason=reason,
            judged_income=judged_income,
            rules=drafting.applied_rules(catalogue, assessment.determinations),
            facts=facts,
            hidden=hidden,
            steps=drafting.steps(catalogue, assessment.determinations),
            appeal=drafting.appeal_right(catalogue, considered.errand.rules),
        )

    async def _readers(self, tx: Transaction, considered: Considered) -> drafting.Readers:
        """The applicant reads of themself and the child, and of the household if they live in it."""
        opened, on = considered.case, considered.period.valid_from
        view = await self.assessor.twin.view(
            tx, opened.subject_id, ("child.household.adults.name", "child.kindergarten_place.price"), on
        )
        child = view.facts["child"]
        adults = {adult["id"] for adult in (child.get("household") or {}).get("adults") or ()}
        own = {opened.person_id, opened.subject_id}
        place = child.get("kindergarten_place")
        may_read = own | (adults if opened.person_id in adults else set())
        names = {}
        for person in may_read:
            name = await self.assessor.twin.value(tx, person, "person.name", on)
            if name is not UNKNOWN and name is not None:
                names[person] = str(name)
        if place:
            may_read.add(place["id"])
        return drafting.Readers(frozenset(may_read), names)


def _fee(considered: Considered) -> Fee:
    """What is to be paid, NOK a month: the rules' answer, unless a rise in income would take support away."""
    assessment, running = considered.assessment, considered.running
    determined = assessment.monthly_fee if assessment.answer == "yes" else assessment.full_fee
    if determined is None:
        determined = assessment.full_fee or Decimal(0)
    if running is None:
        return Fee(determined)
    before = [used for record in running.content["determinations"] for used in record["used"]]
    change = what_changed(before, assessment.used)
    return fee_in_running_year(determined, Decimal(str(running.content["monthly_fee"])), change)
