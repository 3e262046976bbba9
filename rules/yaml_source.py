"""YAML that remembers its lines: the core schema of YAML 1.2, exact numbers, nothing said twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from rules.faults import Fault, RuleFault

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_DIGITS = 34  # of a number: FEEL's decimals have no more (DMN 1.5, 10.3.1.2)

_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Node:
    """A value and the line it stands on. `value` is a scalar, a tuple of nodes, or a dict of text → node."""

    value: Any
    line: int

    def plain(self) -> Any:
        """The value without lines: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    @property
    def shape(self) -> str:
        """What it is, in words for a message."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, tuple):
            return "a list"
        return "nothing" if self.value is None else f"'{self.value}'"


def read_yaml(text: str, filename: str) -> Node:
    """Read one YAML document.

    Only `true` and `false` are booleans (`yes`, `no` and `on` are text), numbers are int or Decimal, ISO
    dates are dates. Keys are always text. Refused, each with its line: a key given twice, an anchor or
    alias, a tag, more than one document, more than 1 MB or 32 levels, a number or date that cannot be one.
    Raises `RuleFault`.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _fault(filename, 1, f"the file is larger than {MAX_BYTES:,} bytes; split it")
    try:
        return _Builder(filename).build(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _fault(filename, line, f"not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise _fault(filename, 1, f"not valid YAML: {str(error).splitlines()[0]}") from None


def _fault(filename: str, line: int, message: str) -> RuleFault:
    return RuleFault([Fault(filename, line, message)])


class _Open:
    """A mapping or list that is being read."""

    def __init__(self, line: int, mapping: bool) -> None:
        self.line = line
        self.entries: dict[str, Node] | None = {} if mapping else None
        self.items: list[Node] = []
        self.key: str | None = None


class _Builder:
    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.stack: list[_Open] = []
        self.documents: list[Node] = []

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if anchor := getattr(event, "anchor", None):
                raise _fault(
                    self.filename,
                    line,
                    f"'{anchor}': anchors and aliases are not used here; write it out",
                )
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event, line)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close()
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event, line)
        if not self.documents:
            raise _fault(self.filename, 1, "the file is empty")
        if len(self.documents) > 1:
            raise _fault(
                self.filename, self.documents[1].line, "a second document ('---'): one file, one document"
            )
        return self.documents[0]

    def _open(self, event: yaml.Event, line: int) -> None:
        self._refuse_tag(event, line)
        if self.stack and self.stack[-1].entries is not None and self.stack[-1].key is None:
            raise _fault(self.filename, line, "a key must be one word or text, not a mapping or list")
        if len(self.stack) >= MAX_DEPTH:
            raise _fault(self.filename, line, f"more than {MAX_DEPTH} levels inside each other")
        self.stack.append(_Open(line, isinstance(event, yaml.MappingStartEvent)))

    def _close(self) -> None:
        done = self.stack.pop()
        self._add(Node(done.entries if done.entries is not None else tuple(done.items), done.line))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._refuse_tag(event, line)
        parent = self.stack[-1] if self.stack else None
        if parent is not None and parent.entries is not None and parent.key is None:
            if event.value in parent.entries:
                first = parent.entries[event.value].line
                raise _fault(
                    self.filename, line, f"'{event.value}' is given twice (first at line {first}); keep one"
                )
            parent.key = event.value
            return
        quoted = event.style in ("'", '"', "|", ">")
        self._add(Node(event.value if quoted else self._resolve(event.value, line), line))

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.documents.append(node)
            return
        parent = self.stack[-1]
        if parent.entries is None:
            parent.items.append(node)
        else:
            assert parent.key is not None
            parent.entries[parent.key] = node
            parent.key = None

    def _refuse_tag(self, event: yaml.Event, line: int) -> None:
        if tag := getattr(event, "tag", None):
            raise _fault(
                self.filename,
                line,
                f"'{tag}': tags are not used here; quote text, and write numbers and dates plainly",
            )

    def _resolve(self, word: str, line: int) -> Any:
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if _DATE.fullmatch(word):
            try:
                return date.fromisoformat(word)
            except ValueError:
                raise _fault(
                    self.filename,
                    line,
                    f"'{word}' is not a date of the calendar; quote it if it is text",
                ) from None
        if not _DECIMAL.fullmatch(word):
            return word
        if sum(character.isdigit() for character in word) > MAX_DIGITS:
            raise _fault(
                self.filename, line, f"a number of more than {MAX_DIGITS} digits; quote it if it is text"
            )
        if _INTEGER.fullmatch(word):
            digits = word.lstrip("+-")
            if len(digits) > 1 and digits.startswith("0"):
                raise _fault(
                    self.filename,
                    line,
                    f"'{word}' begins with 0; quote it if it is text such as a municipality number",
                )
            return int(word)
        return Decimal(word)
