"""What casework tells subscribers: that a flag was set or changed, and how far a case has come. Never why.

A flag's event is the flag as the biller's feed has it. A case's event holds ids and states: no fact, no amount, no
outcome, no reason, no name. Each is written with what it tells of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from assistant.store.database import Transaction
from assistant.store.outgoing import News, tell_subscribers

if TYPE_CHECKING:
    from assistant.casework.case_rows import Case
    from assistant.casework.flags import Flag

FLAG_SET = "no.varde.flag.set.v1"
FLAG_CHANGED = "no.varde.flag.changed.v1"
FLAG_ENDED = "no.varde.flag.ended.v1"
DECISION_MADE = "no.varde.decision.made.v1"
CASE_OPENED = "no.varde.case.opened.v1"
CASE_WAITS = "no.varde.case.waits.v1"
CASE_SETTLED = "no.varde.case.settled.v1"

FLAG_TYPES = (FLAG_SET, FLAG_CHANGED, FLAG_ENDED)
CASE_TYPES = (CASE_OPENED, CASE_WAITS, DECISION_MADE, CASE_SETTLED)

WaitsFor = Literal["person", "register", "case_worker", "appeal", "answer", "deadline"]
"""What a case waits for: the person, a register's answer, a case worker, an appeal that somebody must settle, the
answer to an advance notice, or a day."""


def whom_it_waits_for(generation: str, waits: Iterable[bool]) -> WaitsFor:
    """Whom a case waits for that a machine may not decide now. `waits`: of each reason, whether a fact may end it.

    Where the person sends documents, no register is asked.

    >>> whom_it_waits_for("fetched", [True, True]), whom_it_waits_for("documented", [True])
    ('register', 'case_worker')
    """
    reasons = list(waits)
    return "register" if generation != "documented" and reasons and all(reasons) else "case_worker"


def flag_news(written: Flag, replaced: Flag | None) -> News:
    """The event of a flag that was written, and of the one it replaces, if any.

    A flag that only gives another one fewer days has ended it; any other that replaces one has changed it.
    """
    if replaced is None:
        kind = FLAG_SET
    elif (
        written.monthly_amount == replaced.monthly_amount
        and written.valid_from == replaced.valid_from
        and written.valid_to < replaced.valid_to
    ):
        kind = FLAG_ENDED
    else:
        kind = FLAG_CHANGED
    return News(written.municipality, kind, written.subject_id, written.as_json())


async def announce_flag(tx: Transaction, written: Flag, replaced: Flag | None, now: datetime) -> None:
    await tell_subscribers(tx, flag_news(written, replaced), now)


async def announce_opened(tx: Transaction, opened: Case, now: datetime) -> None:
    """A case was opened, or opened again for another year or because something changed."""
    await _announce(tx, CASE_OPENED, opened, now, state="opened")


async def announce_waiting(tx: Transaction, opened: Case, waits_for: WaitsFor, now: datetime) -> None:
    """A case goes no further until somebody else has done something."""
    await _announce(tx, CASE_WAITS, opened, now, state="waits", waits_for=waits_for)


async def announce_decision(tx: Transaction, closed: Case, decision_id: str, now: datetime) -> None:
    """A decision was made, which settles the case."""
    await _announce(tx, DECISION_MADE, closed, now, state="decided", decision=decision_id)
    await _announce(tx, CASE_SETTLED, closed, now, state="settled")


async def _announce(tx: Transaction, kind: str, about: Case, now: datetime, **said: str) -> None:
    data = {"case": about.id, "kind": about.kind, **said}
    await tell_subscribers(tx, News(about.municipality, kind, about.id, data), now)
