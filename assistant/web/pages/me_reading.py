"""What the resident's pages read: names, children, reasons, facts; each reading is in the usage log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select

from assistant.casework import access
from assistant.config import local_date
from assistant.dialogue import why
from assistant.dialogue.parts import Conditions, FactShown
from assistant.guidance.reading import may_read
from assistant.processes import Errand
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.wording import shown, source_name, word
from assistant.store import Transaction
from assistant.store.tables import determination
from assistant.twin import Fact, UsageRow, Use, log_usage
from assistant.twin.household import full_years
from assistant.web.parts import PARTS, Parts
from assistant.web.visitor import Language, visitor_of

PURPOSE = "to show your page"
SPEAKS_FOR_ITSELF_AT = 15  # years; forvaltningsloven § 18
BASIS = "personvernforordningen artikkel 15"

ORDER = {"yes": 0, "undetermined": 1, "no": 2}
"""What one has comes before what one may have, and that before what one has not."""

BEFORE_ROUNDING = "exact_"
"""How rules name amounts that other rules go on reckoning with: not what anybody pays."""

PURPOSES = {
    "to find rights and duties": "purpose_rights",
    "to walk through an application": "purpose_errand",
    "to answer in the chat": "purpose_chat",
    "to decide a case": "purpose_case",
    "to tell people of their rights and duties": "purpose_tell",
    "to handle case": "purpose_desk",
    "to bill the fee that was decided": "purpose_bill",
    PURPOSE: "purpose_page",
}


@dataclass(frozen=True)
class Me:
    """The resident who is logged in, their language, and the assistant's moment."""

    person_id: str
    language: Language
    now: datetime


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


ADDRESS_KEY = "person.address_key"


@dataclass(frozen=True)
class KnownFact:
    label: str
    value: str
    source: str
    valid_from: date | None
    last_day: date | None
    learned_on: date
    basis: str
    value_key: str = ""  # of a text that is shown instead: a code says nothing to people


def me_of(request: web.Request) -> Me:
    visitor = visitor_of(request)
    assert visitor.person_id is not None
    return Me(visitor.person_id, visitor.language, request.app[PARTS].clock())


async def log_reading(tx: Transaction, me: Me, subjects: Iterable[str], concepts: Iterable[str]) -> None:
    """Fail closed: where the log cannot be written, the page is not shown."""
    named = tuple(sorted(set(concepts)))
    uses = [
        Use(subject, "person", me.person_id, "read", PURPOSE, BASIS, named)
        for subject in sorted(set(subjects))
    ]
    await log_usage(tx, uses, me.now)


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
        hidden = await parts.processes.hides_home(tx, me.person_id, child, me.now)
        name = await name_of(tx, parts, me, child)
        rights = () if hidden else await _rights(tx, parts, me, child, name)
        await log_reading(tx, me, [child], ["person.name", *(right.title for right in rights)])
        found.append(ChildShown(child, name, hidden, rights))
    return tuple(found)


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
    near = await parts.processes.twin.near(tx, [child, me.person_id])
    found = []
    for row in rows:
        rule = parts.catalogue.rules.get(row["rule"])
        if rule is None or (row["answer"] == "no" and rule.id not in parts.catalogue.with_errand):
            continue
        if not may_read(parts.catalogue, near, rule, child, me.person_id, local_date(me.now)):
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


async def known_about(tx: Transaction, parts: Parts, me: Me) -> tuple[tuple[str, tuple[KnownFact, ...]], ...]:
    """(whom it is about; empty for the resident, facts) for the resident and each child shown to them."""
    twin, on = parts.processes.twin, local_date(me.now)
    found = []
    for subject in (me.person_id, *await twin.wards_of(tx, me.person_id, on)):
        mine = subject == me.person_id
        if not mine and await parts.processes.hides_home(tx, me.person_id, subject, me.now):
            continue
        facts = list(await twin.facts_of(tx, subject))
        if not mine:
            facts = await _open_to_parents(tx, parts, me, subject, facts)
        for place in {fact.object_id for fact in facts if fact.concept == "person.kindergarten_place"}:
            facts += await twin.facts_of(tx, place) if place else ()
        await log_reading(tx, me, [subject], {fact.concept for fact in facts})
        known = tuple([await _known(tx, parts, me, fact) for fact in facts])
        found.append(("" if mine else await name_of(tx, parts, me, subject), known))
    return tuple(found)


async def _open_to_parents(
    tx: Transaction, parts: Parts, me: Me, child: str, facts: list[Fact]
) -> list[Fact]:
    """From the age of 15 what is confidential about a young person is their own to show."""
    on = local_date(me.now)
    born = (await parts.processes.twin.near(tx, [child])).value(child, "person.birth_date", on)
    age = full_years(date.fromisoformat(str(born)), on) if isinstance(born, str) else 0
    if age < SPEAKS_FOR_ITSELF_AT:
        return facts
    concepts = parts.catalogue.model.concepts
    return [
        one for one in facts if (known := concepts.get(one.concept)) and known.sensitivity != "confidential"
    ]


async def _known(tx: Transaction, parts: Parts, me: Me, fact: Fact) -> KnownFact:
    concept = parts.catalogue.model.concepts.get(fact.concept)
    label = text_of(concept.title, me.language) if concept else fact.concept
    if fact.object_id is not None:
        value = await _other_end(tx, parts, me, fact.object_id)
    else:
        value = shown(fact.value, words_of(concept), me.language) if concept else str(fact.value)
    return KnownFact(
        label=label,
        value=value,
        source=source_name(fact.source, me.language),
        valid_from=fact.valid_from,
        last_day=fact.valid_to and fact.valid_to - timedelta(days=1),
        learned_on=local_date(fact.recorded_at),
        basis=fact.basis,
        value_key="me.address_key_shown" if fact.concept == ADDRESS_KEY and fact.value is not None else "",
    )


async def _other_end(tx: Transaction, parts: Parts, me: Me, subject_id: str) -> str:
    """What a relation leads to: a person's name, or the kindergarten of a place."""
    twin, on = parts.processes.twin, local_date(me.now)
    if await twin.kind_of(tx, subject_id) == "person":
        return await name_of(tx, parts, me, subject_id)
    values = await twin.values(tx, subject_id, ["kindergarten_place.kindergarten"], on)
    return str(values.get("kindergarten_place.kindergarten", word("values", "unnamed", me.language)))


def shown_use(parts: Parts, me: Me, use: UsageRow) -> dict[str, Any]:
    """A row of the usage log in words: who did what, what for, with which facts."""
    model, rule = parts.catalogue.model, parts.catalogue.rules.get(use.actor)
    concepts = []
    for name in use.concepts:
        concept = model.concepts.get(name) or model.concepts.get(f"person.{name}")
        concepts.append(text_of(concept.title, me.language) if concept else name)
    # The purpose of one who handles a case ends with its number.
    said = use.purpose.rstrip("0123456789")
    purpose, number = said.rstrip(), use.purpose.removeprefix(said)
    why = access.opened_for(use.purpose)
    if why is not None:
        number = f"{why.number} (“{why.words}”)" if why.words else why.number
    key = "me.who_me" if use.actor == me.person_id else f"me.who_{use.actor_kind}"
    return {
        "at": use.at,
        "who_key": key,
        "who_name": text_of(rule.title, me.language) if rule else _actor_name(use),
        "did_key": f"me.did_{use.action}",
        "purpose_key": f"handling.purpose_{why.reason}"
        if why
        else (f"me.{PURPOSES[purpose]}" if purpose in PURPOSES else ""),
        "purpose": use.purpose,
        "number": number,
        "basis": use.basis,
        "concepts": sorted(set(concepts)),
    }


def _actor_name(use: UsageRow) -> str:
    return "" if use.actor_kind == "person" else use.actor
