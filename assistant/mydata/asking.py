"""A person's requests about data on them or theirs (the General Data Protection Regulation chapter III), as kept.

One idea: a request has a number people can say, an answer due within a month (article 12 no. 3), and a status the
person sees. The articles: 15 (question), 16 (wrong), 17 (erasure), 18 (restriction), 21 (objection).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select, update

from assistant.casework.period import answer_due
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.columns import from_json, new_id, to_json
from assistant.store.database import insert_once
from assistant.store.tables import data_request, restriction
from assistant.store.turns import in_turn

Kind = Literal["wrong", "question", "objection", "restriction", "erasure"]
KINDS: tuple[Kind, ...] = ("wrong", "question", "objection", "restriction", "erasure")
ARTICLE: Mapping[str, str] = {
    "question": "personvernforordningen artikkel 15",
    "wrong": "personvernforordningen artikkel 16",
    "erasure": "personvernforordningen artikkel 17",
    "restriction": "personvernforordningen artikkel 18",
    "objection": "personvernforordningen artikkel 21",
}
OPEN = ("received", "passed_on")

OURS = frozenset({"person", "kindergarten_system", "school_system"})
"""Sources whose facts are corrected here: what the person has told, and the municipality's own systems. All others
are registers of somebody else, who alone can correct them: there a request is passed on."""


class NotOpenAnyMore(ValueError):
    """The request has been answered or withdrawn."""


class AnswerMissing(ValueError):
    """A request is not answered without a word of why (article 12 no. 4 of a refusal)."""


@dataclass(frozen=True)
class DataRequest:
    """A request row. `about` says what is meant, `effect` what it would change, as shown before it was sent."""

    id: str
    number: int
    kind: Kind
    person_id: str
    subject_id: str
    municipality: str
    about: Mapping[str, Any]
    reason: str = field(repr=False)
    effect: Sequence[Mapping[str, Any]] = field(repr=False)
    language: str
    status: str
    received_at: datetime
    due_on: date
    assigned_to: str | None = None
    handled_by: str | None = None
    handled_at: datetime | None = None
    answer: str = field(default="", repr=False)
    receipt: Mapping[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def owner(self) -> str:
        """The register that owns the fact; empty where it is corrected here."""
        source = str(self.about.get("source", ""))
        return source if source and source not in OURS else ""


@dataclass(frozen=True)
class NewRequest:
    """What a person sends."""

    kind: Kind
    person_id: str
    subject_id: str
    municipality: str
    about: Mapping[str, Any]
    reason: str = field(repr=False)
    language: str
    effect: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


async def keep_request(tx: Transaction, new: NewRequest, now: datetime) -> DataRequest:
    """Keep a new request with the next number of the year and the day its answer is due."""
    await in_turn(tx, "data_request.number")
    received_on = local_date(now)
    first = received_on.year * 100_000
    newest = await tx.scalar(select(func.max(data_request.c.number)).where(data_request.c.number >= first))
    made = DataRequest(
        id=new_id(),
        number=max(first, int(newest or first)) + 1,
        kind=new.kind,
        person_id=new.person_id,
        subject_id=new.subject_id,
        municipality=new.municipality,
        about=_plain(dict(new.about)),
        reason=new.reason,
        effect=_plain([dict(one) for one in new.effect]),
        language=new.language,
        status="received",
        received_at=now,
        due_on=answer_due(received_on),
    )
    await tx.execute(insert(data_request).values(**made.__dict__))
    return made


def _plain(value: Any) -> Any:
    return from_json(to_json(value))


async def request_by_id(tx: Transaction, request_id: str) -> DataRequest | None:
    row = await tx.first(select(data_request).where(data_request.c.id == request_id))
    return None if row is None else DataRequest(**row)


async def requests_of(tx: Transaction, person_id: str) -> tuple[DataRequest, ...]:
    """What a person has asked, newest first."""
    question = select(data_request).where(data_request.c.person_id == person_id)
    return tuple(DataRequest(**row) for row in await tx.all(question.order_by(data_request.c.number.desc())))


async def requests_in(tx: Transaction, municipality: str, *, waiting: bool) -> tuple[DataRequest, ...]:
    """A municipality's requests: those that wait, nearest deadline first; or the newest that do not."""
    question = select(data_request).where(data_request.c.municipality == municipality)
    if waiting:
        question = question.where(data_request.c.status.in_(OPEN)).order_by(
            data_request.c.due_on, data_request.c.number
        )
    else:
        question = (
            question.where(data_request.c.status.not_in(OPEN))
            .order_by(data_request.c.number.desc())
            .limit(50)
        )
    return tuple(DataRequest(**row) for row in await tx.all(question))


async def settle(
    tx: Transaction,
    request: DataRequest,
    status: Literal["passed_on", "granted", "refused", "withdrawn"],
    now: datetime,
    *,
    by: str | None = None,
    answer: str = "",
    receipt: Mapping[str, Any] | None = None,
) -> None:
    """Say what became of a request. Raises `NotOpenAnyMore`, also where somebody else was first."""
    done = await tx.execute(
        update(data_request)
        .where(data_request.c.id == request.id, data_request.c.status == request.status)
        .where(data_request.c.status.in_(OPEN))
        .values(
            status=status,
            handled_by=by,
            handled_at=now,
            answer=answer or request.answer,
            receipt=_plain(dict(receipt)) if receipt is not None else request.receipt,
        )
    )
    if done.rowcount != 1:
        raise NotOpenAnyMore(f"request {request.number} is {request.status}")


async def restrict(
    tx: Transaction, request: DataRequest, subject_id: str, concept: str, now: datetime
) -> bool:
    """Stop the use of what is known of a concept of a subject, until it is lifted."""
    values = {
        "id": new_id(),
        "subject_id": subject_id,
        "concept": concept,
        "request_id": request.id,
        "since": now,
        "until": None,
    }
    return await insert_once(tx, restriction, values, ("request_id", "concept"))


async def lift(tx: Transaction, request: DataRequest, now: datetime) -> tuple[tuple[str, str], ...]:
    """End the restrictions a request has led to; (subject, concept) of what may be used again."""
    lasting = restriction.c.request_id == request.id, restriction.c.until.is_(None)
    rows = await tx.all(select(restriction.c.subject_id, restriction.c.concept).where(*lasting))
    await tx.execute(update(restriction).where(*lasting).values(until=now))
    return tuple((row["subject_id"], row["concept"]) for row in rows)


async def is_restricting(tx: Transaction, request_id: str) -> bool:
    question = select(restriction.c.id).where(
        restriction.c.request_id == request_id, restriction.c.until.is_(None)
    )
    return await tx.first(question.limit(1)) is not None
