"""A first draft of a decision's reasons, from the trace, for the case worker to edit.

Forvaltningsloven §§ 24 and 25: the rules the decision rests on, the facts, and what was decisive. Drafted from
the letter, so that it says nothing the receiver may not read.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.casework import wording
from assistant.casework.letter import AppliedRule, Ground, Letter
from rules.determination import LawReference


def draft_reasons(letter: Letter, language: str) -> str:
    """Why, in the language of the person: what did not hold (or did), the facts, the law. Plain text in lines."""
    language = language if language in wording.LANGUAGES else "nb"
    deciding = [rule for rule in letter.rules if rule.decides]
    parts = [_decisive(letter, deciding, language), _facts(letter, language)]
    law = _law(letter, deciding, language)
    return "\n\n".join(part for part in (*parts, law) if part)


def _decisive(letter: Letter, deciding: Iterable[AppliedRule], language: str) -> str:
    """For a refusal what is not met, and what nobody has shown; for a grant what is met."""
    refused = letter.outcome == "refused"
    lines: dict[str, None] = {}
    for rule in deciding:
        for ground in _telling(rule, refused=refused):
            key = (
                "draft_met" if ground.holds else ("draft_unknown" if ground.holds is None else "draft_unmet")
            )
            said = wording.of(ground.text, language)
            if ground.law:
                said = (
                    f"{said} ({wording.listed([wording.law(one, language) for one in ground.law], language)})"
                )
            lines[f"– {wording.handling_text(key, language, text=said)}"] = None
    if not lines:
        return ""
    head = wording.handling_text("draft_refused" if refused else "draft_granted", language)
    return "\n".join((head, *lines))


def _telling(rule: AppliedRule, *, refused: bool) -> list[Ground]:
    if not refused:
        return [ground for ground in rule.grounds if ground.holds] if rule.answer == "yes" else []
    failed = [ground for ground in rule.grounds if ground.holds is False]
    return failed or [ground for ground in rule.grounds if ground.holds is None]


def _facts(letter: Letter, language: str) -> str:
    lines = []
    for fact in letter.facts:
        name = f", {fact.about}" if fact.about else ""
        source = wording.name_of(fact.source, language) if fact.source else ""
        said = f"– {wording.of(fact.label, language)}{name}: {wording.value(fact.value, fact.unit, language)}"
        lines.append(f"{said} ({source})" if source else said)
    return "\n".join((wording.handling_text("draft_facts", language), *lines)) if lines else ""


def _law(letter: Letter, deciding: Iterable[AppliedRule], language: str) -> str:
    wanted: dict[tuple[str, str], LawReference] = {}
    for rule in deciding:
        if letter.outcome == "refused" or rule.answer == "yes":
            for reference in rule.law:
                wanted[reference.act, reference.section] = reference
    if not wanted:
        return ""
    named = wording.listed([wording.law(one, language) for one in wanted.values()], language)
    return wording.handling_text("draft_law", language, law=named)
