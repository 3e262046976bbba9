"""What is held about a person, in words: each fact with source, time, purpose, legal basis and how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from assistant.config import local_date
from assistant.mydata.mine import Holder, Mine, facts_about
from assistant.mydata.themes import THEMES, theme_of
from assistant.processes import Processes
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.wording import shown, source_name, word
from assistant.store import Transaction
from assistant.store.tables import restriction
from assistant.twin import Fact
from assistant.twin.neighbourhood import TOLD_BY_PERSON

ADDRESS_KEY = "person.address_key"
MOST_RULES = 4
"""How many rules are named as what a fact is used for; the rest are counted."""


@dataclass(frozen=True)
class HeldFact:
    """A fact as a person reads it. Days are Norwegian; `last_day` is inclusive.

    `kept` is the key of the text that says how long it is kept: `until_asked`, or `unknown` where neither law nor
    settings we know of say.
    """

    id: str
    concept: str
    label: str
    value: str
    coded: bool  # the value is a code that says nothing to people: a text stands in its place
    source: str
    valid_from: date | None
    last_day: date | None
    learned_on: date
    basis: str
    used_by: tuple[str, ...]
    used_by_more: int
    kept: str
    restricted: bool


@dataclass(frozen=True)
class HeldTheme:
    theme: str
    facts: tuple[HeldFact, ...]


@dataclass(frozen=True)
class HeldAbout:
    """All facts about one holder, under the headings of `THEMES`."""

    holder: Holder
    themes: tuple[HeldTheme, ...]
    concepts: frozenset[str]


async def held_about(
    tx: Transaction, processes: Processes, found: Mine, holder: Holder, language: str
) -> HeldAbout:
    """What is held about a holder and shown to the reader; the caller logs the reading."""
    facts = await facts_about(tx, processes, found, holder)
    restricted = await restrictions_of(tx, [holder.id, *(fact.subject_id for fact in facts)])
    by_theme: dict[str, list[HeldFact]] = {}
    for fact in facts:
        made = await in_words(
            tx, processes, found, fact, language, (fact.subject_id, fact.concept) in restricted
        )
        by_theme.setdefault(theme_of(fact.concept, fact.source), []).append(made)
    themes = tuple(HeldTheme(name, tuple(by_theme[name])) for name in THEMES if name in by_theme)
    return HeldAbout(holder, themes, frozenset(fact.concept for fact in facts))


async def in_words(
    tx: Transaction, processes: Processes, found: Mine, fact: Fact, language: str, restricted: bool = False
) -> HeldFact:
    concept = processes.catalogue.model.concepts.get(fact.concept)
    if fact.object_id is not None:
        value = await other_end(tx, processes, found, fact.object_id, language)
    elif concept is not None:
        value = shown(fact.value, words_of(concept), language)
    else:
        value = str(fact.value)
    reading = sorted(
        text_of(rule.title, language)
        for rule_id in processes.catalogue.reading(fact.concept)
        if (rule := processes.catalogue.rules.get(rule_id)) is not None
    )
    return HeldFact(
        id=fact.id,
        concept=fact.concept,
        label=text_of(concept.title, language) if concept else fact.concept,
        value=value,
        coded=fact.concept == ADDRESS_KEY and fact.value is not None,
        source=source_name(fact.source, language),
        valid_from=fact.valid_from,
        last_day=fact.valid_to and fact.valid_to - timedelta(days=1),
        learned_on=local_date(fact.recorded_at),
        basis=fact.basis,
        used_by=tuple(reading[:MOST_RULES]),
        used_by_more=max(0, len(reading) - MOST_RULES),
        kept="until_asked" if fact.source == TOLD_BY_PERSON else "unknown",
        restricted=restricted,
    )


async def other_end(
    tx: Transaction, processes: Processes, found: Mine, subject_id: str, language: str
) -> str:
    """What a relation leads to: a person's name, or what a thing is called."""
    twin = processes.twin
    kind = await twin.kind_of(tx, subject_id)
    named: Mapping[str | None, str] = {
        "person": "person.name",
        "kindergarten_place": "kindergarten_place.kindergarten",
        "vehicle": "vehicle.registration_number",
        "organisation": "organisation.name",
        "school": "school.name",
    }
    concept = named.get(kind, f"{kind}.name")
    values = await twin.values(tx, subject_id, [concept], found.on)
    return str(values.get(concept) or word("values", "unnamed", language))


async def restrictions_of(tx: Transaction, subjects: list[str]) -> frozenset[tuple[str, str]]:
    """(subject id, concept) of what is not used now (the General Data Protection Regulation article 18)."""
    rows = await tx.all(
        select(restriction.c.subject_id, restriction.c.concept).where(
            restriction.c.subject_id.in_(sorted(set(subjects))), restriction.c.until.is_(None)
        )
    )
    return frozenset((row["subject_id"], row["concept"]) for row in rows)
