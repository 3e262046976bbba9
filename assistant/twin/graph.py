"""Loading the twin for its person to see: their own facts, their children's, and those of what belongs to them.

Narrower than what rules are run on: of other people no more is read than decides whether they may be named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, or_, select

from assistant.store import Transaction
from assistant.store.tables import fact, subject
from assistant.twin.neighbourhood import _COLUMNS, Fact, Neighbourhood, was_known

Belonging = Literal["vehicle", "property", "employment", "organisation", "kindergarten_place", "school"]

BELONGS: Final[Mapping[str, Belonging]] = {
    "vehicle.owner": "vehicle",
    "property.owners": "property",
    "employment.employee": "employment",
    "organisation.owners": "organisation",
}
"""Relations from a thing to its person, each with what kind of thing it is told of."""

HAS: Final[Mapping[str, Belonging]] = {
    "person.kindergarten_place": "kindergarten_place",
    "person.school": "school",
}
"""Relations from a person to what they have, each with its kind."""

KIN: Final = frozenset(
    {
        "person.parents",
        "person.guardians",
        "person.children",
        "person.wards",
        "person.spouse",
        "person.cohabitant",
    }
)

OF_KIN: Final = ("person.name", "person.address_key", "person.address_protection")
"""What is read of people who are neither the one who looks nor their children: whether they may be named."""

EMPLOYER: Final = "employment.employer"
OF_EMPLOYER: Final = ("organisation.name", "organisation.organisation_number")


async def load_graph(
    tx: Transaction, persons: Collection[str], *, known_at: datetime | None = None
) -> Neighbourhood:
    """The facts of these persons and of what belongs to them, in three queries however many there are.

    `known_at`: as we knew it then (None: as we know it now).
    """
    pointing = and_(
        fact.c.object_id.in_(persons), fact.c.concept.in_([*BELONGS, "person.parents", "person.guardians"])
    )
    own = await _facts(tx, or_(fact.c.subject_id.in_(persons), pointing), known_at)
    things = {row.subject_id for row in own if row.concept in BELONGS}
    things |= {row.object_id for row in own if row.concept in HAS and row.object_id}
    kin = {row.object_id for row in own if (row.concept in KIN or row.concept in BELONGS) and row.object_id}
    kin |= {row.subject_id for row in own if row.concept in KIN}
    of_kin = and_(fact.c.subject_id.in_(kin - set(persons)), fact.c.concept.in_(OF_KIN))
    around = await _facts(tx, or_(fact.c.subject_id.in_(things), of_kin), known_at)
    owners = {row.object_id for row in around if row.concept in BELONGS and row.object_id}
    employers = {row.object_id for row in around if row.concept == EMPLOYER and row.object_id}
    of_owners = and_(fact.c.subject_id.in_(owners - kin - set(persons)), fact.c.concept.in_(OF_KIN))
    of_employers = and_(fact.c.subject_id.in_(employers - things), fact.c.concept.in_(OF_EMPLOYER))
    beyond = await _facts(tx, or_(of_owners, of_employers), known_at) if owners | employers else []
    return Neighbourhood([*own, *around, *beyond])


async def _facts(tx: Transaction, which: ColumnElement[bool], known_at: datetime | None) -> list[Fact]:
    question = (
        select(*_COLUMNS)
        .where(which, was_known(known_at))
        .order_by(fact.c.concept, fact.c.recorded_at, fact.c.id)
    )
    return [Fact._make(row) for row in await tx.rows(question)]


async def persons_behind(tx: Transaction, subject_id: str) -> list[str]:
    """Whose a subject is: the person itself, or those whom a thing belongs to. None for what is not there."""
    if await tx.scalar(select(subject.c.kind).where(subject.c.id == subject_id)) == "person":
        return [subject_id]
    belongs = and_(fact.c.subject_id == subject_id, fact.c.concept.in_(BELONGS))
    has = and_(fact.c.object_id == subject_id, fact.c.concept.in_(HAS))
    columns = select(fact.c.subject_id, fact.c.object_id, fact.c.concept)
    rows = await tx.all(columns.where(or_(belongs, has), was_known(None)))
    return sorted(
        {row["object_id"] if row["concept"] in BELONGS else row["subject_id"] for row in rows} - {None}
    )
