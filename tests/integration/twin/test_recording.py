"""The twin over a real database: what sources said, when, and what we knew on a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assistant.store import Database, Identities, IdentityKeys
from assistant.store.tables import fact, identity, metadata
from assistant.twin import UNKNOWN, Identifier, Provenance, Span, Statement, SubjectRef
from assistant.twin.recording import UnknownSubject, record

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)
REGISTER = Provenance("population_register", "folkeregisterloven § 10-1")
ANNA = SubjectRef("person", Identifier("national_id", "anna"))
BERIT = SubjectRef("person", Identifier("national_id", "berit"))


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/twin.sqlite3")
    async with database.begin() as tx:
        await tx.connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
def identities() -> Identities:
    return Identities(IdentityKeys.generate())


def name(value: str) -> Statement:
    return Statement(ANNA, "person.name", (Span(value),))


async def test_the_same_statement_twice_changes_nothing(db: Database, identities: Identities) -> None:
    async with db.begin() as tx:
        first = await record(tx, identities, [name("Anna")], REGISTER, MONDAY)
    async with db.begin() as tx:
        again = await record(tx, identities, [name("Anna")], REGISTER, FRIDAY)
        assert await tx.scalar(select(func.count()).select_from(fact)) == 1
    assert len(first.changes) == 1
    assert len(first.new_subjects) == 1
    assert again.changes == ()
    assert again.new_subjects == ()


async def test_a_correction_is_a_new_row_and_the_old_answer_can_still_be_given(
    db: Database, identities: Identities
) -> None:
    from assistant.twin.neighbourhood import load_neighbourhood

    async with db.begin() as tx:
        await record(tx, identities, [name("Anna")], REGISTER, MONDAY)
    async with db.begin() as tx:
        corrected = await record(tx, identities, [name("Anne")], REGISTER, FRIDAY)
    anna = corrected.changes[0].subject_id
    assert [span.value for span in corrected.changes[0].before] == ["Anna"]
    assert [span.value for span in corrected.changes[0].after] == ["Anne"]
    async with db.read() as tx:
        known_monday = await load_neighbourhood(tx, [anna], frozenset(), depth=0, known_at=MONDAY)
        known_now = await load_neighbourhood(tx, [anna], frozenset(), depth=0)
    on = date(2026, 3, 1)
    assert known_monday.value(anna, "person.name", on) == "Anna"
    assert known_now.value(anna, "person.name", on) == "Anne"


async def test_an_annulled_fact_is_unknown_again(db: Database, identities: Identities) -> None:
    from assistant.twin.neighbourhood import load_neighbourhood

    async with db.begin() as tx:
        recorded = await record(tx, identities, [name("Anna")], REGISTER, MONDAY)
        await record(tx, identities, [Statement(ANNA, "person.name", ())], REGISTER, FRIDAY)
        anna = recorded.changes[0].subject_id
        near = await load_neighbourhood(tx, [anna], frozenset(), depth=0)
    assert near.value(anna, "person.name", date(2026, 3, 9)) is UNKNOWN


async def test_known_to_have_no_children_is_not_unknown(db: Database, identities: Identities) -> None:
    from assistant.twin.neighbourhood import load_neighbourhood

    none = Statement(ANNA, "person.children", (), empty_is_known=True)
    one = Statement(ANNA, "person.children", (Span(BERIT),), empty_is_known=True)
    on = date(2026, 3, 9)
    async with db.begin() as tx:
        recorded = await record(tx, identities, [none], REGISTER, MONDAY)
        anna = recorded.changes[0].subject_id
        near = await load_neighbourhood(tx, [anna], frozenset(), depth=0)
        assert near.many(anna, "person.children", on) == ()
        assert near.many(anna, "person.parents", on) is UNKNOWN
        await record(tx, identities, [one], REGISTER, FRIDAY)
        near = await load_neighbourhood(tx, [anna], frozenset(), depth=0)
        children = near.many(anna, "person.children", on)
    assert len(children) == 1


async def test_each_income_year_stands_for_itself(db: Database, identities: Identities) -> None:
    from assistant.twin.neighbourhood import load_neighbourhood

    def income(year: int, amount: int) -> Statement:
        span = Span(amount, date(year + 1, 1, 1), date(year + 3, 1, 1), {"income_year": year})
        return Statement(ANNA, "person.assessed_income", (span,), scope=str(year))

    tax = Provenance("tax_administration", "skatteforvaltningsforskriften § 3-3")
    async with db.begin() as tx:
        recorded = await record(tx, identities, [income(2024, 400_000), income(2025, 210_000)], tax, MONDAY)
        anna = recorded.changes[0].subject_id
        near = await load_neighbourhood(tx, [anna], frozenset(), depth=0)
        assert near.value(anna, "person.assessed_income", date(2025, 9, 1)) == 400_000
        assert near.value(anna, "person.assessed_income", date(2026, 9, 1)) == 210_000
        assert near.value(anna, "person.assessed_income", date(2028, 9, 1)) is UNKNOWN


async def test_identity_numbers_are_not_readable_in_the_database(
    db: Database, identities: Identities
) -> None:
    async with db.begin() as tx:
        await record(tx, identities, [name("Anna")], REGISTER, MONDAY)
        row = await tx.first(select(identity))
        assert row is not None
        assert b"anna" not in row["ciphertext"]
        assert b"anna" not in row["lookup"]
        assert await identities.reveal(tx, row["subject_id"], "national_id") == "anna"


async def test_a_subject_nobody_knows_is_refused(db: Database, identities: Identities) -> None:
    nobody = Statement(SubjectRef("person", id="0" * 36), "person.name", (Span("?"),))
    async with db.begin() as tx:
        with pytest.raises(UnknownSubject, match="no subject has the id"):
            await record(tx, identities, [nobody], REGISTER, MONDAY)


def test_identifiers_do_not_show_themselves() -> None:
    assert "anna" not in repr(ANNA)
