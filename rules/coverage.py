"""How far each rule of a catalogue is proved and told: sides tested, law and texts given, gaps owned up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.catalogue_loader import Catalogue
from rules.rule import Rule
from rules.suggesting import sides_tested
from rules.wording import LANGUAGES


@dataclass(frozen=True)
class Coverage:
    """One rule. A boundary has two sides; `untested` names those no test stands on."""

    rule: str
    sides: int
    untested: tuple[str, ...]
    conditions: int
    without_law: tuple[str, ...]
    without_texts: tuple[str, ...]
    comes_about: str
    known_gaps: int

    @property
    def as_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "sides": self.sides,
            "untested": list(self.untested),
            "conditions": self.conditions,
            "without_law": list(self.without_law),
            "without_texts": list(self.without_texts),
            "comes_about": self.comes_about or None,
            "known_gaps": self.known_gaps,
        }


def coverage(rules: Iterable[Rule], catalogue: Catalogue) -> tuple[Coverage, ...]:
    """Of each rule, in the order given."""
    return tuple(_of(rule, catalogue) for rule in rules)


def _of(rule: Rule, catalogue: Catalogue) -> Coverage:
    tested = sides_tested(rule, catalogue)
    untested = tuple(
        f"{one.boundary.text} {'holds' if side else 'does not hold'}" for one in tested for side in one.lacks
    )
    texts = {"title": rule.title, "summary": rule.summary}
    for one in rule.conditions:
        texts[f"condition {one.id}"] = {} if set(one.text.values()) == {one.id} else one.text
    return Coverage(
        rule=rule.id,
        sides=2 * len(tested),
        untested=untested,
        conditions=len(rule.conditions),
        without_law=tuple(one.id for one in rule.conditions if not one.law),
        without_texts=tuple(
            name for name, text in texts.items() if any(not text.get(language) for language in LANGUAGES)
        ),
        comes_about=rule.comes_about or "",
        known_gaps=len(rule.known_gaps),
    )


def as_text(found: Iterable[Coverage]) -> str:
    """A line a rule, and below it each side that no test stands on."""
    rows = list(found)
    width = max((len(row.rule) for row in rows), default=0)
    lines = [
        f"{'':{width}}  {'sides tested':>12} {'law':>7} {'texts':>7} {'gaps':>4}  comes about",
    ]
    for row in rows:
        tested = f"{row.sides - len(row.untested)}/{row.sides}"
        law = f"{row.conditions - len(row.without_law)}/{row.conditions}"
        texts = f"{row.conditions + 2 - len(row.without_texts)}/{row.conditions + 2}"
        how = row.comes_about or "not said"
        lines.append(f"{row.rule:{width}}  {tested:>12} {law:>7} {texts:>7} {row.known_gaps:>4}  {how}")
        lines += [f"{'':{width}}  no test where {side}" for side in row.untested]
    sides = sum(row.sides for row in rows)
    untested = sum(len(row.untested) for row in rows)
    lines.append(f"{len(rows)} rules; {sides - untested} of {sides} sides of boundaries tested")
    return "\n".join(lines)
