"""Service cards and authorities: what people ask for, who gives it, and where they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.determination import Texts
from rules.reading import Faults, Section, asked_of
from rules.yaml_source import read_yaml


@dataclass(frozen=True)
class Authority:
    """A public body. Without `url` it is the municipality's own, which has its contact as a setting."""

    id: str
    name: Texts
    url: str = ""


@dataclass(frozen=True)
class ServiceCard:
    """A service, or what a rule gives: told in plain words, and found by what people ask."""

    id: str
    title: Texts
    what: Texts
    asked: Mapping[str, tuple[str, ...]]  # language → keywords and example questions
    by: str  # the id of the authority
    filename: str = ""
    line: int = 0


def read_authorities_file(text: str, filename: str) -> tuple[Authority, ...]:
    """Authorities by name. Raises `RuleFault`."""
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "authorities file")
    found = []
    for name, node in section.named("authorities"):
        inner = Section(node, faults, f"authority {name}")
        found.append(Authority(name, inner.texts("name", required=True), inner.text("url")))
        inner.finish()
    section.finish()
    faults.refuse()
    return tuple(found)


def read_services_file(text: str, filename: str) -> tuple[ServiceCard, ...]:
    """The cards of one file. Whether the rules and authorities they name are there is for the catalogue."""
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "services file")
    found = []
    for name, node in section.named("services"):
        inner = Section(node, faults, f"service {name}")
        card = ServiceCard(
            id=name,
            title=inner.texts("title", required=True),
            what=inner.texts("what", required=True),
            asked=asked_of(inner),
            by=inner.text("by", required=True),
            filename=filename,
            line=node.line,
        )
        inner.finish()
        if not card.asked:
            faults.add(node.line, f"service {name}: 'asked' is missing: what people write to find it")
        found.append(card)
    section.finish()
    faults.refuse()
    return tuple(found)
