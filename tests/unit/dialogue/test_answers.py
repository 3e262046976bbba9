"""A typed line as the answer to the open question, and what "why?" and "yes" refer to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.dialogue.answers import proposed, values_from
from assistant.dialogue.context import Topic, topic_of, with_tried
from assistant.dialogue.lines import ChatLine
from assistant.processes.steps import Choice, Field, Step

NO_YES = (Choice("no", "Nei"), Choice("yes", "Ja"))
COHABITANT = (
    Field("cohabitant", "choice", "Har du samboer?", choices=NO_YES),
    Field("cohabitant_detail", "text", "Hva heter samboeren?", shown_when=("cohabitant", "yes")),
)
DURATION = (
    Field(
        "duration",
        "choice",
        "Hvor lenge?",
        value="whole",
        choices=(Choice("whole", "Alltid"), Choice("year", "Ett år")),
    ),
)


def step(*fields: Field) -> Step:
    return Step("s", "choice", "t", (), 1, 2, fields=fields)


@pytest.mark.parametrize(
    ("fields", "text", "values"),
    [
        (COHABITANT, "nei", {"cohabitant": "no"}),
        (COHABITANT, "Nope!", {"cohabitant": "no"}),
        (COHABITANT, "2", {"cohabitant": "yes"}),
        (COHABITANT, "Ja takk", {"cohabitant": "yes"}),
        (COHABITANT, "Per Li", None),
        (DURATION, "ett år", {"duration": "year"}),
        (DURATION, "hvorfor?", None),
        ((Field("m", "money", "Inntekt"),), "300 000", {"m": "300 000"}),
        ((Field("m", "money", "Inntekt"),), "vet ikke", None),
        ((Field("d", "date", "Når"),), "1.8.2026", {"d": "1.8.2026"}),
        ((), "ja", None),
    ],
)
def test_a_line_answers_the_open_field(fields, text, values):
    assert values_from(text, step(*fields), "nb") == values


def test_after_a_choice_that_asks_for_words_any_words_are_the_answer():
    asked = with_tried(step(*COHABITANT), {"cohabitant": "yes"})
    assert values_from("Per Li", asked, "nb") == {"cohabitant": "yes", "cohabitant_detail": "Per Li"}


def test_pressing_on_takes_what_is_proposed():
    assert proposed(step(*DURATION)) == {"duration": "whole"}


def line(id: int, *parts: dict) -> ChatLine:
    return ChatLine(id, "assistant", {"parts": list(parts)}, None, datetime(2026, 9, 1, tzinfo=UTC))


ASKED = {"type": "question", "errand": "e", "step": step(*DURATION).as_json()}
TOLD = {"type": "guidance", "message": "m"}
SAID = {"type": "text", "text": "hei"}


@pytest.mark.parametrize(
    ("newest_first", "topic"),
    [
        ([], Topic()),
        ([line(2, ASKED), line(1, TOLD)], Topic("e", "s", {"duration": "whole"}, "m")),
        ([line(2, SAID), line(1, ASKED)], Topic()),  # a question that is passed is not open
        (
            [line(3, SAID), line(2, TOLD), line(1, {"type": "guidance", "message": "old"})],
            Topic(message_id="m"),
        ),
    ],
)
def test_the_topic_is_what_was_said_last(newest_first, topic):
    assert topic_of(newest_first) == topic
