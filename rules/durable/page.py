"""The table of docs/life-events.md: every kind, what it is recognised by, and whether durable-rules can.

    .venv/bin/python -m rules.durable.page docs/life-events.md

puts it anew between the two marks of the page. A test holds the page to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from rules.catalogue_loader import Catalogue
from rules.durable.ruleset import reasons_against
from rules.life_events import LifeEventDefinition, Signal

START, END = "<!-- every kind: python -m rules.durable.page docs/life-events.md -->\n", "<!-- end -->\n"


def table(definitions: Iterable[LifeEventDefinition]) -> str:
    """A row a kind, in alphabetical order."""
    known = sorted(definitions, key=lambda one: one.kind)
    reasons = reasons_against(known)
    rows = ["| life event | recognised by | and not | durable-rules |", "|---|---|---|---|"]
    return "\n".join([*rows, *(_row(one, reasons) for one in known)]) + "\n"


def with_table(page: str, definitions: Iterable[LifeEventDefinition]) -> str:
    """The page with the table as it is now. Raises `ValueError` where a mark is missing."""
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"the page lacks the marks {START.strip()} and {END.strip()}")
    return f"{before}{START}\n{table(definitions)}\n{END}{after}"


def _row(definition: LifeEventDefinition, reasons: Mapping[str, str]) -> str:
    signals = "; or ".join(map(_told, definition.signals))
    unless = "; or ".join(map(_told, definition.unless))
    reason, _, _ = reasons.get(definition.kind, "").partition(" (`")  # the condition stands in its own column
    answer = f"no: {reason}" if reason else "yes"
    cells = (f"{definition.title['en']} `{definition.kind}`", signals, unless, answer)
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _told(signal: Signal) -> str:
    what = f"`{signal.concept or signal.life_event}`"
    of = f" of somebody in one's `{signal.of}`" if signal.of else ""
    return f"{what}{of}" + ("" if signal.when.text == "true" else f": `{signal.when.text}`")


def main(path: str) -> None:
    page = Path(path)
    events = Catalogue.load().life_events.values()
    page.write_text(with_table(page.read_text(encoding="utf-8"), events), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
