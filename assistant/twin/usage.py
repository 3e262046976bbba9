"""The usage log: who used which facts about whom, for what, on what basis. Only added to, each entry chained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update

from assistant.store.asking import among
from assistant.store.database import Transaction, insert_once
from assistant.store.tables import usage, usage_head
from assistant.twin.usage_chain import START, Entry, link

ActorKind = Literal["rule", "person", "staff", "service"]
Action = Literal["read", "used", "fetched", "disclosed", "denied"]


@dataclass(frozen=True)
class Use:
    """One use of one subject's facts. `actor` is a rule id, a subject id, a staff or service name."""

    subject_id: str
    actor_kind: ActorKind
    actor: str
    action: Action
    purpose: str
    basis: str
    concepts: tuple[str, ...]
    shown_from: datetime | None = field(
        default=None, kw_only=True
    )  # the law in `withheld` hides it until then
    withheld: str = field(default="", kw_only=True)  # the law that hides it from the person; empty: none does


@dataclass(frozen=True)
class OnBehalf:
    """That somebody stands in for a person. `basis`: 'mandate:<id>', or what else lets them.

    `evidence` is kept with what is sent in the person's name.
    """

    principal: str
    actor: str
    basis: str
    actor_kind: ActorKind = "person"
    evidence: Mapping[str, Any] = field(default_factory=dict)


_standing_in: ContextVar[OnBehalf | None] = ContextVar("standing_in", default=None)


def standing_in() -> OnBehalf | None:
    """Who acts for whom in the request that is being answered; None where people act for themselves."""
    return _standing_in.get()


@contextmanager
def on_behalf(who: OnBehalf) -> Iterator[None]:
    """Within the block what is logged as the principal's doing is logged as the actor's, with its basis.

    The rooms below speak of the principal only, so that none of them can forget who it really was.
    """
    token = _standing_in.set(who)
    try:
        yield
    finally:
        _standing_in.reset(token)


def _as_it_was(use: Use) -> Use:
    who = standing_in()
    if who is None or use.actor_kind != "person" or use.actor != who.principal:
        return use
    basis = "; ".join(part for part in (use.basis, who.basis) if part)
    return replace(use, actor_kind=who.actor_kind, actor=who.actor, basis=basis)


_Pending = list[tuple[Use, datetime]]


async def log_usage(tx: Transaction, uses: Iterable[Use], now: datetime) -> None:
    """Write the uses in the caller's transaction: if the log cannot be written, the reading fails too.

    They are written as the last thing before the commit, person by person in one order, so that two who log the
    same family's uses at once wait for each other and never in a ring.
    """
    pending: _Pending | None = tx.memory.get(log_usage)
    if pending is None:
        pending = tx.memory[log_usage] = []
        # Before the lines of the work are taken: those who wait for a log then hold none of them.
        tx.before_commit(lambda: _append(tx), first=True)
    pending += [(_as_it_was(use), now) for use in uses]


async def _append(tx: Transaction) -> None:
    by_subject: dict[str, _Pending] = defaultdict(list)
    for use, now in tx.memory.pop(log_usage, []):
        by_subject[use.subject_id].append((use, now))
    if not by_subject:
        return
    rows = []
    heads = await _heads(tx, sorted(by_subject))
    for subject_id in sorted(by_subject):
        number, before = heads[subject_id]
        for use, now in by_subject[subject_id]:
            number += 1
            entry = Entry(
                subject_id,
                number,
                now,
                use.actor_kind,
                use.actor,
                use.action,
                use.purpose,
                use.basis,
                tuple(sorted(use.concepts)),
            )
            before = link(before, entry.as_json())
            rows.append(
                {
                    "subject_id": subject_id,
                    "number": number,
                    "at": now,
                    "actor_kind": use.actor_kind,
                    "actor": use.actor,
                    "action": use.action,
                    "purpose": use.purpose,
                    "basis": use.basis,
                    "concepts": list(entry.concepts),
                    "hash": before,
                    "shown_from": use.shown_from,
                    "withheld": use.withheld,
                }
            )
        heads[subject_id] = (number, before)
    moved = [{"whose": one, "to": number, "newest": newest} for one, (number, newest) in heads.items()]
    await tx.execute(_MOVED, moved)
    await tx.execute(insert(usage), rows)


_MOVED = (
    update(usage_head)
    .where(usage_head.c.subject_id == bindparam("whose"))
    .values(number=bindparam("to"), hash=bindparam("newest"))
)


_HEADS = (
    select(usage_head).where(usage_head.c.subject_id.in_(among("subjects"))).order_by(usage_head.c.subject_id)
)
_HEADS_HELD = _HEADS.with_for_update()  # in the order they are read


async def _heads(tx: Transaction, subjects: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The number and hash of each log's newest entry, held till the commit: nobody else adds to it meanwhile."""
    rows = await tx.all(_HEADS, {"subjects": subjects})
    new = sorted(set(subjects) - {row["subject_id"] for row in rows})
    for one in new:
        begun = {"subject_id": one, "number": 0, "hash": START}
        await insert_once(tx, usage_head, begun, unique=["subject_id"])
    if new or tx.connection.dialect.name == "postgresql":
        rows = await tx.all(_HEADS_HELD, {"subjects": subjects})
    return {row["subject_id"]: (row["number"], row["hash"]) for row in rows}


@dataclass(frozen=True, kw_only=True)
class UsageRow(Use):
    id: int
    at: datetime
    number: int
    hash: str


def kept_back(shown_from: datetime | None, withheld: str, now: datetime) -> bool:
    """A day from which it is shown ends what hides it; without one the law in `withheld` hides it for good.

    >>> from datetime import UTC
    >>> kept_back(datetime(2026, 9, 1, tzinfo=UTC), "§ 1", datetime(2026, 9, 1, tzinfo=UTC))
    False
    """
    return now < shown_from if shown_from is not None else bool(withheld)


def is_shown(now: datetime) -> ColumnElement[bool]:
    """`kept_back` as a condition on the table, turned round."""
    return or_(
        and_(usage.c.shown_from.is_(None), usage.c.withheld == ""),
        and_(usage.c.shown_from.is_not(None), usage.c.shown_from <= now),
    )


@dataclass(frozen=True)
class UsageFilter:
    """Which entries are asked for. Empty: all. `since` is inclusive, `until` is not.

    `persons` and `rules`: whose readings and which rules' uses the reader may know of, where it is the log of
    somebody else, such as a child of theirs. None: all. The others are counted as of others.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor_kind: str = ""
    action: str = ""
    persons: frozenset[str] | None = None
    rules: frozenset[str] | None = None

    @property
    def open(self) -> list[ColumnElement[bool]]:
        """What the reader may know of, as conditions."""
        kinds = (("person", self.persons), ("rule", self.rules))
        return [
            or_(usage.c.actor_kind != kind, usage.c.actor.in_(sorted(known)))
            for kind, known in kinds
            if known is not None
        ]

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(usage.c.at >= self.since)
        if self.until is not None:
            found.append(usage.c.at < self.until)
        if self.actor_kind:
            found.append(usage.c.actor_kind == self.actor_kind)
        if self.action:
            found.append(usage.c.action == self.action)
        return [*found, *self.open]


@dataclass(frozen=True)
class UsagePage:
    """Some of the entries a person may see, newest first; how many there are; and what is counted only.

    `kept_back`: (the law, how many entries it keeps from the person now), of the whole log.
    """

    rows: tuple[UsageRow, ...]
    total: int
    kept_back: tuple[tuple[str, int], ...]
    of_others: int = 0  # entries that tell of somebody else, and are not the reader's to see


ALL = UsageFilter()


async def usage_page(
    tx: Transaction,
    subject_id: str,
    now: datetime,
    wanted: UsageFilter = ALL,
    *,
    offset: int = 0,
    limit: int = 50,
) -> UsagePage:
    """A page of a person's log as they may see it. What law keeps from them is in neither `rows` nor `total`."""
    mine = usage.c.subject_id == subject_id
    shown = select(usage).where(mine, is_shown(now), *wanted.conditions)
    total = await tx.scalar(select(func.count()).select_from(shown.subquery()))
    rows = await tx.all(shown.order_by(usage.c.number.desc()).offset(offset).limit(limit))
    hidden = await tx.all(
        select(usage.c.withheld, func.count().label("entries"))
        .where(mine, ~is_shown(now))
        .group_by(usage.c.withheld)
        .order_by(usage.c.withheld)
    )
    of_others = 0
    if wanted.open:
        unknown = select(func.count()).select_from(usage).where(mine, is_shown(now), ~and_(*wanted.open))
        of_others = int(await tx.scalar(unknown) or 0)
    return UsagePage(
        tuple(_row(row) for row in rows),
        int(total or 0),
        tuple((row["withheld"], row["entries"]) for row in hidden),
        of_others,
    )


async def usage_entry(
    tx: Transaction, subject_id: str, number: int, now: datetime, wanted: UsageFilter = ALL
) -> UsageRow | None:
    """One entry of a person's log by its number in it; None where there is none that may be shown."""
    mine = usage.c.subject_id == subject_id, usage.c.number == number
    row = await tx.first(select(usage).where(*mine, is_shown(now), *wanted.conditions))
    return None if row is None else _row(row)


def _row(row: dict[str, Any]) -> UsageRow:
    return UsageRow(**{**row, "concepts": tuple(row["concepts"])})
