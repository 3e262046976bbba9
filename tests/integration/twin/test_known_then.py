"""The picture as known at a moment is the picture that was made at that moment, whatever has been said since."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from assistant.store import Database, Identities, IdentityKeys, Transaction
from assistant.store.tables import fact
from assistant.twin import Fact, Identifier, Provenance, Span, Statement, SubjectRef, Twin
from assistant.twin.graph import load_graph
from assistant.twin.picture import Picture, Sight, picture
from assistant.twin.recording import record
from rules import Catalogue

SHORT_FORM_ON = "postgresql"

BEGUN = datetime(2026, 1, 5, 12, tzinfo=UTC)
ON = date(2026, 1, 20)
REGISTERS = [Provenance(name, "a law") for name in ("population_register", "vehicle_register", "person")]


def person(number: int) -> SubjectRef:
    return SubjectRef("person", Identifier("national_id", f"person {number}"))


def car(number: int) -> SubjectRef:
    return SubjectRef("vehicle", Identifier("registration_number", f"CAR{number}"))


EVERYBODY = [person(number) for number in range(4)]
CARS = [car(number) for number in range(3)]


def some_day(chance: random.Random) -> date | None:
    return chance.choice([None, None, ON - timedelta(days=chance.randrange(1, 9)), ON + timedelta(days=3)])


def said(chance: random.Random) -> Statement:
    """A statement, a correction (another value) or an annulment (no span) of something about somebody."""
    about = chance.choice(EVERYBODY)
    others = [one for one in EVERYBODY if one != about]

    def spans(values: list[object]) -> tuple[Span, ...]:
        return tuple(Span(one, some_day(chance), None) for one in values)

    what = chance.randrange(7)
    taken_back = chance.random() < 0.25
    if what == 0:
        return Statement(about, "person.name", () if taken_back else spans([chance.choice("ABC")]))
    if what == 1:
        return Statement(
            about, "person.address_key", () if taken_back else spans([chance.choice(["h1", "h2"])])
        )
    if what == 2:
        home = chance.choice([None, "Torget 1", "Torget 2"])
        return Statement(about, "person.address", () if taken_back else spans([home]))
    if what in (3, 4):
        concept = "person.guardians" if what == 3 else "person.parents"
        some = chance.sample(others, chance.randrange(len(others)))
        return Statement(about, concept, spans([*some]), empty_is_known=not taken_back)
    vehicle = chance.choice(CARS)
    if what == 5:
        return Statement(vehicle, "vehicle.owner", () if taken_back else spans([about]))
    return Statement(vehicle, "vehicle.group", () if taken_back else spans([chance.choice(["car", "van"])]))


def without_what_came_later(made: Picture) -> object:
    """All of a picture but the mark that a fact has been unlearnt since: nobody knew that then."""

    def told(one: Fact) -> object:
        return (
            one.id,
            one.concept,
            one.value,
            one.object_id,
            one.valid_from,
            one.recorded_at,
            one.source,
            one.basis,
        )

    nodes = [
        (node.key, node.kind, node.name, node.under, node.hidden, [*map(told, node.facts)])
        for node in made.nodes
    ]
    return nodes, made.edges, made.names


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_shown_as_known_then_is_what_was_shown_then(database: Database, seed: int) -> None:
    chance, identities = random.Random(seed), Identities(IdentityKeys.generate())
    async with database.begin() as tx:
        kinds = [("person", one) for one in EVERYBODY] + [("vehicle", one) for one in CARS]
        ids = []
        for kind, one in kinds:
            assert one.identifier is not None
            ids.append(
                await identities.find_or_create(tx, kind, one.identifier.scheme, one.identifier.value, BEGUN)
            )
    people = ids[: len(EVERYBODY)]
    seen = Sight(people[0], tuple(people[1:3]), grown=frozenset({people[2]}), nameable=frozenset({people[3]}))

    async def made(tx: Transaction, known_at: datetime | None = None) -> object:
        near = await load_graph(tx, people[:3], known_at=known_at)
        return without_what_came_later(picture(near, seen, "person.address".__eq__, ON))

    snapshots: dict[datetime, object] = {}
    now = BEGUN
    for _ in range(25):
        now += timedelta(minutes=chance.randrange(1, 3000))
        async with database.begin() as tx:
            statements = {(one.subject, one.concept): one for one in (said(chance) for _ in range(3))}
            await record(tx, identities, statements.values(), chance.choice(REGISTERS), now)
        async with database.read() as tx:
            snapshots[now] = await made(tx)
    assert len({repr(one) for one in snapshots.values()}) > 5
    async with database.read() as tx:
        for moment, then in snapshots.items():
            assert await made(tx, moment) == then


async def test_the_picture_takes_three_queries_and_reads_no_more_of_others_than_whether_they_may_be_named(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = Identities(IdentityKeys.generate())
    me, boss, other = person(0), SubjectRef("organisation", Identifier("organisation_number", "1")), person(1)
    job = SubjectRef("employment", Identifier("employment_number", "1"))
    statements = [
        Statement(me, "person.name", (Span("Me"),)),
        Statement(me, "person.spouse", (Span(other),)),
        Statement(other, "person.name", (Span("Other"),)),
        Statement(other, "person.assessed_income", (Span(500_000),)),
        Statement(job, "employment.employee", (Span(me),)),
        Statement(job, "employment.employer", (Span(boss),)),
        Statement(boss, "organisation.name", (Span("Boss"),)),
        Statement(boss, "organisation.turnover_12_months", (Span(1),)),
        *(Statement(car(number), "vehicle.owner", (Span(me),)) for number in range(30)),
    ]
    async with database.begin() as tx:
        await record(tx, identities, statements, REGISTERS[0], BEGUN)
        ids = await identities.find_all(tx, [("national_id", "person 0"), ("national_id", "person 1")])
    asked: list[Any] = []
    ask = Transaction.rows

    async def counted(tx: Transaction, question: Any) -> Any:
        asked.append(question)
        return await ask(tx, question)

    async with database.read() as tx:
        monkeypatch.setattr(Transaction, "rows", counted)
        near = await load_graph(tx, [ids["national_id", "person 0"]])
    assert len(asked) == 3
    loaded = {row.concept for subject in near.subjects() for row in near.about(subject)}
    assert {"employment.employer", "organisation.name", "person.name", "vehicle.owner"} <= loaded
    assert not loaded & {"person.assessed_income", "organisation.turnover_12_months"}


async def test_what_belongs_to_somebody_makes_no_rule_run_read_more(database: Database) -> None:
    """A rule's view follows the relations that rules read; work and property are none of them."""
    identities = Identities(IdentityKeys.generate())
    twin = Twin(identities, Catalogue.load().model)
    me = person(0)
    async with database.begin() as tx:
        await record(tx, identities, [Statement(me, "person.name", (Span("Me"),))], REGISTERS[0], BEGUN)
        mine = await identities.find(tx, "national_id", "person 0")
        assert mine is not None
    async with database.read() as tx:
        before = await twin.near(tx, [mine])
    things = [
        Statement(
            SubjectRef(kind, Identifier("number", f"{kind} {number}")), concept, (Span(me), Span(person(1)))
        )
        for kind, concept in (("property", "property.owners"), ("employment", "employment.employee"))
        for number in range(20)
    ]
    async with database.begin() as tx:
        await record(tx, identities, things, REGISTERS[0], BEGUN)
        assert await tx.scalar(select(func.count()).select_from(fact)) == 81
    async with database.read() as tx:
        after = await twin.near(tx, [mine])
    assert [after.about(one) for one in after.subjects()] == [before.about(one) for one in before.subjects()]
