"""The themes of the catalogue: the folders its rules lie in, and what people call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from assistant.guidance.wording import of
from assistant.yaml_file import read_yaml
from rules import Catalogue


@cache
def titles() -> Mapping[str, Mapping[str, str]]:
    """Theme → title in nb, nn and en, in the order people are shown them."""
    kept: Mapping[str, Mapping[str, str]] = read_yaml(Path(__file__).parent / "themes.yaml")
    return kept


def theme_of(rule_id: str) -> str:
    """
    >>> theme_of("kindergarten.reduced_fee")
    'kindergarten'
    """
    return rule_id.partition(".")[0]


def title_of(theme: str, language: str) -> str:
    """The title; a theme that has been given none is called by its name."""
    return of(titles().get(theme, {}), language) or theme.replace("_", " ").capitalize()


def themes_of(catalogue: Catalogue) -> tuple[str, ...]:
    """The themes of which somebody is told something: those with a title first, in their order."""
    return _in_order({theme_of(rule.id) for rule in catalogue.rules.values() if rule.told_to})


def _in_order(found: Iterable[str]) -> tuple[str, ...]:
    order = {theme: number for number, theme in enumerate(titles())}
    return tuple(sorted(found, key=lambda theme: (order.get(theme, len(order)), theme)))
