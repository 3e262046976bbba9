"""What the resident's pages read: names, children, reasons, facts; each reading is in the usage log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import select

from assistant.acting import Authority, Thing
from assistant.casework import case_rows
from assistant.casework.case_rows import Case, Decision
from assistant.config import local_date
from assistant.dialogue import why
from assistant.dialogue.parts import Conditions, FactShown
from assistant.guidance.reading import may_read
from assistant.guidance.themes import theme_of
from assistant.processes import Errand
from assistant.processes.picture import text_of
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.store.tables import determination
from assistant.twin import Use, log_usage
from assistant.web.faults import Denied, NotHere
from assistant.web.parts import PARTS, Parts
from assistant.web.visitor import Language, visitor_of

PURPOSE = "to show your page"
BASIS = "personvernforordningen artikkel 15"

ORDER = {"yes": 0, "undetermined": 1, "no": 2}
"""What one has comes before what one may have, and that before what one has not."""

BEFORE_ROUNDING = "exact_"
"""How rules name amounts that other rules go on reckoning with: not what anybody pays."""


@dataclass(frozen=True)
class Me:
    """The resident whose pages are shown, the language of who reads, and the assistant's moment.

    `acting`: what who reads may do for the resident; None: they are the resident.
    """

    person_id: str
    language: Language
    now: datetime
    acting: Authority | None = None

    @property
    def reader_id(self) -> str:
        """By whose eyes tact is asked: a parent's on a child's page, else the resident's own."""
        return self.acting.actor_id if self.acting and self.acting.as_parent else self.person_id

    def covers(self, thing: Thing, theme: str) -> bool:
        """Whether such a thing of the theme is shown: all of one's own, of another's what one may see."""
        return self.acting is None or self.acting.grant_for("see", thing, theme) is not None


@dataclass(frozen=True)
class Right:
    """What a rule says for a child now."""

    title: str
    kind: str  # right, duty or benefit
    answer: str
    values: tuple[tuple[str, str], ...]
    conditions: Conditions


@dataclass(frozen=True)
class ChildShown:
    id: str
    name: str
    hidden: bool
    rights: tuple[Right, ...]


def me_of(request: web.Request) -> Me:
    visitor = visitor_of(request)
    assert visitor.person_id is not None
    return Me(visitor.person_id, visitor.language, request.app[PARTS].clock(), visitor.acting)


async def log_reading(tx: Transaction, me: Me, subjects: Iterable[str], concepts: Iterable[str]) -> None:
    """Fail closed: where the log cannot be written, the page is not shown."""
    named = tuple(sorted(set(concepts)))
    uses = [
        Use(subject, "person", me.person_id, "read", PURPOSE, BASIS, named)
        for subject in sorted(set(subjects))
    ]
    await log_usage(tx, uses, me.now)


async def my_decision(tx: Transaction, me: Me, decision_id: str) -> tuple[Decision, Case]:
    """The resident's own decision and its case; the caller logs what is read. Raises NotHere and Denied."""
    found = await case_rows.decision_with_case(tx, decision_id)
    if found is None:
        raise NotHere("decision")
    made, about = found
    if about.person_id != me.person_id:
        raise Denied(about.person_id, purpose=PURPOSE)
    return made, about


async def name_of(tx: Transaction, parts: Parts, me: Me, subject_id: str) -> str:
    values = await parts.processes.twin.values(tx, subject_id, ["person.name"], local_date(me.now))
    name = values.get("person.name")
    return str(name) if name else word("values", "unnamed", me.language)


async def first_name(tx: Transaction, parts: Parts, me: Me) -> str:
    """What to greet the person by; empty before the population register has told us."""
    await log_reading(tx, me, [me.person_id], ["person.name"])
    values = await parts.processes.twin.values(tx, me.person_id, ["person.name"], local_date(me.now))
    return str(values.get("person.name") or "").partition(" ")[0]


async def latest_errand(tx: Transaction, parts: Parts, me: Me, errand: str, child_id: str) -> Errand | None:
    """The resident's newest errand of that kind about the child."""
    mine = await parts.processes.errands_of(tx, me.person_id)
    about = (one for one in mine if one.subject_id == child_id)
    return next((one for one in about if parts.processes.is_about(one, errand)), None)


async def children(tx: Transaction, parts: Parts, me: Me) -> tuple[ChildShown, ...]:
    """The resident's children, with what the rules say. A protected home elsewhere is not told of."""
    found = []
    for child in await parts.processes.twin.wards_of(tx, me.person_id, local_date(me.now)):
        hidden = await hides_home(tx, parts, me, child)
        name = await name_of(tx, parts, me, child)
        rights = () if hidden else await _rights(tx, parts, me, child, name)
        await log_reading(tx, me, [child], ["person.name", *(right.title for right in rights)])
        found.append(ChildShown(child, name, hidden, rights))
    return tuple(found)


async def hides_home(tx: Transaction, parts: Parts, me: Me, child: str) -> bool:
    """Whether a protected home could be read from what is known of the child, by whoever looks."""
    eyes = {me.person_id, me.acting.actor_id if me.acting else me.person_id}
    return any([await parts.processes.hides_home(tx, one, child, me.now) for one in sorted(eyes)])


async def mine(tx: Transaction, parts: Parts, me: Me) -> tuple[Right, ...]:
    """What the rules say for the resident themself."""
    name = await name_of(tx, parts, me, me.person_id)
    rights = await _rights(tx, parts, me, me.person_id, name)
    await log_reading(tx, me, [me.person_id], [right.title for right in rights])
    return rights


async def _rights(tx: Transaction, parts: Parts, me: Me, child: str, name: str) -> tuple[Right, ...]:
    """What is theirs, or may be; a *no* only where it is something one can apply for here."""
    rows = await tx.all(
        select(determination.c.rule, determination.c.answer, determination.c.record)
        .where(determination.c.subject_id == child, determination.c.current)
        .order_by(determination.c.rule)
    )
    reader = why.Reader(me.language, {me.person_id, child}, {child: name})
    near = await parts.processes.twin.near(tx, [child, me.person_id, me.reader_id])
    found = []
    for row in rows:
        rule = parts.catalogue.rules.get(row["rule"])
        if rule is None or (row["answer"] == "no" and rule.id not in parts.catalogue.with_errand):
            continue
        if not may_read(parts.catalogue, near, rule, child, me.reader_id, local_date(me.now)):
            continue
        if not me.covers("overview", theme_of(rule.id)):
            continue
        named = {outcome.name: outcome for outcome in rule.outcome}
        values = tuple(
            (text_of(named[key].title, me.language), why.measured(value, named[key].unit, me.language))
            for key, value in row["record"]["values"].items()
            if key in named and value not in (None, False) and not key.startswith(BEFORE_ROUNDING)
        )
        conditions = why.conditions_of(row["record"], name, reader)
        found.append(Right(text_of(rule.title, me.language), rule.kind, row["answer"], values, conditions))
    return tuple(sorted(found, key=lambda right: (right.kind != "duty", ORDER[right.answer])))


@dataclass(frozen=True)
class Reasons:
    rule: str  # its title
    conditions: Conditions
    facts: tuple[FactShown, ...]


async def reasons(
    tx: Transaction, parts: Parts, me: Me, determination_id: str | None, child_id: str
) -> Reasons | None:
    """The conditions and facts of a kept determination; None for guidance that rests on none."""
    if determination_id is None:
        return None
    row = await tx.first(select(determination.c.record).where(determination.c.id == determination_id))
    if row is None:
        return None
    record = row["record"]
    people = {fact["subject"] for fact in record.get("facts", ()) if fact.get("subject")} | {child_id}
    names = {subject: await name_of(tx, parts, me, subject) for subject in people}
    reader = why.Reader(me.language, {me.person_id, child_id}, names)
    concepts = {fact["concept"] for fact in record.get("facts", ()) if fact.get("concept")}
    await log_reading(tx, me, people, concepts)
    rule = parts.catalogue.rules.get(record["rule"])
    return Reasons(
        text_of(rule.title, me.language) if rule else "",
        why.conditions_of(record, names[child_id], reader),
        why.facts_of(record, parts.catalogue.model, reader),
    )
