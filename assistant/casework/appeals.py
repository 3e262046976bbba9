"""Appeals: received, looked at once more by those who decided, and reversed, dismissed or sent on with the case.

Forvaltningsloven chapter VI: § 28 (to whom), § 29 (time limit), § 31 (an appeal that comes late), § 32 (form),
§ 33 (preparing it), § 42 (delaying effect). eForvaltningsforskriften § 11: the time limit runs from when the
decision was made available and a notice of it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import insert, select, update

from assistant.casework import case_rows
from assistant.casework import reconsideration_rows as rows
from assistant.casework.case_rows import Case, Decision
from assistant.casework.cases import Casework
from assistant.casework.coming_forward import came_forward
from assistant.casework.deciding_anew import CaseOpen, open_anew
from assistant.casework.drafting import appeal_right
from assistant.casework.errands import errand_of
from assistant.casework.letter import AppealRight
from assistant.casework.period import answer_due
from assistant.casework.ruling import CaseworkError, NoSuchCase, Ruling, RulingIncomplete
from assistant.casework.telling import Telling
from assistant.casework.time_limits import span_after, working_day_from
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import appeal, case, decision
from assistant.store.turns import in_turn
from rules import Catalogue

Status = Literal["received", "reversed", "forwarded", "dismissed", "upheld", "quashed"]
OUTER_LIMIT = "P12M"  # § 31 third paragraph: a year after the decision was made


class AppealIncomplete(CaseworkError):
    """Something said about an appeal does not fit: `field` of the form and `fault` say what.

    text, assessment: missing. outcome: not_late (one that came in time cannot be dismissed as late), too_old (a
    year after the decision it cannot be treated as an appeal), case_open (the case is being decided anew).
    settled: case_open.
    """

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"the appeal's {field} is {fault.replace('_', ' ')}")
        self.field = field
        self.fault = fault


class AppealSettled(CaseworkError):
    """The appeal is not where it was when this was begun: somebody else has acted."""


@dataclass(frozen=True)
class Appeal:
    id: str
    case_id: str
    decision_id: str
    person_id: str
    text: str
    wants_delay: bool
    received_at: datetime
    deadline: date
    body: str
    status: Status
    due_on: date
    assessed_by: str | None
    assessed_at: datetime | None
    assessment: str
    forwarded_at: datetime | None
    settled_at: datetime | None
    new_decision_id: str | None

    @property
    def late(self) -> bool:
        """Came after the last day. It is received all the same: § 31 says when it can be treated."""
        return local_date(self.received_at) > self.deadline

    @property
    def is_open(self) -> bool:
        return self.status in ("received", "forwarded")


def last_day(came_forward: date, within: str) -> date:
    """The last day to appeal, counted from the day the notice came forward (§ 29).

    Where that is a day off, the working day after it, in the appellant's favour.

    >>> last_day(date(2026, 11, 23), "P3W"), last_day(date(2026, 3, 16), "P3W")  # the second ends on Easter Monday
    (datetime.date(2026, 12, 14), datetime.date(2026, 4, 7))
    """
    return working_day_from(span_after(came_forward, within))


def too_old(made_on: date, received_on: date) -> bool:
    """More than a year after the decision: it cannot be treated as an appeal (§ 31 third paragraph)."""
    return received_on > span_after(made_on, OUTER_LIMIT)


def right_of(catalogue: Catalogue, opened: Case) -> AppealRight:
    """To whom and within what time a decision in the case may be appealed, as its rules say."""
    return appeal_right(catalogue, errand_of(opened.kind).rules)


async def deadline_of(tx: Transaction, made: Decision, right: AppealRight, today: date) -> date:
    """The last day to appeal; counted from today where no notice has been sent."""
    return last_day(await came_forward(tx, made) or today, right.within)


async def receive(
    tx: Transaction,
    telling: Telling,
    opened: Case,
    made: Decision,
    right: AppealRight,
    *,
    said: str,
    wants_delay: bool,
    now: datetime,
) -> Appeal:
    """Take an appeal in and confirm it; one that waits already is given back as it is.

    Raises `AppealIncomplete` where nothing is said.
    """
    if not said.strip():
        raise AppealIncomplete("text", "missing")
    await in_turn(tx, f"appeal:{made.id}")
    waiting = next((one for one in await appeals_against(tx, made.id) if one.is_open), None)
    if waiting is not None:
        return waiting
    today = local_date(now)
    new = Appeal(
        id=new_id(),
        case_id=opened.id,
        decision_id=made.id,
        person_id=opened.person_id,
        text=said.strip(),
        wants_delay=wants_delay,
        received_at=now,
        deadline=await deadline_of(tx, made, right, today),
        body=right.to,
        status="received",
        due_on=answer_due(today),
        assessed_by=None,
        assessed_at=None,
        assessment="",
        forwarded_at=None,
        settled_at=None,
        new_decision_id=None,
    )
    await tx.execute(insert(appeal).values(**new.__dict__))
    content = {"due_on": new.due_on, "outcome": "late" if new.late else "in_time"}
    await _tell(tx, telling, opened, new, "appeal_received", content, now)
    return new


async def appeals_against(tx: Transaction, decision_id: str) -> Sequence[Appeal]:
    """The appeals against a decision, newest first."""
    rows = await tx.all(
        select(appeal).where(appeal.c.decision_id == decision_id).order_by(appeal.c.received_at.desc())
    )
    return [Appeal(**row) for row in rows]


async def appeals_in(tx: Transaction, case_id: str) -> Sequence[Appeal]:
    rows = await tx.all(
        select(appeal).where(appeal.c.case_id == case_id).order_by(appeal.c.received_at.desc())
    )
    return [Appeal(**row) for row in rows]


async def appeal_by_id(tx: Transaction, appeal_id: str) -> Appeal | None:
    row = await tx.first(select(appeal).where(appeal.c.id == appeal_id))
    return None if row is None else Appeal(**row)


async def open_appeals(tx: Transaction, municipality: str) -> Sequence[tuple[Appeal, Case]]:
    """The municipality's appeals that wait, at the office or at the appeal body, the nearest deadline first."""
    rows = await tx.all(
        select(appeal)
        .join(case, case.c.id == appeal.c.case_id)
        .where(case.c.municipality == municipality, appeal.c.status.in_(("received", "forwarded")))
        .order_by(appeal.c.due_on, appeal.c.received_at)
    )
    found = []
    for row in rows:
        about = await case_rows.case_by_id(tx, row["case_id"])
        assert about is not None
        found.append((Appeal(**row), about))
    return found


async def dismiss(
    tx: Transaction, telling: Telling, opened: Case, one: Appeal, assessment: str, by: str, now: datetime
) -> None:
    """Refuse to treat an appeal because it came late and nothing of § 31 speaks for it, or it is a year too late.

    Raises `AppealIncomplete`, and `AppealSettled`.
    """
    made = await _decision(tx, one)
    if not (one.late or too_old(local_date(made.decided_at), local_date(one.received_at))):
        raise AppealIncomplete("outcome", "not_late")
    await _assess(tx, one, "dismissed", assessment, by, now, settled_at=now)
    await _tell(tx, telling, opened, one, "appeal_settled", {"outcome": "dismissed", "note": assessment}, now)


async def forward(
    tx: Transaction, telling: Telling, opened: Case, one: Appeal, assessment: str, by: str, now: datetime
) -> None:
    """Uphold one's own decision and send the appeal on to the body that decides it.

    Raises `AppealIncomplete`, and `AppealSettled`.
    """
    made = await _decision(tx, one)
    if too_old(local_date(made.decided_at), local_date(one.received_at)):
        raise AppealIncomplete("outcome", "too_old")
    await _assess(tx, one, "forwarded", assessment, by, now, forwarded_at=now)
    await _tell(tx, telling, opened, one, "appeal_settled", {"outcome": "forwarded", "note": assessment}, now)


async def reverse(
    tx: Transaction, casework: Casework, opened: Case, one: Appeal, ruling: Ruling, now: datetime
) -> str:
    """Make a new decision in the appellant's favour in place of the one appealed; its id.

    Where another decision has come in its place already, it is that one the new one must be better than, and
    replaces; reconsiderations that are open end. Raises as `Casework.decide` does, `RulingIncomplete`
    ("monthly_fee", "not_in_favour") where it would not be better for the person, `AppealIncomplete`, and
    `AppealSettled`.
    """
    await rows.in_the_cases_turn(tx, [opened.id])
    now_opened, made = await case_rows.case_by_id(tx, opened.id), await _decision(tx, one)
    if now_opened is None or now_opened.is_open:
        raise AppealIncomplete("outcome", "case_open")
    until_now = await rows.since(tx, made)
    await case_rows.reopen(tx, now_opened, now_opened.content, due_on=now_opened.due_on)
    new_id_ = await casework.decide(tx, opened.id, ruling, now, made.period)
    new = await case_rows.decision_by_id(tx, new_id_)
    assert new is not None
    if not better_than(until_now, new):
        raise RulingIncomplete("monthly_fee", "not_in_favour")
    standing = until_now[-1].id
    await tx.execute(update(decision).where(decision.c.id == new.id).values(replaces=standing))
    await casework.reversals.overtake(tx, opened, until_now, new.id, ruling.by, ruling.reason, now)
    await _assess(tx, one, "reversed", ruling.reason, ruling.by, now, settled_at=now, new_decision_id=new.id)
    await _tell(tx, casework.telling, opened, one, "appeal_settled", {"outcome": "reversed"}, now)
    return new.id


async def put_back(tx: Transaction, opened: Case) -> None:
    """Close a case again that `reverse` opened, where the new decision must wait for a second person."""
    await case_rows.close(tx, opened)


def in_favour(before: Decision, after: Decision) -> bool:
    """Is the new decision better for the person than the old one: granted, and less to pay?"""
    if after.outcome != "granted":
        return False
    if before.outcome != "granted":
        return True
    return Decimal(str(after.content["monthly_fee"])) < Decimal(str(before.content["monthly_fee"]))


def better_than(until_now: Sequence[Decision], new: Decision) -> bool:
    """Is a new decision better for the person than the one that stands (the last), on each of its days?

    Where a reversal counted only ahead, the decision before it still holds the days before that.
    """
    standing = until_now[-1]
    earlier = [one for one in until_now if one.valid_from < standing.valid_from]
    return in_favour(standing, new) and not any(in_favour(new, one) for one in earlier)


async def settle(
    tx: Transaction,
    telling: Telling,
    opened: Case,
    one: Appeal,
    outcome: Literal["upheld", "quashed"],
    note: str,
    now: datetime,
) -> None:
    """Write down what the appeal body has decided; what it has set aside, a case worker decides anew.

    Raises `AppealSettled`, and `AppealIncomplete` where the case must be opened and is so already.
    """
    done = await tx.execute(
        update(appeal)
        .where(appeal.c.id == one.id, appeal.c.status == "forwarded")
        .values(status=outcome, settled_at=now)
    )
    if done.rowcount != 1:
        raise AppealSettled("the appeal does not wait for an answer from the appeal body")
    if outcome == "quashed":
        try:
            await open_anew(tx, opened, await _decision(tx, one), "appeal_quashed", now)
        except CaseOpen:
            raise AppealIncomplete("settled", "case_open") from None
    await _tell(tx, telling, opened, one, "appeal_settled", {"outcome": outcome, "note": note}, now)


async def _decision(tx: Transaction, one: Appeal) -> Decision:
    made = await case_rows.decision_by_id(tx, one.decision_id)
    if made is None:
        raise NoSuchCase(f"the decision of appeal {one.id} is not there")
    return made


async def _assess(
    tx: Transaction,
    one: Appeal,
    status: Status,
    assessment: str,
    by: str,
    now: datetime,
    **more: Any,
) -> None:
    if not assessment.strip():
        raise AppealIncomplete("assessment", "missing")
    done = await tx.execute(
        update(appeal)
        .where(appeal.c.id == one.id, appeal.c.status == "received")
        .values(status=status, assessment=assessment.strip(), assessed_by=by, assessed_at=now, **more)
    )
    if done.rowcount != 1:
        raise AppealSettled("the appeal has been assessed already")


async def _tell(
    tx: Transaction,
    telling: Telling,
    opened: Case,
    one: Appeal,
    kind: str,
    content: Mapping[str, Any],
    now: datetime,
) -> None:
    outcome = content.get("outcome", "")
    await telling.tell(
        tx,
        one.person_id,
        opened.subject_id,
        errand_of(opened.kind).decides[0],
        kind,
        f"case:{opened.id}:appeal:{one.id}:{outcome}",
        {
            "case_id": opened.id,
            "case_number": opened.number,
            "decision_id": one.new_decision_id or one.decision_id,
            "body": one.body,
            **content,
        },
        now,
    )
