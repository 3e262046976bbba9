"""What is enclosed with word of a decision: its own letter, for the one whose case it is and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from test_reversing import granted
from town import Town

from assistant.casework.enclosing import Enclosing
from assistant.store.tables import decision
from tests.pdf_reading import unpacked

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_decision_goes_to_whose_case_it_is(town: Town) -> None:
    await granted(town)
    enclosing = Enclosing(town.casework.assessor.twin)
    async with town.database.read() as tx:
        of_it = {"decision_id": await tx.scalar(select(decision.c.id))}
        enclosed = await enclosing(tx, town.ids["mother"], of_it)
        assert await enclosing(tx, town.ids["child"], of_it) is None
        assert await enclosing(tx, town.ids["mother"], {}) is None
        assert await enclosing(tx, town.ids["mother"], {"decision_id": "gone"}) is None
    assert enclosed is not None
    (paper,) = enclosed()
    assert (paper.media_type, paper.name.startswith("vedtak-")) == ("application/pdf", True)
    assert "pdfuaid" in unpacked(paper.data)
