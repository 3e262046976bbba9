"""Reading a YAML mapping key by key: what is asked for is typed, what is wrong is a fault with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from rules.determination import Texts
from rules.faults import Fault, RuleFault, suggestion
from rules.yaml_source import Node

LANGUAGES = ("nb", "nn", "en")
Word = TypeVar("Word", bound=str)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass
class Faults:
    """The faults found so far in one file; `refuse` raises them all, in the order of their lines."""

    filename: str
    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        self.found.append(Fault(self.filename, line, message))

    def refuse(self) -> None:
        if self.found:
            raise RuleFault(sorted(set(self.found)))


class Section:
    """A mapping that is being read. Each accessor marks its key as known; `finish` reports the others."""

    def __init__(self, node: Node, faults: Faults, name: str) -> None:
        self.node, self.faults, self.name = node, faults, name
        self.line = node.line
        self.known: set[str] = set()
        self.entries: dict[str, Node] = {}
        if isinstance(node.value, dict):
            self.entries = node.value
        else:
            faults.add(node.line, f"{name}: {node.shape} where a mapping (key: value) is needed")

    def node_of(self, key: str, *, required: bool = False) -> Node | None:
        """The node under a key, whatever it is; None where it is absent or empty."""
        self.known.add(key)
        node = self.entries.get(key)
        if node is None or node.value is None:
            if required:
                line = node.line if node else self.line
                self.faults.add(line, f"{self.name}: '{key}' is missing")
            return None
        return node

    def line_of(self, key: str) -> int:
        return self.entries[key].line if key in self.entries else self.line

    def _typed(self, key: str, kind: type | tuple[type, ...], what: str, required: bool) -> Any:
        node = self.node_of(key, required=required)
        if node is None:
            return None
        if not isinstance(node.value, kind) or (isinstance(node.value, bool) and kind is not bool):
            self.faults.add(node.line, f"{self.name}: '{key}' is {node.shape}; {what} is needed")
            return None
        return node.value

    def text(self, key: str, *, required: bool = False) -> str:
        return self._typed(key, str, "text", required) or ""

    def choice(self, key: str, choices: Iterable[Word], *, required: bool = False) -> Word | None:
        """One of some words; None where there is none."""
        word = self.text(key, required=required)
        allowed = tuple(choices)
        chosen = next((choice for choice in allowed if choice == word), None)
        if word and chosen is None:
            self.faults.add(self.line_of(key), f"{self.name}: '{key}' is '{word}'{suggestion(word, allowed)}")
        return chosen

    def boolean(self, key: str, default: bool) -> bool:
        value = self._typed(key, bool, "true or false", False)
        return default if value is None else bool(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        value: date | None = self._typed(key, date, "a date (year-month-day)", required)
        return value

    def texts(self, key: str, *, required: bool = False) -> Texts:
        """A text in nb, nn and en; all three or none."""
        node = self.node_of(key, required=required)
        return {} if node is None else texts_of(node, self.faults, f"{self.name}: '{key}'")

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words (a single one may stand alone)."""
        node = self.node_of(key)
        if node is None:
            return ()
        items = node.value if isinstance(node.value, tuple) else (node,)
        for item in items:
            if not isinstance(item.value, str):
                self.faults.add(item.line, f"{self.name}: '{key}' has {item.shape} where a word is needed")
        return tuple(item.value for item in items if isinstance(item.value, str))

    def section(self, key: str) -> Section | None:
        node = self.node_of(key)
        return None if node is None else Section(node, self.faults, f"{self.name}.{key}")

    def named(self, key: str) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping whose keys are names (small letters, digits and _)."""
        section = self.section(key)
        for name, node in section.entries.items() if section else ():
            if not _NAME.fullmatch(name):
                self.faults.add(
                    node.line, f"{self.name}.{key}: '{name}' is no name; use small letters, digits and _"
                )
                continue
            yield name, node

    def items(self, key: str) -> Iterator[tuple[int, Node]]:
        """The entries of a list, numbered from 1."""
        node = self.node_of(key)
        if node is None:
            return
        if not isinstance(node.value, tuple):
            self.faults.add(node.line, f"{self.name}: '{key}' is {node.shape}; a list (- …) is needed")
            return
        yield from enumerate(node.value, start=1)

    def finish(self) -> None:
        """Report every key nobody asked for."""
        for key, node in self.entries.items():
            if key not in self.known:
                self.faults.add(
                    node.line, f"{self.name}: '{key}' is not a key here{suggestion(key, self.known)}"
                )


def texts_of(node: Node, faults: Faults, name: str) -> Texts:
    """{nb, nn, en: text} from a node; a missing language is a fault: every text is for everybody."""
    if not isinstance(node.value, dict):
        faults.add(node.line, f"{name} is {node.shape}; a text in {', '.join(LANGUAGES)} is needed")
        return {}
    texts: dict[str, str] = {}
    for language, text in node.value.items():
        if language not in LANGUAGES:
            faults.add(
                text.line, f"{name}: '{language}' is no language here{suggestion(language, LANGUAGES)}"
            )
        elif not isinstance(text.value, str) or not text.value.strip():
            faults.add(text.line, f"{name}: '{language}' is {text.shape}; text is needed")
        else:
            texts[language] = text.value.strip()
    if missing := [language for language in LANGUAGES if language not in node.value]:
        faults.add(node.line, f"{name} has no {' and no '.join(missing)}")
    return texts


def asked_of(section: Section) -> Mapping[str, tuple[str, ...]]:
    """`asked:` keywords and example questions by language, all three; empty where there are none."""
    inner = section.section("asked")
    if inner is None:
        return {}
    asked = {language: inner.words(language) for language in LANGUAGES}
    for language, lines in asked.items():
        if not lines:
            section.faults.add(inner.line, f"{inner.name}: there is no {language}")
    inner.finish()
    return asked


def plain_texts(texts: Mapping[str, str], fallback: str) -> Texts:
    """The texts, or the fallback in every language where there are none."""
    return dict(texts) if texts else dict.fromkeys(LANGUAGES, fallback)


def expression_text(node: Node) -> str | None:
    """The text of an expression; a plain number, true or false stands for itself. None: it is no expression."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, int | Decimal):
        return format(Decimal(node.value), "f")
    return None
