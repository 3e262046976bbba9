"""What the assistant says, as structured content: the widget draws it, and nothing in it is HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.processes.receipt import Receipt
from assistant.processes.steps import Step


@dataclass(frozen=True)
class Button:
    """Something to press: an `action` with its values, or a local page (`href`)."""

    label: str
    action: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    href: str = ""
    primary: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "action": self.action,
            "values": dict(self.values),
            "href": self.href,
            "primary": self.primary,
        }


@dataclass(frozen=True)
class Text:
    text: str

    def as_json(self) -> dict[str, Any]:
        return {"type": "text", "text": self.text}


@dataclass(frozen=True)
class Buttons:
    buttons: Sequence[Button]

    def as_json(self) -> dict[str, Any]:
        return {"type": "buttons", "buttons": [button.as_json() for button in self.buttons]}


@dataclass(frozen=True)
class GuidanceShown:
    """A message of the channel chat, with what can be done about it."""

    message_id: str
    title: str
    text: str
    sent: str
    buttons: Sequence[Button] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "guidance",
            "message": self.message_id,
            "title": self.title,
            "text": self.text,
            "sent": self.sent,
            "buttons": [button.as_json() for button in self.buttons],
        }


@dataclass(frozen=True)
class Law:
    name: str
    url: str = ""

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "url": self.url}


@dataclass(frozen=True)
class Condition:
    """`holds`: True ✓, False ✗, None ? (nobody has told us enough). `said` is that in words."""

    text: str
    holds: bool | None
    said: str
    law: tuple[Law, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "holds": self.holds,
            "said": self.said,
            "law": [law.as_json() for law in self.law],
        }


@dataclass(frozen=True)
class Conditions:
    title: str
    outcome: str
    conditions: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "conditions",
            "title": self.title,
            "outcome": self.outcome,
            "conditions": [condition.as_json() for condition in self.conditions],
        }


@dataclass(frozen=True)
class FactShown:
    label: str
    about: str
    value: str
    source: str
    learned: str
    basis: str = ""

    def as_json(self) -> dict[str, str]:
        return dict(self.__dict__)


@dataclass(frozen=True)
class Facts:
    title: str
    facts: tuple[FactShown, ...]

    def as_json(self) -> dict[str, Any]:
        return {"type": "facts", "title": self.title, "facts": [fact.as_json() for fact in self.facts]}


@dataclass(frozen=True)
class ErrandStep:
    """A step of an errand. Its type says how to draw it: question, confirm or summary."""

    errand_id: str
    step: Step

    def as_json(self) -> dict[str, Any]:
        kind = self.step.kind if self.step.kind in ("confirm", "summary") else "question"
        return {"type": kind, "errand": self.errand_id, "step": self.step.as_json()}


@dataclass(frozen=True)
class ReceiptShown:
    title: str
    receipt: Receipt
    buttons: Sequence[Button] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "receipt",
            "title": self.title,
            "receipt": self.receipt.as_json(),
            "buttons": [button.as_json() for button in self.buttons],
        }


Part = Text | Buttons | GuidanceShown | Conditions | Facts | ErrandStep | ReceiptShown


@dataclass(frozen=True)
class Reply:
    parts: tuple[Part, ...]

    def as_json(self) -> dict[str, Any]:
        return {"parts": [part.as_json() for part in self.parts]}


def say(*parts: Part) -> Reply:
    return Reply(parts)
