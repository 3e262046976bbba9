"""Writing facts down: a statement replaces what its source said before, and nothing is ever erased by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from assistant.store import Identities, Transaction
from assistant.store.columns import new_id, to_json
from assistant.store.tables import fact, subject
from assistant.twin.facts import Changed, Provenance, Span, Statement, SubjectRef


class UnknownSubject(LookupError):
    """A statement names a subject neither by an identifier nor by an id that exists here."""


@dataclass(frozen=True)
class FactChange:
    """One concept of one subject before and after a recording, as spans: what life events are seen from."""

    subject_id: str
    concept: str
    scope: str
    before: tuple[Span, ...]
    after: tuple[Span, ...]

    @property
    def changed(self) -> Changed:
        return Changed(self.subject_id, self.concept)


@dataclass(frozen=True)
class Recorded:
    """What a recording did: the changes, and the subjects met for the first time."""

    changes: tuple[FactChange, ...]
    new_subjects: tuple[str, ...]


async def record(
    tx: Transaction,
    identities: Identities,
    statements: Iterable[Statement],
    provenance: Provenance,
    now: datetime,
) -> Recorded:
    """Record statements; saying again what is already known changes nothing."""
    changes: list[FactChange] = []
    new: list[str] = []
    resolved: dict[SubjectRef, str] = {}

    async def id_of(ref: SubjectRef) -> str:
        if ref in resolved:
            return resolved[ref]
        subject_id = ref.id
        if subject_id is not None:
            if await tx.scalar(select(subject.c.id).where(subject.c.id == subject_id)) is None:
                raise UnknownSubject(f"no subject has the id {subject_id}")
        elif ref.identifier is not None:
            scheme, value = ref.identifier.scheme, ref.identifier.value
            subject_id = await identities.find(tx, scheme, value)
            if subject_id is None:
                subject_id = await identities.find_or_create(tx, ref.kind, scheme, value, now)
                new.append(subject_id)
        else:
            raise UnknownSubject(f"a {ref.kind} is named neither by an identifier nor by an id")
        resolved[ref] = subject_id
        return subject_id

    for statement in statements:
        subject_id = await id_of(statement.subject)
        wanted = []
        for span in statement.spans:
            other = await id_of(span.value) if isinstance(span.value, SubjectRef) else None
            wanted.append(_Row(None if other else span.value, other, span))
        change = await _replace(tx, subject_id, statement, wanted, provenance, now)
        if change is not None:
            changes.append(change)
    return Recorded(tuple(changes), tuple(new))


@dataclass(frozen=True)
class _Row:
    value: Any
    object_id: str | None
    span: Span

    @property
    def key(self) -> tuple[str, str | None, date | None, date | None, str]:
        return (
            to_json(self.value),
            self.object_id,
            self.span.valid_from,
            self.span.valid_to,
            to_json(dict(self.span.detail)),
        )

    @property
    def as_span(self) -> Span:
        value = self.object_id if self.object_id is not None else self.value
        return Span(value, self.span.valid_from, self.span.valid_to, self.span.detail)


def _stored(row: Mapping[str, Any]) -> _Row:
    return _Row(row["value"], row["object_id"], Span(None, row["valid_from"], row["valid_to"], row["detail"]))


NOTHING: list[Any] = []
"""Stored as the value of a list concept whose source says that it is empty: known to be none, not unknown."""


async def _replace(
    tx: Transaction,
    subject_id: str,
    statement: Statement,
    wanted: list[_Row],
    provenance: Provenance,
    now: datetime,
) -> FactChange | None:
    question = select(fact).where(
        fact.c.subject_id == subject_id,
        fact.c.concept == statement.concept,
        fact.c.scope == statement.scope,
        fact.c.source == provenance.source,
        fact.c.superseded_at.is_(None),
    )
    rows = await tx.all(question)
    held = {_stored(row).key: row for row in rows}
    if not wanted and statement.empty_is_known:
        wanted = [_Row(NOTHING, None, Span(NOTHING))]
    keys = {row.key for row in wanted}
    gone = [row["id"] for key, row in held.items() if key not in keys]
    added = {row.key: row for row in wanted if row.key not in held}
    if not gone and not added:
        return None
    if gone:
        await tx.execute(update(fact).where(fact.c.id.in_(gone)).values(superseded_at=now))
    if added:
        await tx.execute(
            insert(fact),
            [
                {
                    "id": new_id(),
                    "subject_id": subject_id,
                    "concept": statement.concept,
                    "scope": statement.scope,
                    "value": row.value,
                    "object_id": row.object_id,
                    "valid_from": row.span.valid_from,
                    "valid_to": row.span.valid_to,
                    "recorded_at": now,
                    "source": provenance.source,
                    "basis": provenance.basis,
                    "detail": dict(row.span.detail),
                    "inbox_id": provenance.inbox_id,
                }
                for row in added.values()
            ],
        )
    before = tuple(_stored(row).as_span for row in rows)
    return FactChange(
        subject_id, statement.concept, statement.scope, before, tuple(row.as_span for row in wanted)
    )
