"""Documents at rest: sealed, the same when they are taken out, no more than may be sent, gone when dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from assistant.documents import MOST_DOCUMENTS, About, Checked, Documents, TooMany
from assistant.store import Database, IdentityKeys
from assistant.store.tables import document

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PDF = Checked(b"%PDF-1.4\nKari Nordmann tjente 300 000\n%%EOF\n", "application/pdf")


def sent_in(process: str) -> About:
    return About(str(uuid4()), str(uuid4()), "9999", "income", process_id=process)


@pytest.fixture
def documents() -> Documents:
    return Documents(IdentityKeys.generate())


async def test_what_is_kept_is_sealed_and_comes_out_as_it_was(
    database: Database, documents: Documents
) -> None:
    process, case = str(uuid4()), str(uuid4())
    async with database.begin() as tx:
        kept = await documents.keep(tx, PDF, "C:\\Kari Nordmann.pdf", sent_in(process), NOW)
        await documents.hand_over(tx, process, case)
    async with database.read() as tx:
        (row,) = await tx.all(select(document))
        (found,) = await documents.of_case(tx, case)
        assert await documents.content_of(tx, found) == PDF.content
        assert await documents.sent_in(tx, process) == (found,)
    assert (found.id, found.name, found.size) == (kept, "Kari Nordmann.pdf", len(PDF.content))
    assert found.safe_name == f"document-{kept[:8]}.pdf"
    for sealed in (bytes(row["content"]), bytes(row["name"])):
        assert b"Kari" not in sealed
        assert b"PDF" not in sealed


async def test_a_sealed_file_cannot_stand_in_for_another(database: Database, documents: Documents) -> None:
    async with database.begin() as tx:
        one = await documents.keep(tx, PDF, "a.pdf", sent_in(str(uuid4())), NOW)
        other = await documents.keep(tx, PDF, "b.pdf", sent_in(str(uuid4())), NOW)
        content = await tx.scalar(select(document.c.content).where(document.c.id == one))
        await tx.execute(update(document).where(document.c.id == other).values(content=content))
        found = await documents.find(tx, other)
        assert found is not None
        with pytest.raises(InvalidTag):
            await documents.content_of(tx, found)


async def test_so_many_and_no_more(database: Database, documents: Documents) -> None:
    about = sent_in(str(uuid4()))
    async with database.begin() as tx:
        for number in range(MOST_DOCUMENTS):
            await documents.keep(tx, PDF, f"{number}.pdf", about, NOW)
        with pytest.raises(TooMany):
            await documents.keep(tx, PDF, "one more.pdf", about, NOW)
        await documents.keep(tx, PDF, "elsewhere.pdf", sent_in(str(uuid4())), NOW)


async def test_a_dropped_errand_takes_its_files_along_and_a_sent_one_does_not(
    database: Database, documents: Documents
) -> None:
    dropped, sent = str(uuid4()), str(uuid4())
    async with database.begin() as tx:
        for process in (dropped, sent):
            await documents.keep(tx, PDF, "a.pdf", sent_in(process), NOW)
        await documents.hand_over(tx, sent, str(uuid4()))
        for process in (dropped, sent):
            await documents.forget_errand(tx, process)
        assert await documents.sent_in(tx, dropped) == ()
        assert len(await documents.sent_in(tx, sent)) == 1
