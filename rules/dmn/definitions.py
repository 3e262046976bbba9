"""What a DMN model declares (DMN 1.5, chapter 6): decisions, inputs, knowledge, services, types, imports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.dmn.xml_source import DmnFault, Element, read_xml
from rules.feel.names import normal_name

EXPRESSIONS = (
    "literalExpression", "decisionTable", "context", "invocation", "functionDefinition", "relation", "list",
    "conditional", "filter", "for", "some", "every",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Part:
    """What a model declares. Expressions know it as `name`, its variable's; it is asked for by either."""

    id: str
    name: str
    title: str
    type_name: str

    @property
    def names(self) -> tuple[str, str]:
        return (self.title, self.name)


@dataclass(frozen=True, eq=False)
class InputData(_Part):
    pass


@dataclass(frozen=True, eq=False)
class Decision(_Part):
    """`needs` are the hrefs of the decisions, inputs, knowledge and services it requires."""

    needs: tuple[str, ...]
    logic: Element | None


@dataclass(frozen=True, eq=False)
class Knowledge(_Part):
    """A business knowledge model: a function that decisions call by its name."""

    needs: tuple[str, ...]
    logic: Element | None


@dataclass(frozen=True, eq=False)
class Service(_Part):
    """A decision service: hrefs of what it is given and of the decisions it tells."""

    parameters: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Import:
    """Another model, whose parts are known as `name.part` here, or by their own names where `name` is ''.

    `location` is where the importing file says that it is, relative to itself.
    """

    name: str
    namespace: str
    location: str


Invocable = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, eq=False)
class Definitions:
    """One model file."""

    name: str
    namespace: str
    imports: tuple[Import, ...]
    types: tuple[Element, ...]
    parts: tuple[Invocable, ...]
    attributes: frozenset[str]
    """Names that may stand behind a dot: of components, outputs, entries and columns."""


def read_definitions(content: bytes) -> Definitions:
    """The model of a file's bytes. Raises DmnFault."""
    root = read_xml(content)
    if root.name != "definitions":
        raise DmnFault(f"line {root.line}: <{root.name}> is no DMN model, which starts with <definitions>")
    imports = [
        Import(normal_name(one.get("name")), one.get("namespace"), one.get("locationURI"))
        for one in root.all("import")
        if "DMN" in one.get("importType") or "dmn" in one.get("importType")
    ]
    parts: list[Invocable] = []
    for element in root.children:
        part = _part(element)
        if part is not None:
            parts.append(part)
    return Definitions(
        root.get("name"),
        root.get("namespace"),
        tuple(imports),
        tuple(root.all("itemDefinition")),
        tuple(parts),
        frozenset(_attributes(root)),
    )


def _part(element: Element) -> Invocable | None:
    variable = element.first("variable")
    title = normal_name(element.get("name"))
    name = normal_name(variable.get("name")) if variable is not None else ""
    type_name = variable.get("typeRef") if variable is not None else ""
    known = (element.get("id"), name or title, title, type_name)
    match element.name:
        case "inputData":
            return InputData(*known)
        case "decision":
            return Decision(*known, _needs(element), element.first(*EXPRESSIONS))
        case "businessKnowledgeModel":
            return Knowledge(*known, _needs(element), element.first("encapsulatedLogic"))
        case "decisionService":
            parameters = (*_hrefs(element.all("inputData")), *_hrefs(element.all("inputDecision")))
            return Service(*known, parameters, _hrefs(element.all("outputDecision")))
    return None


def _needs(element: Element) -> tuple[str, ...]:
    requirements = element.all("informationRequirement", "knowledgeRequirement")
    return tuple(
        href
        for requirement in requirements
        for href in _hrefs(requirement.all("requiredDecision", "requiredInput", "requiredKnowledge"))
    )


def _hrefs(elements: Iterable[Element]) -> tuple[str, ...]:
    return tuple(element.get("href") for element in elements)


def _attributes(root: Element) -> Iterable[str]:
    """Of each element that names a part of a value."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name in ("itemComponent", "output", "column"):
            yield normal_name(element.get("name"))
        elif element.name == "contextEntry":
            variable = element.first("variable")
            if variable is not None:
                yield normal_name(variable.get("name"))
        elif element.name in ("decision", "inputData", "businessKnowledgeModel", "decisionService"):
            part = _part(element)
            if part is not None:
                yield part.name  # for those that import this model
        waiting.extend(element.children)
