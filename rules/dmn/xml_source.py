"""XML as elements with their line, read safely: bounded, without a document type, so without entities or files.

Names come without their namespace, since each version of DMN has one of its own. What belongs to another namespace
than the document's first element (diagrams, a tool's extensions) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_BYTES = 5_000_000
MAX_DEPTH = 100


class DmnFault(ValueError):
    """What is wrong with a model, said with its line where it has one."""


@dataclass
class Element:
    """An element: its local name, attributes by local name, the line it starts on, what stands in it."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> Iterator[Element]:
        """The children called one of the names, in order."""
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> Element | None:
        return next(self.all(*names), None)

    def get(self, attribute: str) -> str:
        """An attribute, or ''."""
        return self.attributes.get(attribute, "")

    def text_of(self, name: str) -> str:
        """The text of the first child of the name, or ''."""
        child = self.first(name)
        return child.text.strip() if child is not None else ""


def read_xml(content: bytes) -> Element:
    """The document's first element. Raises DmnFault with the line."""
    if len(content) > MAX_BYTES:
        raise DmnFault(f"a model has at most {MAX_BYTES:,} bytes, this has {len(content):,}")
    reading = _Reading()
    try:
        reading.parser.Parse(content, True)
    except expat.ExpatError as fault:
        raise DmnFault(f"line {fault.lineno}: no XML: {expat.ErrorString(fault.code)}") from None
    assert reading.root is not None
    return reading.root


class _Reading:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.namespace = ""
        self.foreign = 0  # how deep inside an element of another namespace
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.document_type
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def document_type(self, *_: object) -> None:
        raise DmnFault(
            f"line {self.parser.CurrentLineNumber}: a model has no document type; remove <!DOCTYPE …>"
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self.root is None:
            self.namespace = namespace
        if self.foreign or namespace != self.namespace:
            self.foreign += 1
            return
        line = self.parser.CurrentLineNumber
        if len(self.open) >= MAX_DEPTH:
            raise DmnFault(f"line {line}: elements stand inside each other more than {MAX_DEPTH} deep")
        plain = {key: value for key, value in attributes.items() if " " not in key}
        element = Element(local, plain, line)
        if self.root is None:
            self.root = element
        else:
            self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        if self.foreign:
            self.foreign -= 1
        else:
            self.open.pop()

    def characters(self, text: str) -> None:
        if not self.foreign and self.open:
            self.open[-1].text += text
