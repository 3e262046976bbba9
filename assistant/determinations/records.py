"""Determinations as kept: one current row a rule and subject, earlier ones beside it, unchanged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update

from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.asking import among
from assistant.store.columns import from_json, new_id, to_json
from assistant.store.tables import determination, due
from assistant.twin import View
from rules.determination import Determination, UsedFact
from rules.explanation import facts_with_source

DETERMINATION = "determination"
"""What a row of `due` says when a rule is to be asked again about a subject."""


@dataclass(frozen=True)
class DeterminationChange:
    """A rule now says something else for a subject than it did. `before` is None the first time."""

    determination_id: str
    rule: str
    subject_id: str
    municipality: str
    before: Mapping[str, Any] | None
    after: Determination
    cause: str


def explained(result: Determination, view: View) -> dict[str, Any]:
    """The record to keep: the determination, and for each fact used its source, age and legal basis."""
    by_name = {
        (owner, concept.partition(".")[2]): (concept, row) for (owner, concept), row in view.sources.items()
    }

    def provenance(used: UsedFact) -> dict[str, Any]:
        found = by_name.get((used.subject, used.path.rpartition(".")[2]))
        if found is None:
            return {}
        concept, row = found
        return {
            "concept": concept,
            "fact": row.id,
            "source": row.source,
            "basis": row.basis,
            "recorded_at": row.recorded_at,
            "detail": dict(row.detail),
        }

    facts = [fact.as_json() for fact in facts_with_source(result, provenance)]
    plain: dict[str, Any] = from_json(to_json(result.as_json() | {"facts": facts}))
    return plain


def digest_of(record: Mapping[str, Any]) -> str:
    """Two determinations that say the same to a person have the same digest."""
    said = {name: record[name] for name in ("answer", "values", "missing")}
    said["conditions"] = {condition["id"]: condition["holds"] for condition in record["conditions"]}
    said["discretion"] = [question["id"] for question in record["discretion"]]
    return sha256(to_json(said).encode()).hexdigest()


async def current(tx: Transaction, rule: str, subject_id: str) -> dict[str, Any] | None:
    """The newest determination row of a rule for a subject."""
    return await tx.first(
        select(determination).where(
            determination.c.rule == rule,
            determination.c.subject_id == subject_id,
            determination.c.current,
        )
    )


async def current_about(tx: Transaction, subject_id: str) -> Sequence[dict[str, Any]]:
    """The newest determination of each rule about a subject."""
    return await tx.all(
        select(determination).where(determination.c.subject_id == subject_id, determination.c.current)
    )


async def history(tx: Transaction, subject_id: str) -> Sequence[dict[str, Any]]:
    """All determinations about a subject, newest first."""
    return await tx.all(
        select(determination)
        .where(determination.c.subject_id == subject_id)
        .order_by(determination.c.made_at.desc())
    )


@dataclass(frozen=True)
class Kept:
    """What is kept about a subject: the current determination and the next look, by rule."""

    current: Mapping[str, Mapping[str, Any]]
    looks: Mapping[str, date]


async def kept_about(tx: Transaction, subjects: Collection[str]) -> dict[str, Kept]:
    """What is kept about each of the subjects."""
    about = {"subjects": sorted(subjects)}
    current: dict[str, dict[str, Mapping[str, Any]]] = {one: {} for one in subjects}
    for row in await tx.all(_CURRENT, about):
        current[row["subject_id"]][row["rule"]] = row
    looks: dict[str, dict[str, date]] = {one: {} for one in subjects}
    for row in await tx.all(_LOOKS, about):
        looks[row["subject_id"]][row["ref"].partition(":")[0]] = row["due_on"]
    return {one: Kept(current[one], looks[one]) for one in subjects}


_CURRENT = select(determination).where(
    determination.c.subject_id.in_(among("subjects")), determination.c.current
)
_LOOKS = select(due.c.ref, due.c.subject_id, due.c.due_on).where(
    due.c.what == DETERMINATION, due.c.subject_id.in_(among("subjects"))
)


@dataclass
class Writing:
    """What a run writes, all at once at its end: one question of each kind however many rules were run."""

    gone: list[str] = field(default_factory=list)  # determinations that are not current any more
    new: list[dict[str, Any]] = field(default_factory=list)
    looks: dict[str, tuple[str, date | None]] = field(default_factory=dict)  # ref → whose, and the day

    def look_again(self, rule: str, subject_id: str, on: date | None) -> None:
        self.looks[f"{rule}:{subject_id}"] = (subject_id, on)

    async def write(self, tx: Transaction) -> None:
        if self.gone:
            await tx.execute(
                update(determination).where(determination.c.id.in_(self.gone)).values(current=False)
            )
        if self.new:
            await tx.execute(insert(determination), self.new)
        if self.looks:
            ours = (due.c.what == DETERMINATION) & due.c.ref.in_(self.looks)
            await tx.execute(delete(due).where(ours))
        waiting = [
            {"id": new_id(), "what": DETERMINATION, "ref": ref, "subject_id": whose, "due_on": on}
            for ref, (whose, on) in self.looks.items()
            if on is not None
        ]
        if waiting:
            await tx.execute(insert(due), waiting)


def keep(
    writing: Writing,
    result: Determination,
    view: View,
    kept: Kept,
    *,
    subject_id: str,
    municipality: str,
    cause: str,
    next_look: date | None,
    now: datetime,
    worth_keeping: bool = True,
) -> DeterminationChange | None:
    """Keep a result if it says something new; and when it must be looked at again by itself.

    What is not `worth_keeping` ends what was kept, and is not kept itself: what stands follows from the facts,
    whatever they were on the way.
    """
    if next_look != kept.looks.get(result.rule):
        writing.look_again(result.rule, subject_id, next_look)
    before = kept.current.get(result.rule)
    if not worth_keeping:
        if before is None:
            return None
        writing.gone.append(before["id"])
        return DeterminationChange(
            before["id"], result.rule, subject_id, municipality, before["record"], result, cause
        )
    record = explained(result, view)
    digest = digest_of(record)
    same = before is not None and before["digest"] == digest and not _moved(before, result, local_date(now))
    if same and before is not None and before["rule_version"] == result.rule_version:
        return None
    if before is not None:
        writing.gone.append(before["id"])
    determination_id = new_id()
    writing.new.append(
        {
            "id": determination_id,
            "rule": result.rule,
            "rule_version": result.rule_version,
            "subject_id": subject_id,
            "on_date": result.on,
            "answer": result.answer,
            "record": record,
            "digest": digest,
            "cause": cause,
            "changes_on": result.changes_on,
            "made_at": now,
            "current": True,
        }
    )
    if same:
        return None  # a new version of the rule that says the same: kept, but nothing to tell
    return DeterminationChange(
        determination_id,
        result.rule,
        subject_id,
        municipality,
        None if before is None else before["record"],
        result,
        cause,
    )


def _moved(before: Mapping[str, Any], result: Determination, today: date) -> bool:
    """Does it begin on another day than was said, where one of the days is still to come?"""
    said: date = before["on_date"]
    return result.on != said and max(result.on, said) > today


def forget(writing: Writing, kept: Kept, rule: str, subject_id: str) -> None:
    """The rule is gone, or not about the subject any more: it is neither looked at again nor said any longer."""
    if rule in kept.looks:
        writing.look_again(rule, subject_id, None)
    if (said := kept.current.get(rule)) is not None:
        writing.gone.append(said["id"])


async def due_rules(tx: Transaction, subject_id: str, on: date) -> frozenset[str]:
    """The rules that must be run again for a subject, because their day has come."""
    question = select(due.c.ref).where(
        due.c.what == DETERMINATION, due.c.subject_id == subject_id, due.c.due_on <= on
    )
    return frozenset(row["ref"].partition(":")[0] for row in await tx.all(question))
