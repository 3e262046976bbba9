"""A step as a person meets it, in one language: the same value is a page and a chat question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FieldKind = Literal["choice", "text", "long_text", "money", "number", "date"]
Action = Literal["next", "back", "submit", "withdraw", "correct", "undo_correction"]


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `value`: answered or proposed; `shown_when`: the choice that opens it."""

    name: str
    kind: FieldKind
    label: str
    help: str = ""
    value: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    error: str = ""
    shown_when: tuple[str, str] | None = None  # (name of a choice field, its value)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "label": self.label,
            "help": self.help,
            "value": self.value,
            "required": self.required,
            "choices": [{"value": c.value, "label": c.label, "help": c.help} for c in self.choices],
            "unit": self.unit,
            "error": self.error,
            "shown_when": list(self.shown_when) if self.shown_when else None,
        }


@dataclass(frozen=True)
class ShownFact:
    """A fact with its source, and how to say that it is wrong."""

    key: str
    label: str
    about: str
    value: str
    source: str
    learned: str
    corrected_where: str  # how it is put right at the source itself
    should_be: Field
    reason: Field
    correction: str = ""  # what the person has said it should be, once said

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "about": self.about,
            "value": self.value,
            "source": self.source,
            "learned": self.learned,
            "corrected_where": self.corrected_where,
            "fields": [self.should_be.as_json(), self.reason.as_json()],
            "correction": self.correction,
        }


@dataclass(frozen=True)
class Line:
    """One line of a summary; `step` is where it can be changed (empty: it cannot)."""

    label: str
    value: str
    step: str = ""

    def as_json(self) -> dict[str, str]:
        return {"label": self.label, "value": self.value, "step": self.step}


@dataclass(frozen=True)
class SentFile:
    """A file that has been sent: its name, and kind and size as people write them."""

    id: str
    name: str
    kind: str  # 'PDF'
    size: str  # '1,2 MB'
    sent: str  # the day

    def as_json(self) -> dict[str, str]:
        return dict(self.__dict__)


@dataclass(frozen=True)
class Upload:
    """Files to send: what for, which there are, and whether more may be sent. `error`: why the last was not taken."""

    topic: str
    label: str
    help: str
    files: tuple[SentFile, ...] = ()
    may_add: bool = True
    may_remove: bool = True
    error: str = ""
    most_bytes: int = 0
    too_large: str = ""  # what is said of a larger file before it is sent

    def as_json(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "label": self.label,
            "help": self.help,
            "files": [file.as_json() for file in self.files],
            "may_add": self.may_add,
            "error": self.error,
        }


@dataclass(frozen=True)
class Button:
    action: Action
    label: str
    primary: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"action": self.action, "label": self.label, "primary": self.primary}


@dataclass(frozen=True)
class Step:
    """What to show now. `number` of `count` is the progress; paragraphs are plain text."""

    id: str
    kind: str
    title: str
    paragraphs: tuple[str, ...]
    number: int
    count: int
    fields: tuple[Field, ...] = ()
    facts: tuple[ShownFact, ...] = ()
    people: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()  # what follows from what is known: the fee, what we fetch, who decides
    buttons: tuple[Button, ...] = ()
    upload: Upload | None = None

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """(name of the field, what is wrong with it), for the summary above the form."""
        own = [(f.name, f.error) for f in self.fields if f.error]
        of_facts = [
            (f"{fact.key}.{f.name}", f.error)
            for fact in self.facts
            for f in (fact.should_be, fact.reason)
            if f.error
        ]
        of_file = [("file", self.upload.error)] if self.upload and self.upload.error else []
        return tuple(own + of_facts + of_file)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "paragraphs": list(self.paragraphs),
            "number": self.number,
            "count": self.count,
            "fields": [f.as_json() for f in self.fields],
            "facts": [fact.as_json() for fact in self.facts],
            "people": list(self.people),
            "lines": [line.as_json() for line in self.lines],
            "notes": list(self.notes),
            "buttons": [button.as_json() for button in self.buttons],
            "upload": self.upload.as_json() if self.upload else None,
        }
