"""Whose data a person may see, and which facts about them: themself, and children they answer for. The one place.

A child's facts are not shown to one who would learn of a protected home by them. From the age of 15 what is
confidential about a young person is their own to show (forvaltningsloven § 18), and what is asked on their behalf is
theirs to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from assistant.config import local_date
from assistant.guidance.reading import may_read
from assistant.processes import Processes
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.store.tables import fact
from assistant.twin import Fact, Neighbourhood
from assistant.twin.graph import BELONGS, HAS
from assistant.twin.household import SPEAKS_FOR_ITSELF_AT, full_years

ADDRESS = "person.address"


@dataclass(frozen=True)
class Holder:
    """Somebody whose data the reader may see. `name` is empty for the reader themself."""

    id: str
    own: bool
    name: str
    speaks_for_itself: bool  # a child of 15 or more: others see what is not confidential

    @property
    def reader_decides(self) -> bool:
        """Whether the reader may ask for erasure, restriction or objection in this person's place."""
        return self.own or not self.speaks_for_itself


@dataclass(frozen=True)
class Mine:
    """The holders a person sees, the person first, with the facts around them."""

    person_id: str
    holders: tuple[Holder, ...]
    near: Neighbourhood
    on: date

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(holder.id for holder in self.holders)

    def holder(self, subject_id: str) -> Holder | None:
        return next((holder for holder in self.holders if holder.id == subject_id), None)

    def may_read_rule(self, processes: Processes, rule_id: str, subject_id: str) -> bool:
        """Whether what a rule says of somebody is the person's to read."""
        rule = processes.catalogue.rules.get(rule_id)
        return (
            rule is not None
            and subject_id in self.ids
            and may_read(processes.catalogue, self.near, rule, subject_id, self.person_id, self.on)
        )


async def mine(tx: Transaction, processes: Processes, person_id: str, now: datetime, language: str) -> Mine:
    """The person, and the children under 18 they have parental responsibility for and may be told of."""
    twin, on = processes.twin, local_date(now)
    holders = [Holder(person_id, True, "", True)]
    for child in await twin.wards_of(tx, person_id, on):
        if child == person_id or await processes.hides_home(tx, person_id, child, now):
            continue
        known = await twin.values(tx, child, ["person.name", "person.birth_date"], on)
        born = known.get("person.birth_date")
        age = full_years(date.fromisoformat(str(born)), on) if born else 0
        name = str(known.get("person.name") or word("values", "unnamed", language))
        holders.append(Holder(child, False, name, age >= SPEAKS_FOR_ITSELF_AT))
    near = await twin.near(tx, [holder.id for holder in holders])
    return Mine(person_id, tuple(holders), near, on)


async def facts_about(tx: Transaction, processes: Processes, found: Mine, holder: Holder) -> list[Fact]:
    """The facts about a holder that the reader may see, restricted ones included; with what belongs to them.

    Of a thing that belongs to several, that it belongs to the others too is not told.
    """
    twin, concepts = processes.twin, processes.catalogue.model.concepts
    facts = list(await twin.facts_of(tx, holder.id))
    if not holder.own:  # where a child once lived may be the other parent's home, and protected since
        facts = [one for one in facts if one.concept != ADDRESS or one.holds_on(found.on)]
    things = {one.object_id for one in facts if one.concept in HAS and one.object_id}
    pointing = select(fact.c.subject_id, fact.c.valid_from, fact.c.valid_to).where(
        fact.c.object_id == holder.id, fact.c.concept.in_(BELONGS), fact.c.superseded_at.is_(None)
    )
    things |= {
        row["subject_id"]
        for row in await tx.all(pointing)
        if (row["valid_from"] is None or row["valid_from"] <= found.on)
        and (row["valid_to"] is None or found.on < row["valid_to"])
    }
    for thing in sorted(things):
        told = await twin.facts_of(tx, thing)
        facts += [one for one in told if one.concept not in BELONGS or one.object_id in found.ids]
    if holder.own or not holder.speaks_for_itself:
        return facts
    return [
        one for one in facts if (known := concepts.get(one.concept)) and known.sensitivity != "confidential"
    ]


async def fact_open_to(
    tx: Transaction, processes: Processes, found: Mine, fact_id: str
) -> tuple[Holder, Fact] | None:
    """A fact by its id, and whom it is about; None where it is not the person's to see."""
    for holder in found.holders:
        for one in await facts_about(tx, processes, found, holder):
            if one.id == fact_id:
                return holder, one
    return None
