"""Why a rule says what it says: conditions, facts with their source, values of law, and how amounts came about.

As data (`explain`), and as sentences in nb, nn and en (`sentences`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.determination import Determination, LawReference, Texts, UsedFact, UsedParameter
from rules.fact_paths import fact_path
from rules.model import Concept, FactFault, InformationModel
from rules.rule import Rule
from rules.turning import without_positions
from rules.wording import LANGUAGES, day_in, listed, measured, text_in
from rules.working import Worked, Working

MARKS = {True: "✓", False: "✗", None: "?"}

Provenance = Callable[[UsedFact], Mapping[str, Any]]
"""What the caller knows of a fact: `source`, `recorded_at`, `basis` and whatever else it keeps; or nothing."""


def nothing_known(fact: UsedFact) -> Mapping[str, Any]:
    """The provenance of one who has the facts from nowhere in particular."""
    return {}


@dataclass(frozen=True)
class ExplainedFact:
    """A fact the answer rests on, with what the caller knows of where it came from."""

    used: UsedFact
    provenance: Mapping[str, Any]
    concept: Concept | None = None

    def as_json(self) -> dict[str, Any]:
        used = self.used
        return {"path": used.path, "value": used.value, "subject": used.subject, **self.provenance}


@dataclass(frozen=True)
class ExplainedCondition:
    """A condition, whether it holds, and in each language how its two sides compare, where they are amounts."""

    id: str
    holds: bool | None
    text: Texts
    law: tuple[LawReference, ...]
    comparison: Texts

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "holds": self.holds,
            "mark": MARKS[self.holds],
            "text": dict(self.text),
            "law": [reference.as_json() for reference in self.law],
            "comparison": dict(self.comparison),
        }


@dataclass(frozen=True)
class Explanation:
    """Why a rule says what it says for a subject on a day."""

    determination: Determination
    title: Texts
    conditions: tuple[ExplainedCondition, ...]
    facts: tuple[ExplainedFact, ...]
    parameters: tuple[UsedParameter, ...]
    working: Mapping[str, tuple[Worked, ...]]  # by language
    law: tuple[LawReference, ...]
    parameter_titles: Mapping[str, Texts] = field(default_factory=dict)
    missing: Mapping[str, Texts] = field(default_factory=dict)  # path → what it is called

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.determination.rule,
            "rule_version": self.determination.rule_version,
            "on": self.determination.on,
            "answer": self.determination.answer,
            "values": dict(self.determination.values),
            "conditions": [condition.as_json() for condition in self.conditions],
            "facts": [fact.as_json() for fact in self.facts],
            "parameters": [parameter.as_json() for parameter in self.parameters],
            "working": {language: [str(line) for line in lines] for language, lines in self.working.items()},
            "missing": list(self.missing),
            "law": [reference.as_json() for reference in self.law],
        }


def facts_with_source(
    determination: Determination,
    provenance: Provenance = nothing_known,
    model: InformationModel | None = None,
) -> tuple[ExplainedFact, ...]:
    """The facts a determination used, each with what the caller knows of it."""
    return tuple(
        ExplainedFact(used, provenance(used), _concept(used.path, model) if model else None)
        for used in determination.used
        if isinstance(used, UsedFact)
    )


def explain(
    determination: Determination,
    rule: Rule,
    rules: Mapping[str, Rule] | None = None,
    provenance: Provenance = nothing_known,
) -> Explanation:
    """The explanation of a determination of a rule; `rules` are those it may use."""
    working = {language: Working(determination, rule, language, rules) for language in LANGUAGES}
    by_id = {condition.id: condition for condition in rule.conditions}
    conditions = tuple(
        ExplainedCondition(
            found.id,
            found.holds,
            found.text,
            found.law,
            {
                language: text
                for language in LANGUAGES
                if found.id in by_id and (text := working[language].comparison(by_id[found.id]))
            },
        )
        for found in determination.conditions
    )
    known = [rule, *(rules or {}).values()]
    titles = {
        **{setting.name: setting.title for one in reversed(known) for setting in one.settings},
        **{parameter.name: parameter.title for one in reversed(known) for parameter in one.parameters},
    }
    named = ((path, _concept(path, rule.model)) for path in determination.missing)
    return Explanation(
        determination=determination,
        title=rule.title,
        conditions=conditions,
        facts=facts_with_source(determination, provenance, rule.model),
        parameters=tuple(used for used in determination.used if isinstance(used, UsedParameter)),
        working={language: made.lines() for language, made in working.items()},
        law=determination.law,
        parameter_titles=titles,
        missing={path: concept.title if concept else {} for path, concept in named},
    )


def _concept(path: str, model: InformationModel) -> Concept | None:
    try:
        return model.concept_at(fact_path(without_positions(path), model))
    except FactFault:
        return None


# ---- sentences

_WORDS: dict[str, Texts] = {
    "yes": {"nb": "{title}: ja.", "nn": "{title}: ja.", "en": "{title}: yes."},
    "no": {"nb": "{title}: nei.", "nn": "{title}: nei.", "en": "{title}: no."},
    "undetermined": {
        "nb": "{title}: ikke avgjort. Vi mangler: {missing}.",
        "nn": "{title}: ikkje avgjort. Vi manglar: {missing}.",
        "en": "{title}: undetermined. We lack: {missing}.",
    },
    "fact": {
        "nb": "Vi brukte: {title}: {value}{source}.",
        "nn": "Vi brukte: {title}: {value}{source}.",
        "en": "We used: {title}: {value}{source}.",
    },
    "source": {"nb": " (kilde: {source})", "nn": " (kjelde: {source})", "en": " (source: {source})"},
    "parameter": {
        "nb": "Gjeldende verdi: {title}: {value}{since}{source}.",
        "nn": "Gjeldande verdi: {title}: {value}{since}{source}.",
        "en": "Value in force: {title}: {value}{since}{source}.",
    },
    "since": {"nb": " fra {day}", "nn": " frå {day}", "en": " from {day}"},
    "municipality": {"nb": "kommunen", "nn": "kommunen", "en": "the municipality"},
    "default": {
        "nb": "brukes når kommunen ikke har bestemt noe annet",
        "nn": "blir brukt når kommunen ikkje har bestemt noko anna",
        "en": "used where the municipality has set nothing else",
    },
    "law": {"nb": "Regelverk: {law}.", "nn": "Regelverk: {law}.", "en": "Law: {law}."},
}


def sentences(explanation: Explanation, language: str) -> list[str]:
    """The explanation in one language: the answer, conditions with ✓ ✗ ?, amounts, facts, values of law, law."""
    determination = explanation.determination
    title = text_in(explanation.title, language) or determination.rule
    missing = [text_in(titles, language) or path for path, titles in explanation.missing.items()]
    lines = [_WORDS[determination.answer][language].format(title=title, missing=listed(missing, language))]
    for condition in explanation.conditions:
        compared = f": {condition.comparison[language]}" if language in condition.comparison else ""
        law = f" ({_law(condition.law)})" if condition.law else ""
        lines.append(f"{MARKS[condition.holds]} {text_in(condition.text, language)}{compared}{law}")
    lines += [f"{line}" for line in explanation.working[language]]
    lines += [_fact(fact, language) for fact in explanation.facts]
    lines += [_parameter(used, explanation, language) for used in explanation.parameters]
    if explanation.law:
        lines.append(_WORDS["law"][language].format(law=_law(explanation.law)))
    return lines


def _law(law: tuple[LawReference, ...]) -> str:
    return "; ".join(f"{reference.title or reference.act} {reference.section}".strip() for reference in law)


def _fact(fact: ExplainedFact, language: str) -> str:
    concept, value = fact.concept, fact.used.value
    title = text_in(concept.title, language) if concept else fact.used.path
    shown = measured(value, "", language)
    if concept is not None:
        unit = concept.unit or ("NOK" if concept.type.base == "money" else "")
        named = {choice.value: text_in(choice.title, language) for choice in concept.choices}
        shown = named[value] if isinstance(value, str) and value in named else measured(value, unit, language)
    if isinstance(value, dict | list):
        shown = {"nb": "er kjent", "nn": "er kjent", "en": "is known"}[language]
    source = fact.provenance.get("source", "")
    where = _WORDS["source"][language].format(source=source) if source else ""
    return _WORDS["fact"][language].format(title=title, value=shown, source=where)


def _parameter(used: UsedParameter, explanation: Explanation, language: str) -> str:
    title = text_in(explanation.parameter_titles.get(used.name, {}), language) or used.name
    source = _WORDS[used.source][language] if used.source in ("municipality", "default") else used.source
    since = _WORDS["since"][language].format(day=day_in(used.valid_from, language)) if used.valid_from else ""
    return _WORDS["parameter"][language].format(
        title=title,
        value=measured(used.value, used.unit, language),
        since=since,
        source=f" ({source})" if source else "",
    )
