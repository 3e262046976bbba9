"""Writing facts down: a statement replaces what its source said before, and nothing is ever erased by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from assistant.store import Identities, Transaction
from assistant.store.asking import among
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
    """What a recording did: the changes, and the subjects met for the first time. `ids`: whom each ref names."""

    changes: tuple[FactChange, ...]
    new_subjects: tuple[str, ...]
    ids: Mapping[SubjectRef, str] = field(default_factory=dict)


async def record(
    tx: Transaction,
    identities: Identities,
    statements: Iterable[Statement],
    provenance: Provenance,
    now: datetime,
) -> Recorded:
    """Record statements; saying again what is already known changes nothing.

    However many statements there are, it takes one query for whom they name, one for what is held about
    them, and one for each kind of change.
    """
    said = list(statements)
    ids, new = await _resolve(tx, identities, said, now)
    held = await _held(tx, {ids[statement.subject] for statement in said}, provenance.source)
    changes: list[FactChange] = []
    gone: list[str] = []
    added: list[dict[str, Any]] = []
    for statement in said:
        subject_id = ids[statement.subject]
        key = (subject_id, statement.concept, statement.scope)
        before, after = held.get(key, {}), _wanted(statement, ids)
        if before.keys() == after.keys():
            continue
        rows = {
            row_key: before.get(row_key) or _stored(row, key, provenance, now)
            for row_key, row in after.items()
        }
        gone += [row["id"] for row_key, row in before.items() if row_key not in rows]
        added += [row for row_key, row in rows.items() if row_key not in before]
        held[key] = rows
        spans = tuple(_read(row).as_span for row in before.values())
        changes.append(FactChange(*key, spans, tuple(row.as_span for row in after.values())))
    if added:
        await tx.execute(insert(fact), added)
    if gone:
        await tx.execute(update(fact).where(fact.c.id.in_(gone)).values(superseded_at=now))
    return Recorded(tuple(changes), tuple(new), ids)


async def _resolve(
    tx: Transaction, identities: Identities, said: Sequence[Statement], now: datetime
) -> tuple[dict[SubjectRef, str], list[str]]:
    """Our id of each subject that is named, and which of them we meet for the first time."""
    named = dict.fromkeys(statement.subject for statement in said)
    for statement in said:
        named |= dict.fromkeys(span.value for span in statement.spans if isinstance(span.value, SubjectRef))
    ids: dict[SubjectRef, str] = {}
    ours = {ref.id: ref for ref in named if ref.id is not None}
    if ours:
        rows = await tx.all(select(subject.c.id).where(subject.c.id.in_(ours)))
        missing = ours.keys() - {row["id"] for row in rows}
        if missing:
            raise UnknownSubject(f"no subject has the id {min(missing)}")
        ids |= {ref: subject_id for subject_id, ref in ours.items()}
    wanted = [ref for ref in named if ref.id is None]
    for ref in wanted:
        if ref.identifier is None:
            raise UnknownSubject(f"a {ref.kind} is named neither by an identifier nor by an id")
    found = await identities.find_all(
        tx, [(r.identifier.scheme, r.identifier.value) for r in wanted if r.identifier]
    )
    new: list[str] = []
    for ref in wanted:
        assert ref.identifier is not None
        name = (ref.identifier.scheme, ref.identifier.value)
        if name not in found:
            found[name] = await identities.create(tx, ref.kind, *name, now)
            new.append(found[name])
        ids[ref] = found[name]
    return ids, new


Key = tuple[str, str, str]  # subject id, concept, scope
RowKey = tuple[str, str | None, date | None, date | None, str]


async def _held(
    tx: Transaction, subjects: Iterable[str], source: str
) -> dict[Key, dict[RowKey, dict[str, Any]]]:
    """What that source is known to say about the subjects now."""
    held: dict[Key, dict[RowKey, dict[str, Any]]] = {}
    for row in await tx.all(_HELD, {"subjects": sorted(subjects), "source": source}):
        key = (row["subject_id"], row["concept"], row["scope"])
        held.setdefault(key, {})[_read(row).key] = row
    return held


_HELD = select(fact).where(
    fact.c.subject_id.in_(among("subjects")),
    fact.c.source == bindparam("source"),
    fact.c.superseded_at.is_(None),
)


NOTHING: list[Any] = []
"""Stored as the value of a list concept whose source says that it is empty: known to be none, not unknown."""


def _wanted(statement: Statement, ids: Mapping[SubjectRef, str]) -> dict[RowKey, _Row]:
    rows = []
    for span in statement.spans:
        other = ids[span.value] if isinstance(span.value, SubjectRef) else None
        rows.append(_Row(None if other else span.value, other, span))
    if not rows and statement.empty_is_known:
        rows = [_Row(NOTHING, None, Span(NOTHING))]
    return {row.key: row for row in rows}


def _stored(row: _Row, key: Key, provenance: Provenance, now: datetime) -> dict[str, Any]:
    subject_id, concept, scope = key
    return {
        "id": new_id(),
        "subject_id": subject_id,
        "concept": concept,
        "scope": scope,
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


@dataclass(frozen=True)
class _Row:
    value: Any
    object_id: str | None
    span: Span

    @property
    def key(self) -> RowKey:
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


def _read(row: Mapping[str, Any]) -> _Row:
    return _Row(row["value"], row["object_id"], Span(None, row["valid_from"], row["valid_to"], row["detail"]))
