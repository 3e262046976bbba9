"""A press: what is taken from the socket, and that our own ids come through it unharmed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.dialogue import BadPress, Conversation, Pressed, press_from
from assistant.dialogue.context import Topic
from assistant.dialogue.masking import MASK
from assistant.dialogue.replies import Talk

MANY_DIGITS = "12345678-1234-4678-9012-345678901234"


class Noting:
    """Stands in for the errands, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def answer(self, _tx: Any, *asked: Any) -> Any:
        self.asked.append(asked)
        raise LookupError


async def test_an_id_with_many_digits_is_not_taken_for_a_number_and_words_are_masked():
    errands = Noting()
    conversation = Conversation(errands)  # type: ignore[arg-type]
    values = {"errand": MANY_DIGITS, "step": f"missing:{MANY_DIGITS}:x", "correct": f"{MANY_DIGITS}:x"}
    press = Pressed("answer", "x", {**values, "reason": "nr 17885496359"})
    talk = Talk("me", "nb", datetime(2026, 9, 1, tzinfo=UTC), Topic())
    with pytest.raises(LookupError):
        await conversation.reply(None, talk, press)  # type: ignore[arg-type]
    [(errand, _, step, given, *_)] = errands.asked
    assert (errand, step) == (values["errand"], values["step"])
    assert given == {"correct": values["correct"], "reason": f"nr {MASK}"}


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"action": 1},
        {"action": "why", "label": []},
        {"action": "why", "values": []},
        {"action": "why", "values": {"a": 1}},
        {"action": "why", "values": {"a": "x" * 2001}},
        {"action": "why", "values": {"x" * 201: "a"}},
        {"action": "why", "values": {str(n): "" for n in range(21)}},
    ],
)
def test_a_press_no_widget_makes_is_refused(frame):
    with pytest.raises(BadPress):
        press_from(frame)


def test_a_press_without_values_is_a_press():
    assert press_from({"action": "help", "label": "Hjelp"}) == Pressed("help", "Hjelp", {})
