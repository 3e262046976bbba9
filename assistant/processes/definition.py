"""A process definition: the steps of one errand and its texts, read from YAML and checked at the start.

    >>> from pathlib import Path
    >>> definition = load_definitions()["apply_reduced_fee"]
    >>> [step.kind for step in definition.steps][:2]
    ['explain', 'household']

Every text stands in Bokmål, Nynorsk and English; a definition that lacks one is refused, with the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from assistant.twin import GENERATIONS, Generation
from assistant.yaml_file import parse_yaml

LANGUAGES = ("nb", "nn", "en")
KINDS = ("explain", "household", "missing", "choice", "documents", "confirm", "summary")
DEFINITIONS = Path(__file__).parent / "definitions"

Texts = Mapping[str, str]
"""The same text in languages: {"nb": …, "nn": …, "en": …}."""


class DefinitionFault(ValueError):
    """A definition that cannot be walked: the message names the file, the place and what is wrong there."""


@dataclass(frozen=True)
class ChoiceDefinition:
    value: str
    label: Texts
    help: Texts | None = None


@dataclass(frozen=True)
class QuestionDefinition:
    """What a step asks: one choice, and a text to fill in where the choice calls for one."""

    name: str
    label: Texts
    help: Texts | None
    choices: tuple[ChoiceDefinition, ...]
    required: bool
    default: str | None
    concept: str | None  # the answer is a fact of this concept about the applicant, stated by the person
    detail_when: str | None  # the choice that opens the text field
    detail_label: Texts | None
    detail_required: bool
    to_worker: Texts | None  # why a case worker must look at it, where `detail_when` was chosen


@dataclass(frozen=True)
class DocumentsDefinition:
    """What files a step asks for. `stands_for`: the concepts they document, which are then not asked for."""

    topic: str  # 'income': what a case worker sees them under
    label: Texts  # of the field to choose a file in
    stands_for: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class StepDefinition:
    id: str
    kind: str
    title: Texts
    text: Texts
    button: Texts | None
    question: QuestionDefinition | None
    documents: DocumentsDefinition | None = None
    covered_by_wish: bool = False  # who has asked us to apply for them need not be asked this first


@dataclass(frozen=True)
class ProcessDefinition:
    id: str
    errand: str  # what it applies for: an errand of casework/errands.yaml
    generations: tuple[Generation, ...]  # how a municipality handles the errand that walks it by this
    version: str  # of the content, kept with each errand that is walked by it
    basis: str  # act and section that let us ask, hold and use what the person states
    title: Texts
    steps: tuple[StepDefinition, ...]
    receipt: Texts

    def __repr__(self) -> str:
        return f"<ProcessDefinition {self.id} {self.version}>"

    @property
    def asks_for(self) -> tuple[DocumentsDefinition, ...]:
        """The documents it asks for, in order."""
        return tuple(step.documents for step in self.steps if step.documents is not None)

    @property
    def documented(self) -> frozenset[str]:
        """The concepts that documents stand for: no register is asked for them."""
        return frozenset(concept for documents in self.asks_for for concept in documents.stands_for)


class _Reader:
    """Reads one file, and knows where in it we are, for the fault message."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fault(self, where: str, what: str) -> DefinitionFault:
        return DefinitionFault(f"{self.name}: {where}: {what}")

    def mapping(self, value: Any, where: str, allowed: set[str], needed: set[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.fault(where, f"expected a mapping, found {type(value).__name__}")
        if unknown := sorted(set(value) - allowed):
            raise self.fault(where, f"unknown key '{unknown[0]}'; known are {', '.join(sorted(allowed))}")
        if lacking := sorted(needed - set(value)):
            raise self.fault(where, f"'{lacking[0]}' is missing")
        return value

    def texts(self, value: Any, where: str) -> Texts:
        if not isinstance(value, dict):
            raise self.fault(where, "expected a text in nb, nn and en")
        for language in LANGUAGES:
            if not isinstance(value.get(language), str) or not value[language].strip():
                raise self.fault(where, f"the text in '{language}' is missing")
        return {language: value[language].strip() for language in LANGUAGES}

    def generations(self, value: Any) -> tuple[Generation, ...]:
        if not isinstance(value, list) or not value:
            raise self.fault("generations", f"give a list of {', '.join(GENERATIONS)}")
        if unknown := [str(one) for one in value if one not in GENERATIONS]:
            raise self.fault("generations", f"'{unknown[0]}' is none of {', '.join(GENERATIONS)}")
        return tuple(one for one in GENERATIONS if one in value)

    def optional_texts(self, value: Any, where: str) -> Texts | None:
        return None if value is None else self.texts(value, where)

    def question(self, value: Any, where: str) -> QuestionDefinition:
        found = self.mapping(
            value,
            where,
            {"name", "label", "help", "choices", "required", "default", "concept", "detail"},
            {"name", "label", "choices"},
        )
        choices = tuple(
            self.choice(choice, f"{where}.choices[{number}]")
            for number, choice in enumerate(found["choices"])
        )
        values = [choice.value for choice in choices]
        if len(set(values)) != len(values) or len(values) < 2:
            raise self.fault(f"{where}.choices", "give at least two choices, each with a value of its own")
        if (default := found.get("default")) is not None and default not in values:
            raise self.fault(f"{where}.default", f"'{default}' is none of {', '.join(values)}")
        detail = found.get("detail") or {}
        if detail:
            self.mapping(
                detail, f"{where}.detail", {"when", "label", "required", "to_worker"}, {"when", "label"}
            )
            if detail["when"] not in values:
                raise self.fault(f"{where}.detail.when", f"'{detail['when']}' is none of {', '.join(values)}")
        return QuestionDefinition(
            name=str(found["name"]),
            label=self.texts(found["label"], f"{where}.label"),
            help=self.optional_texts(found.get("help"), f"{where}.help"),
            choices=choices,
            required=bool(found.get("required", True)),
            default=default,
            concept=found.get("concept"),
            detail_when=detail.get("when"),
            detail_label=self.optional_texts(detail.get("label"), f"{where}.detail.label"),
            detail_required=bool(detail.get("required", False)),
            to_worker=self.optional_texts(detail.get("to_worker"), f"{where}.detail.to_worker"),
        )

    def documents(self, value: Any, where: str) -> DocumentsDefinition:
        keys = {"topic", "label", "stands_for", "required"}
        found = self.mapping(value, where, keys, {"topic", "label"})
        return DocumentsDefinition(
            topic=str(found["topic"]),
            label=self.texts(found["label"], f"{where}.label"),
            stands_for=tuple(str(concept) for concept in found.get("stands_for") or ()),
            required=bool(found.get("required", True)),
        )

    def choice(self, value: Any, where: str) -> ChoiceDefinition:
        found = self.mapping(value, where, {"value", "label", "help"}, {"value", "label"})
        if not isinstance(found["value"], str):
            raise self.fault(f"{where}.value", f"'{found['value']}' is not text; put it in quotes")
        return ChoiceDefinition(
            found["value"],
            self.texts(found["label"], f"{where}.label"),
            self.optional_texts(found.get("help"), f"{where}.help"),
        )

    def step(self, value: Any, where: str) -> StepDefinition:
        found = self.mapping(
            value,
            where,
            {"id", "kind", "title", "text", "button", "question", "documents", "standing_wish"},
            {"id", "kind", "title", "text"},
        )
        if found["kind"] not in KINDS:
            raise self.fault(f"{where}.kind", f"'{found['kind']}' is none of {', '.join(KINDS)}")
        if found.get("standing_wish", "covered") != "covered":
            raise self.fault(
                f"{where}.standing_wish", f"'{found['standing_wish']}' must be covered, or left out"
            )
        question = found.get("question")
        if found["kind"] == "choice" and question is None:
            raise self.fault(where, "a step of kind 'choice' needs a question")
        documents = found.get("documents")
        if (found["kind"] == "documents") != (documents is not None):
            raise self.fault(where, "'documents' is for a step of kind 'documents', which needs it")
        return StepDefinition(
            id=str(found["id"]),
            kind=found["kind"],
            title=self.texts(found["title"], f"{where}.title"),
            text=self.texts(found["text"], f"{where}.text"),
            button=self.optional_texts(found.get("button"), f"{where}.button"),
            question=None if question is None else self.question(question, f"{where}.question"),
            documents=None if documents is None else self.documents(documents, f"{where}.documents"),
            covered_by_wish="standing_wish" in found,
        )


def read_definition(text: str, name: str) -> ProcessDefinition:
    """The definition a YAML text holds. `name` is what faults call the file. Raises DefinitionFault."""
    reader = _Reader(name)
    try:
        loaded = parse_yaml(text)
    except yaml.YAMLError as error:
        raise DefinitionFault(f"{name}: not valid YAML: {error}") from error
    keys = {"process", "errand", "generations", "basis", "title", "steps", "receipt"}
    found = reader.mapping(loaded, "the file", keys, keys)
    steps = tuple(reader.step(step, f"steps[{number}]") for number, step in enumerate(found["steps"] or ()))
    ids = [step.id for step in steps]
    if repeated := sorted({id for id in ids if ids.count(id) > 1}):
        raise reader.fault("steps", f"two steps are called '{repeated[0]}'")
    if not steps or steps[-1].kind != "summary" or [s.kind for s in steps].count("summary") != 1:
        raise reader.fault("steps", "the last step, and only that, must be of kind 'summary'")
    return ProcessDefinition(
        id=str(found["process"]),
        errand=str(found["errand"]),
        generations=reader.generations(found["generations"]),
        version=sha256(text.encode()).hexdigest()[:12],
        basis=str(found["basis"]),
        title=reader.texts(found["title"], "title"),
        steps=steps,
        receipt=reader.texts(found["receipt"], "receipt"),
    )


def load_definitions(folder: Path = DEFINITIONS) -> Mapping[str, ProcessDefinition]:
    """All definitions of a folder, by id. Raises DefinitionFault at the first that cannot be walked.

    An errand is walked by one definition in each generation: two that serve the same are a fault.
    """
    definitions: dict[str, ProcessDefinition] = {}
    serving: dict[tuple[str, Generation], str] = {}
    for path in sorted(folder.glob("*.yaml")):
        definition = read_definition(path.read_text(encoding="utf-8"), path.name)
        if definition.id != path.stem:
            raise DefinitionFault(f"{path.name}: process: '{definition.id}' must be the file's name")
        for generation in definition.generations:
            other = serving.setdefault((definition.errand, generation), path.name)
            if other != path.name:
                raise DefinitionFault(
                    f"{path.name}: generations: {other} serves '{definition.errand}' as '{generation}' already"
                )
        definitions[definition.id] = definition
    return definitions
