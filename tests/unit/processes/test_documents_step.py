"""The walk where the person brings the facts: documents instead of a look-up, and a human who judges them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.documents import MOST_DOCUMENTS, Document
from assistant.processes.definition import load_definitions
from assistant.processes.filing import size_text, upload_of
from assistant.processes.state import ProcessState
from assistant.processes.walker import Errors, apply_answer, is_ready, open_steps, step_of
from tests.unit.processes.people import EMIL, INCOME, PRICE_FACT, SIRI, determined, view

DEFINITION = load_definitions()["apply_reduced_fee_documented"]
(ASKED,) = DEFINITION.asks_for
SENT = Document(
    id="0d8e1c52-0000-4000-8000-000000000009",
    person_id=SIRI.id,
    subject_id=EMIL.id,
    municipality="9999",
    process_id="p",
    case_id=None,
    request_id=None,
    topic="income",
    media_type="application/pdf",
    size=1_258_291,
    name="skattemelding.pdf",
    sent_at=datetime(2026, 9, 15, 12, tzinfo=UTC),
)
UNKNOWN = determined("undetermined", missing=(INCOME,), monthly_fee=None)
NOTHING_SENT = view(held=(PRICE_FACT,))
ONE_SENT = replace(NOTHING_SENT, documents=(SENT,))
TO_THE_DOCUMENTS = (
    ("explain", {}),
    ("household", {"cohabitant": "no"}),
    ("income_drop", {"income_drop": "no"}),
)


def walk(answers, seen, state=ProcessState()) -> ProcessState:  # noqa: B008  (frozen)
    for step, values in answers:
        state = apply_answer(DEFINITION, state, UNKNOWN, seen, step, values)
        assert isinstance(state, ProcessState), state
    return state


def test_nobody_is_told_that_the_income_is_fetched_or_asked_to_type_it():
    for step in open_steps(DEFINITION, ProcessState(), UNKNOWN, NOTHING_SENT):
        assert step.definition.kind != "missing"
    explained = step_of(DEFINITION, ProcessState(), UNKNOWN, NOTHING_SENT)
    assert explained.notes == ("Vi kan ikke si ennå hva prisen blir.",)


def test_the_step_is_not_passed_without_a_file():
    state = walk(TO_THE_DOCUMENTS, NOTHING_SENT)
    step = step_of(DEFINITION, state, UNKNOWN, NOTHING_SENT)
    assert (step.id, step.upload.files, step.upload.may_add) == ("income_documents", (), True)
    refused = apply_answer(DEFINITION, state, UNKNOWN, NOTHING_SENT, "income_documents", {})
    assert isinstance(refused, Errors)
    shown = step_of(DEFINITION, state, UNKNOWN, NOTHING_SENT, refused, {})
    assert shown.errors == (("file", "Velg en fil og send den. Du må sende minst én."),)


def test_a_file_of_another_topic_does_not_count():
    other = replace(NOTHING_SENT, documents=(replace(SENT, topic="household"),))
    state = walk(TO_THE_DOCUMENTS, other)
    assert isinstance(apply_answer(DEFINITION, state, UNKNOWN, other, "income_documents", {}), Errors)


def test_what_is_sent_is_listed_with_kind_size_and_day():
    state = walk(TO_THE_DOCUMENTS, ONE_SENT)
    (file,) = step_of(DEFINITION, state, UNKNOWN, ONE_SENT).upload.files
    assert (file.name, file.kind, file.size, file.sent) == (
        "skattemelding.pdf",
        "PDF",
        "1,2 MB",
        "15. september 2026",
    )


def test_a_file_taken_back_makes_the_step_open_again():
    rest = (("income_documents", {}), ("duration", {"duration": "this_year"}), ("confirm", {}))
    state = walk((*TO_THE_DOCUMENTS, *rest), ONE_SENT)
    assert is_ready(DEFINITION, state, UNKNOWN, ONE_SENT)
    assert not is_ready(DEFINITION, state, UNKNOWN, NOTHING_SENT)
    assert step_of(DEFINITION, state, UNKNOWN, NOTHING_SENT).id == "income_documents"


def test_the_summary_counts_the_files_and_says_who_judges_them():
    rest = (("income_documents", {}), ("duration", {"duration": "this_year"}), ("confirm", {}))
    step = step_of(DEFINITION, walk((*TO_THE_DOCUMENTS, *rest), ONE_SENT), UNKNOWN, ONE_SENT)
    assert ("Dokumentasjon på inntekt", "1 fil", "income_documents") in [
        (line.label, line.value, line.step) for line in step.lines
    ]
    assert "En saksbehandler ser på dokumentasjonen og avgjør søknaden." in step.notes
    assert not [note for note in step.notes if "svar med en gang" in note]


@pytest.mark.parametrize(("count", "may"), [(MOST_DOCUMENTS - 1, True), (MOST_DOCUMENTS, False)])
def test_there_is_an_end_to_how_many_may_be_sent(count: int, may: bool):
    assert upload_of(ASKED, (SENT,) * count, "nb").may_add is may


@pytest.mark.parametrize(
    ("size", "language", "text"),
    [(1, "nb", "1 kB"), (200_000, "nn", "195 kB"), (10 * 1024 * 1024, "en", "10.0 MB")],
)
def test_sizes_are_written_as_people_write_them(size: int, language: str, text: str):
    assert size_text(size, language) == text
