"""Suggested tests as text to put into the rule file, and what is left for its author to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from rules.determination import Determination
from rules.rule import Rule
from rules.suggesting import SuggestedTest

HINT = "# What the rule says now; whether the law says so too is for you to judge. Write why under `because`."


def as_yaml(rule: Rule, suggested: Iterable[SuggestedTest]) -> str:
    """The tests in the form of the rule file's own, with a comment on each; empty where there is none."""
    written = [_one(test) for test in suggested]
    if not written:
        return ""
    return "\n".join([f"# {rule.id}", HINT, "tests:", *written])


def _one(test: SuggestedTest) -> str:
    boundary = test.boundary
    settings = {"settings": dict(test.settings)} if test.settings else {}
    entry = {
        "name": test.name,
        "on": test.on,
        "given": _plain(test.given),
        **settings,
        "expect": _expected(test.found),
        "because": "",
    }
    text = yaml.dump([entry], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    return f"  # {boundary.where}, line {boundary.line}; made from '{test.like.name}'\n{indented}"


def _expected(found: Determination) -> dict[str, Any]:
    said: dict[str, Any] = {"answer": found.answer, **_plain(found.values)}
    if found.missing:
        said["missing"] = list(found.missing)
    if found.discretion:
        said["discretion"] = [item.id for item in found.discretion]
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


class _Dumper(yaml.SafeDumper):
    """Writes numbers exactly, and a mapping of plain values on one line."""


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    whole = value == value.to_integral_value()
    return dumper.represent_scalar(
        "tag:yaml.org,2002:int" if whole else "tag:yaml.org,2002:float",
        f"{value:.0f}" if whole else f"{value:f}",
    )


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    """In quotes where it would else be read as something other than text."""
    style = '"' if value in ("true", "false") or _is_date(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _truth(dumper: yaml.SafeDumper, value: bool) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", "true" if value else "false")


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(bool, _truth)
_Dumper.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}  # `yes`, `no` and `on` are text in a rule file
