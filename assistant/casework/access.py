"""The one door to a case at the desk: nobody gets it without having said why, and the person can see the reason.

Law asks for a purpose each time personal data is used (personvernforordningen article 5); a reason given holds for
the rest of that working day, for that case and that member of staff.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import insert, select

from assistant.casework import case_rows
from assistant.casework.case_rows import Case
from assistant.casework.errands import errand_of
from assistant.casework.ruling import CaseworkError, NoSuchCase
from assistant.casework.seeing import Sight, sight_of
from assistant.config import OSLO, local_date
from assistant.journal import clean
from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import case_access
from assistant.twin import Use, log_usage

Reason = Literal["handle", "question", "appeal", "approve", "control", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)
LONGEST_WORDS = 500  # characters


class ReasonNeeded(CaseworkError):
    """This member of staff has not said today why they open the case."""


class FactsClosed(CaseworkError):
    """The municipality sees the flag of this case; this member of staff has not opened the facts behind it."""


class ReasonIncomplete(CaseworkError):
    """'Another reason' needs words that say which."""


class OfAnotherMunicipality(CaseworkError):
    """The case is not theirs to see. `subject_id`: in whose log the attempt belongs."""

    def __init__(self, subject_id: str) -> None:
        super().__init__("the case is another municipality's")
        self.subject_id = subject_id


def holds_until(now: datetime) -> datetime:
    """The end of the day in Norway."""
    return datetime.combine(local_date(now) + timedelta(days=1), time(), OSLO)


async def case_to_open(tx: Transaction, case_id: str, municipality: str) -> Case:
    """The case, for asking why it is to be opened; nothing of it may be shown but its number.

    Raises `NoSuchCase`, and `OfAnotherMunicipality`.
    """
    found = await case_rows.case_by_id(tx, case_id)
    if found is None:
        raise NoSuchCase(f"no case has id {case_id}")
    if found.municipality != municipality:
        raise OfAnotherMunicipality(found.subject_id)
    return found


async def case_to_handle(
    tx: Transaction,
    case_id: str,
    *,
    staff: str,
    municipality: str,
    now: datetime,
    flag_is_enough: bool = False,
) -> tuple[Case, Sight]:
    """The case and what is to be shown of it, for one who has said why; the reading is logged with all it is about.

    Raises `NoSuchCase`, `OfAnotherMunicipality`, `ReasonNeeded`, and `FactsClosed` where the flag is not enough
    and is all that may be shown.
    """
    found = await case_to_open(tx, case_id, municipality)
    reasons = await reasons_given(tx, case_id, staff, now)
    if not reasons:
        raise ReasonNeeded(f"{staff} has not said why they open case {found.number}")
    sight = sight_of(found.generation, opened_the_facts=any(one["income"] for one in reasons))
    if sight == "flag" and not flag_is_enough:
        raise FactsClosed(f"{staff} has not opened the facts of case {found.number}")
    rests_on = await decided_on(tx, case_id) if sight == "everything" else []
    await log_reading(tx, found, staff, rests_on, now)
    return found, sight


async def reasons_given(
    tx: Transaction, case_id: str, staff: str, now: datetime
) -> Sequence[Mapping[str, Any]]:
    """Why this member of staff has opened the case, as far as it still holds."""
    return await tx.all(
        select(case_access.c.reason, case_access.c.income).where(
            case_access.c.case_id == case_id, case_access.c.staff == staff, case_access.c.until > now
        )
    )


async def give_reason(
    tx: Transaction,
    opened: Case,
    staff: str,
    reason: Reason,
    words: str,
    now: datetime,
    *,
    income: bool = False,
) -> None:
    """Note why a member of staff opens a case, in the person's own usage log too, and let them in today.

    `income`: they ask to see what otherwise only the tax administration knows. Raises `ReasonIncomplete`.
    """
    said = clean(words.strip())[:LONGEST_WORDS]
    if reason == "other" and not said:
        raise ReasonIncomplete(f"say why case {opened.number} is opened")
    await tx.execute(
        insert(case_access).values(
            id=new_id(),
            case_id=opened.id,
            staff=staff,
            reason=f"{reason}: {said}" if said else reason,
            income=income,
            at=now,
            until=holds_until(now),
        )
    )
    whole = " and its facts" if income else ""
    purpose = f"to open case {opened.number}{whole} ({reason})"
    await _log(tx, opened, staff, f"{purpose}: {said}" if said else purpose, now)


_OPENED = re.compile(
    r"to open case (?P<number>\d+)(?P<facts> and its facts)? \((?P<reason>[a-z]+)\)(?:: (?P<words>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Opened:
    """A row of the usage log that says why a case was opened."""

    number: str
    reason: str
    words: str
    facts: bool = False  # what otherwise only the tax administration knows, too


def opened_for(purpose: str) -> Opened | None:
    """What `give_reason` wrote in a usage log, for showing it in the reader's language; None for other purposes.

    >>> opened_for("to open case 202600001 (question): Hun ringte")
    Opened(number='202600001', reason='question', words='Hun ringte', facts=False)
    """
    found = _OPENED.fullmatch(purpose)
    if found is None or found["reason"] not in REASONS:
        return None
    return Opened(found["number"], found["reason"], found["words"] or "", found["facts"] is not None)


async def decided_on(tx: Transaction, case_id: str) -> list[Mapping[str, Any]]:
    """The determinations the decisions in a case rest on, each with its facts."""
    made = await case_rows.decisions_in(tx, case_id)
    return [record for one in made for record in one.content.get("determinations", ())]


def people_in(records: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Whose facts the records rest on, and which: subject id → concepts. Places and the like are nobody.

    >>> people_in([{"facts": [{"subject": "a", "concept": "person.name"}, {"subject": "b", "concept": "place.fee"}]}])
    {'a': {'person.name'}}
    """
    found: dict[str, set[str]] = {}
    for record in records:
        for fact in record["facts"]:
            subject, concept = str(fact.get("subject") or ""), str(fact.get("concept") or "")
            if subject and concept.startswith("person."):
                found.setdefault(subject, set()).add(concept)
    return found


async def log_reading(
    tx: Transaction,
    opened: Case,
    staff: str,
    records: Iterable[Mapping[str, Any]],
    now: datetime,
    *,
    of: Iterable[str] = ("case",),
) -> None:
    """Note that a member of staff reads a case, in the log of everybody whose facts are in the `records`.

    `of`: what is read of the case beside the facts, in the logs of who has applied and whom it is about.
    """
    purpose = f"to handle case {opened.number}"
    await log_facts(tx, opened, staff, "read", purpose, _basis(opened), records, now, of=of)


async def log_facts(
    tx: Transaction,
    opened: Case,
    staff: str,
    action: Literal["read", "disclosed"],
    purpose: str,
    basis: str,
    records: Iterable[Mapping[str, Any]],
    now: datetime,
    *,
    of: Iterable[str],
) -> None:
    """As `log_reading`, for another purpose, or where the case is given to somebody (`disclosed`)."""
    about = people_in(records)
    for own in (opened.person_id, opened.subject_id):
        about.setdefault(own, set()).update(of)
    uses = [
        Use(subject, "staff", staff, action, purpose, basis, tuple(sorted(concepts)))
        for subject, concepts in sorted(about.items())
        if concepts
    ]
    await log_usage(tx, uses, now)


def _basis(opened: Case) -> str:
    law = errand_of(opened.kind).automation
    return f"{law.act} {law.section}"


async def _log(tx: Transaction, opened: Case, staff: str, purpose: str, now: datetime) -> None:
    await log_facts(tx, opened, staff, "read", purpose, _basis(opened), (), now, of=("case",))
