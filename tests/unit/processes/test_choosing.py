"""Which definition an errand is walked by, and how its case is handled once it is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import DEFINITION

from assistant.processes.choosing import UnknownErrand, handled_as, serving, walking
from assistant.twin import Municipality

BY_REGISTERS = replace(DEFINITION, id="by_registers", generations=("fetched", "flagged"))
BY_DOCUMENTS = replace(DEFINITION, id="by_documents", generations=("documented",))
BOTH = {one.id: one for one in (BY_REGISTERS, BY_DOCUMENTS)}


def handling(generation: str) -> Municipality:
    return Municipality("9999", "Varden", {"generations": {"apply_reduced_fee": generation}})


@pytest.mark.parametrize(
    ("generation", "definition"),
    [("documented", "by_documents"), ("fetched", "by_registers"), ("flagged", "by_registers")],
)
def test_the_generation_chooses_the_definition(generation, definition):
    assert serving(walking(BOTH, "apply_reduced_fee"), "apply_reduced_fee", generation).id == definition


def test_what_cannot_be_applied_for_is_said_with_what_can():
    with pytest.raises(
        UnknownErrand, match="no errand is called 'by_documents'; there are apply_reduced_fee"
    ):
        walking(BOTH, "by_documents")


def test_a_generation_nobody_walks_is_said():
    with pytest.raises(UnknownErrand, match="no definition walks 'apply_reduced_fee' as 'flagged'"):
        serving([BY_DOCUMENTS], "apply_reduced_fee", "flagged")


@pytest.mark.parametrize(
    ("walked", "now", "handled"),
    [
        (BY_DOCUMENTS, "documented", "documented"),
        (BY_DOCUMENTS, "fetched", "documented"),  # documents are sent: they are to be judged
        (BY_REGISTERS, "fetched", "fetched"),
        (BY_REGISTERS, "flagged", "flagged"),  # the same walk, and the municipality has moved on
        (BY_REGISTERS, "documented", "fetched"),  # nothing was sent that could be judged
    ],
)
def test_a_case_is_handled_as_its_errand_was_walked(walked, now, handled):
    assert handled_as(walked, handling(now)) == handled
