"""The legal content of the rules as a page to publish: law, conditions, values by date, what humans decide, gaps.

Forvaltningsloven (LOV-2025-06-20-81), not in force yet, asks that the legal content of automated systems be public.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.determination import LawReference
from rules.parameter import DatedValue, Parameter
from rules.rule import Rule
from rules.wording import measured

_WORDS: Mapping[str, Mapping[str, str]] = {
    "page": {"nb": "Reglene i katalogen", "nn": "Reglane i katalogen", "en": "The rules of the catalogue"},
    "made": {
        "nb": "Laget av regelfilene med `varde rules publish`. {count} regler.",
        "nn": "Laga av regelfilene med `varde rules publish`. {count} reglar.",
        "en": "Made from the rule files by `varde rules publish`. {count} rules.",
    },
    "law": {"nb": "Lov", "nn": "Lov", "en": "Law"},
    "kind": {"nb": "Slag", "nn": "Slag", "en": "Kind"},
    "right": {"nb": "rett", "nn": "rett", "en": "right"},
    "duty": {"nb": "plikt", "nn": "plikt", "en": "duty"},
    "benefit": {"nb": "ytelse", "nn": "yting", "en": "benefit"},
    "automatic": {"nb": "kommer av seg selv", "nn": "kjem av seg sjølv", "en": "comes by itself"},
    "application": {"nb": "må søkes om", "nn": "må søkjast om", "en": "must be applied for"},
    "in_person": {
        "nb": "må ordnes ved oppmøte",
        "nn": "må ordnast ved oppmøte",
        "en": "must be done in person",
    },
    "conditions": {
        "nb": "Alt dette må være oppfylt:",
        "nn": "Alt dette må vere oppfylt:",
        "en": "All of these must hold:",
    },
    "values": {"nb": "Verdier", "nn": "Verdiar", "en": "Values"},
    "from": {"nb": "Fra", "nn": "Frå", "en": "From"},
    "value": {"nb": "Verdi", "nn": "Verdi", "en": "Value"},
    "source": {"nb": "Kilde", "nn": "Kjelde", "en": "Source"},
    "doubt": {"nb": "Usikkert", "nn": "Usikkert", "en": "Uncertain"},
    "human": {
        "nb": "Dette avgjør et menneske:",
        "nn": "Dette avgjer eit menneske:",
        "en": "A human decides this:",
    },
    "gaps": {
        "nb": "Dette vet vi ikke, eller har ikke tatt med:",
        "nn": "Dette veit vi ikkje, eller har ikkje teke med:",
        "en": "This we do not know, or have not included:",
    },
    "next": {"nb": "Neste steg", "nn": "Neste steg", "en": "Next step"},
}


def published(rules: Iterable[Rule], language: str) -> str:
    """Markdown in nb, nn or en, themes in the order of their names."""
    chosen = sorted(rules, key=lambda rule: rule.id)
    lines = [f"# {_word('page', language)}", "", _word("made", language).format(count=len(chosen)), ""]
    theme = ""
    for rule in chosen:
        if rule.id.split(".")[0] != theme:
            theme = rule.id.split(".")[0]
            lines += [f"## {theme.replace('_', ' ').capitalize()}", ""]
        lines += _rule(rule, language)
    return "\n".join(lines).rstrip("\n") + "\n"


def _word(name: str, language: str) -> str:
    return _WORDS[name][language]


def _rule(rule: Rule, language: str) -> Iterator[str]:
    yield from (f"### {rule.title[language]}", "", f"`{rule.id}`. {rule.summary[language]}", "")
    kind = _word(rule.kind, language)
    if rule.comes_about and rule.comes_about != "duty":
        kind += f", {_word(rule.comes_about, language)}"
    yield f"* {_word('kind', language)}: {kind}"
    yield f"* {_word('law', language)}: {_law(rule.law)}"
    if rule.next_step:
        yield f"* {_word('next', language)}: {rule.next_step[language]}"
    yield ""
    if rule.conditions:
        yield from (_word("conditions", language), "")
        for condition in rule.conditions:
            law = f" ({_law(condition.law)})" if condition.law != rule.law else ""
            yield f"* {condition.text[language]}{law}"
        yield ""
    yield from _listed("human", [f"{i.text[language]} ({_law(i.law)})" for i in rule.discretion], language)
    yield from _parameters(rule.parameters, language)
    yield from _listed("gaps", [gap[language] for gap in rule.known_gaps], language)


def _listed(word: str, items: list[str], language: str) -> Iterator[str]:
    if items:
        yield from (_word(word, language), "", *(f"* {item}" for item in items), "")


def _law(references: Iterable[LawReference]) -> str:
    names = ((f"{one.title or one.act} {one.section}".rstrip(), one.url) for one in references)
    return ", ".join(f"[{name}]({url})" if url else name for name, url in names)


def _parameters(parameters: Iterable[Parameter], language: str) -> Iterator[str]:
    rows = [row for one in parameters for row in _rows(one, language)]
    if not rows:
        return
    heads = (_word(name, language) for name in ("values", "from", "value", "source"))
    yield from ("| " + " | ".join(heads) + " |", "|---|---|--:|---|", *rows, "")


def _rows(parameter: Parameter, language: str) -> Iterator[str]:
    for value in parameter.values:
        scope = "".join(f" ({name}: {word})" for name, word in value.scope.items())
        title = f"{parameter.title[language]}{scope}"
        amount = measured(value.value, parameter.unit, language).replace("\u00a0", " ")
        yield f"| {title} | {value.period.first} | {amount} | {_source(value, language)} |"


def _source(value: DatedValue, language: str) -> str:
    doubt = f" {_word('doubt', language)}: {value.doubt}" if value.doubt else ""
    return f"{value.source}{doubt}".replace("|", "\\|")
