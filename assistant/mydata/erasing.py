"""Erasure (the General Data Protection Regulation article 17): what goes, what stays and why, and that it stays gone.

At once goes what is only the person's own: the chat, their wishes, errands they have not sent, and what they have
told us of themself that no decision rests on. Of all else no law we know of says how long it is kept: a human
answers. Each erasure leaves a tombstone that says what and when, never the content, so that a backup that is put
back is erased again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, delete, false, or_, select, update

from assistant.processes.state import ProcessState
from assistant.store import Transaction
from assistant.store.columns import new_id, to_json
from assistant.store.database import insert_once
from assistant.store.tables import (
    chat_line,
    data_request,
    decision,
    determination,
    document,
    erasure,
    fact,
    guidance,
    message,
    process,
    push_browser,
    told_how,
    wish,
)
from assistant.twin import Changed
from assistant.twin.neighbourhood import TOLD_BY_PERSON

AT_ONCE: Final = ("chat", "wishes", "unsent_errands", "own_statements")
"""What a person may have erased by asking, in the order of the page."""
BY_HAND: Final = "other"
"""All else: a human answers what law allows."""

STAYS: Final = ("cases", "registers", "messages", "usage_log", "requests")
"""What an erasure leaves. No act we know of states how long, so each says that a human answers."""


@dataclass(frozen=True)
class Gone:
    """What an erasure took: rows a table, and the facts (by id) whose values others may have repeated."""

    counts: Mapping[str, int]
    facts: frozenset[str] = field(default=frozenset())
    bound: int = 0  # facts the person told that stay, for a decision rests on them


async def erase(
    tx: Transaction,
    person_id: str,
    what: Collection[str],
    now: datetime,
    *,
    basis: str,
    before: datetime | None = None,
) -> tuple[Gone, tuple[Changed, ...]]:
    """Erase, and leave a tombstone. `before`: only what is older, for a backup that was put back.

    The caller runs the rules again for what is changed, and then calls `forget_traces`.
    """
    counts: dict[str, int] = {}
    until = before or now
    gone, bound, changed = frozenset[str](), 0, tuple[Changed, ...]()
    if "chat" in what:
        mine = chat_line.c.person_id == person_id, chat_line.c.at <= until
        counts["chat_line"] = (await tx.execute(delete(chat_line).where(*mine))).rowcount
    if "wishes" in what:
        mine = wish.c.person_id == person_id, wish.c.set_at <= until
        counts["wish"] = (await tx.execute(delete(wish).where(*mine))).rowcount
        mine = told_how.c.person_id == person_id, told_how.c.set_at <= until
        counts["told_how"] = (await tx.execute(delete(told_how).where(*mine))).rowcount
        mine = push_browser.c.person_id == person_id, push_browser.c.created_at <= until
        counts["push_browser"] = (await tx.execute(delete(push_browser).where(*mine))).rowcount
    if "unsent_errands" in what:
        counts |= await _unsent(tx, person_id, until)
    if "own_statements" in what:
        gone, bound, changed = await _statements(tx, person_id, until)
        counts["fact"] = len(gone)
    if before is None:
        await _tombstone(tx, new_id(), person_id, what, counts, basis, now)
    return Gone(counts, gone, bound), changed


async def _unsent(tx: Transaction, person_id: str, until: datetime) -> dict[str, int]:
    mine = process.c.person_id == person_id, process.c.status == "open", process.c.changed_at <= until
    ids = [row["id"] for row in await tx.all(select(process.c.id).where(*mine))]
    await tx.execute(delete(document).where(document.c.process_id.in_(ids), document.c.case_id.is_(None)))
    empty = ProcessState().as_json()
    await tx.execute(update(process).where(process.c.id.in_(ids)).values(status="withdrawn", state=empty))
    return {"process": len(ids)}


async def _statements(
    tx: Transaction, person_id: str, until: datetime
) -> tuple[frozenset[str], int, tuple[Changed, ...]]:
    """Take away what the person has told of themself, but for what a decision rests on.

    What is told of a child stays: either parent may have said it.
    """
    rows = await tx.all(
        select(fact.c.id, fact.c.concept, fact.c.superseded_at).where(
            fact.c.subject_id == person_id, fact.c.source == TOLD_BY_PERSON, fact.c.recorded_at <= until
        )
    )
    told = {row["id"] for row in rows}
    decided = select(determination.c.record).where(
        determination.c.id.in_(select(decision.c.determination_id)), _mentions(determination.c.record, told)
    )
    contents = select(decision.c.content).where(_mentions(decision.c.content, told))
    texts = [to_json(row) for question in (decided, contents) for row in await tx.all(question)]
    bound = {one for one in told if any(one in text for text in texts)}
    gone = frozenset(told - bound)
    await tx.execute(delete(fact).where(fact.c.id.in_(gone)))
    changed = {row["concept"] for row in rows if row["id"] in gone and row["superseded_at"] is None}
    return gone, len(bound), tuple(Changed(person_id, concept) for concept in sorted(changed))


async def forget_traces(tx: Transaction, gone: Gone) -> Gone:
    """Take away what repeated the values: determinations no longer current, their guidance, requests about them.

    And the documents that came with these.

    After the rules have been run again, so that what is current does not rest on what is gone. Whoever's rights the
    facts counted for: a household's facts are read for each child in it.
    """
    if not gone.facts:
        return gone
    kept = select(decision.c.determination_id).where(decision.c.determination_id.is_not(None))
    rows = await tx.all(
        select(determination.c.id).where(
            determination.c.current.is_(False),
            determination.c.id.not_in(kept),
            _mentions(determination.c.record, gone.facts),
        )
    )
    traces = [row["id"] for row in rows]
    told = [
        row["id"]
        for row in await tx.all(select(guidance.c.id).where(guidance.c.determination_id.in_(traces)))
    ]
    await tx.execute(update(message).where(message.c.guidance_id.in_(told)).values(why=[]))
    await tx.execute(
        update(guidance).where(guidance.c.id.in_(told)).values(determination_id=None, content={})
    )
    await tx.execute(delete(determination).where(determination.c.id.in_(traces)))
    asked = select(data_request.c.id, data_request.c.about).where(_mentions(data_request.c.about, gone.facts))
    for row in await tx.all(asked):
        left = {name: value for name, value in row["about"].items() if name not in VALUES}
        await tx.execute(
            update(data_request)
            .where(data_request.c.id == row["id"])
            .values(about={**left, "erased": True}, reason="", effect=[])
        )
        await tx.execute(delete(document).where(document.c.request_id == row["id"]))
    return Gone({**gone.counts, "determination": len(traces)}, gone.facts, gone.bound)


VALUES: Final = frozenset({"held", "value", "should_be"})
"""What of a request about a fact repeats its value."""


def _mentions(column: ColumnElement[Any], facts: Collection[str]) -> ColumnElement[bool]:
    """Whether a column of JSON holds one of the facts' ids: random, so that they are found as text."""
    return or_(false(), *(cast(column, Text).contains(one) for one in sorted(facts)))


def receipt(gone: Gone, after: Gone) -> dict[str, Any]:
    """What went (rows a table), what stays, and by which law: none we know of, so a human answers."""
    return {
        "gone": {name: count for name, count in after.counts.items() if count},
        "bound": gone.bound,
        "stays": [{"what": one, "law": None} for one in STAYS],
    }


async def keep_receipt(tx: Transaction, request_id: str, given: Mapping[str, Any]) -> None:
    await tx.execute(update(data_request).where(data_request.c.id == request_id).values(receipt=dict(given)))


# ---- tombstones -----------------------------------------------------------------------------------


async def _tombstone(
    tx: Transaction,
    tombstone_id: str,
    person_id: str,
    what: Collection[str],
    counts: Mapping[str, int],
    basis: str,
    at: datetime,
) -> bool:
    values = {
        "id": tombstone_id,
        "subject_id": person_id,
        "what": {"erased": sorted(what), "rows": dict(counts)},
        "basis": basis,
        "at": at,
    }
    return await insert_once(tx, erasure, values, ("id",))


async def tombstones(tx: Transaction) -> tuple[dict[str, Any], ...]:
    """All erasures, oldest first, to keep beside the backups: ids, what and when, no content."""
    rows = await tx.all(select(erasure).order_by(erasure.c.at, erasure.c.id))
    return tuple({**row, "at": row["at"].isoformat()} for row in rows)


async def erase_again(tx: Transaction, stone: Mapping[str, Any]) -> tuple[Gone, tuple[Changed, ...]]:
    """Do again what a tombstone says, after a backup was put back. The caller then does as after `erase`.

    Only what is older than the erasure goes: what the person has said since is theirs. Doing it twice does nothing.
    Raises ValueError or KeyError for what is no tombstone.
    """
    at, basis = datetime.fromisoformat(str(stone["at"])), str(stone["basis"])
    person_id, what, rows = stone["subject_id"], list(stone["what"]["erased"]), stone["what"]["rows"]
    found = await erase(tx, person_id, what, at, basis=basis, before=at)
    await _tombstone(tx, stone["id"], person_id, what, rows, basis, at)
    return found
