"""What the talk is about just now, read from what the assistant said last: "why?" and "yes" refer to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assistant.dialogue.lines import ChatLine
from assistant.processes.steps import Step

STEPS = ("question", "confirm", "summary")


@dataclass(frozen=True)
class Topic:
    """The open question, what was tried in it, and the message spoken of last. Empty: nothing."""

    errand_id: str = ""
    step_id: str = ""
    tried: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""


def topic_of(last_said: Iterable[ChatLine]) -> Topic:
    """The topic after the assistant's lines, newest first.

    A question is open only if it stands in the newest line; a message is spoken of until the next one.
    """
    topic = Topic()
    for number, line in enumerate(last_said):
        for part in reversed(line.content.get("parts", ())):
            kind = part["type"]
            if kind in STEPS and number == 0 and not topic.errand_id:
                tried = {f["name"]: f["value"] for f in part["step"]["fields"] if f["value"]}
                topic = replace(topic, errand_id=part["errand"], step_id=part["step"]["id"], tried=tried)
            if kind == "guidance" and not topic.message_id:
                topic = replace(topic, message_id=part["message"])
        if topic.message_id:
            break
    return topic


def with_tried(step: Step, tried: Mapping[str, str]) -> Step:
    """The step with what the person has chosen in it, which a refused answer does not keep."""
    return replace(step, fields=tuple(replace(f, value=tried.get(f.name, f.value)) for f in step.fields))
