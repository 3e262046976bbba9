"""The legal content of the rules as a page to publish: law, conditions, values by date, what humans decide, gaps.

Forvaltningsloven (LOV-2025-06-20-81), not in force yet, asks that the legal content of automated systems be public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rules.determination import LawReference
from rules.parameter import DatedValue, Parameter
from rules.rule import Rule
from rules.service_file import Authority
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
    "authority": {"nb": "Avgjøres av", "nn": "Blir avgjort av", "en": "Decided by"},
    "deadline": {
        "nb": "Frist: {value}. Det sies {before} i forveien",
        "nn": "Frist: {value}. Det blir sagt {before} i førevegen",
        "en": "Deadline: {value}. It is told {before} ahead",
    },
    "appeal": {
        "nb": "Klage: til {to} innen {within}",
        "nn": "Klage: til {to} innan {within}",
        "en": "Appeal: to {to} within {within}",
    },
    "gives": {"nb": "Dette gir den:", "nn": "Dette gir ho:", "en": "It gives:"},
    "worked_out": {
        "nb": "Dette regnes ut:",
        "nn": "Dette blir rekna ut:",
        "en": "This is worked out:",
    },
    "settings": {
        "nb": "Dette velger kommunen:",
        "nn": "Dette vel kommunen:",
        "en": "This the municipality chooses:",
    },
}
_LENGTHS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Y": {"nb": ("år", "år"), "nn": ("år", "år"), "en": ("year", "years")},
    "M": {"nb": ("måned", "måneder"), "nn": ("månad", "månader"), "en": ("month", "months")},
    "W": {"nb": ("uke", "uker"), "nn": ("veke", "veker"), "en": ("week", "weeks")},
    "D": {"nb": ("dag", "dager"), "nn": ("dag", "dagar"), "en": ("day", "days")},
}


def published(rules: Iterable[Rule], language: str, authorities: Mapping[str, Authority]) -> str:
    """Markdown in nb, nn or en, themes in the order of their names.

    Expressions are FEEL, as the rule files have them: what the system does, to the letter.
    """
    chosen = sorted(rules, key=lambda rule: rule.id)
    lines = [f"# {_word('page', language)}", "", _word("made", language).format(count=len(chosen)), ""]
    theme = ""
    for rule in chosen:
        if rule.id.split(".")[0] != theme:
            theme = rule.id.split(".")[0]
            lines += [f"## {theme.replace('_', ' ').capitalize()}", ""]
        lines += _rule(rule, language, authorities)
    return "\n".join(lines).rstrip("\n") + "\n"


def _word(name: str, language: str) -> str:
    return _WORDS[name][language]


def _rule(rule: Rule, language: str, authorities: Mapping[str, Authority]) -> Iterator[str]:
    yield from (f"### {rule.title[language]}", "", f"`{rule.id}`. {rule.summary[language]}", "")
    kind = _word(rule.kind, language)
    if rule.comes_about and rule.comes_about != "duty":
        kind += f", {_word(rule.comes_about, language)}"
    yield f"* {_word('kind', language)}: {kind}"
    yield f"* {_word('law', language)}: {_law(rule.law)}"
    if rule.authority:
        yield f"* {_word('authority', language)}: {_named(rule.authority, authorities, language)}"
    if rule.next_step:
        yield f"* {_word('next', language)}: {rule.next_step[language]}"
    if rule.deadline:
        title = next((one.title.get(language) for one in rule.outcome if one.name == rule.deadline.value), "")
        before = length_in(rule.deadline.told_before, language)
        yield f"* {_word('deadline', language).format(value=title or rule.deadline.value, before=before)}"
    if rule.appeal:
        to = _named(rule.appeal.to, authorities, language)
        said = _word("appeal", language).format(to=to, within=length_in(rule.appeal.within, language))
        yield f"* {said}" + (f" ({_law(rule.appeal.law)})" if rule.appeal.law else "")
    yield ""
    if rule.conditions:
        yield from (_word("conditions", language), "")
        for condition in rule.conditions:
            law = f" ({_law(condition.law)})" if condition.law != rule.law else ""
            yield f"* {condition.text[language]}{law}: {_code(condition.that.text)}"
        yield ""
    given = [f"`{one.name}`: {_code(one.expression.text)}" for one in rule.where]
    yield from _listed("worked_out", given, language)
    gives = [
        f"{one.title.get(language) or f'`{one.name}`'}: {_code(one.expression.text)}" for one in rule.outcome
    ]
    yield from _listed("gives", gives, language)
    chosen = [f"{one.title[language]} (`{one.name}`): {_code(str(one.default))}" for one in rule.settings]
    yield from _listed("settings", chosen, language)
    yield from _listed("human", [f"{i.text[language]} ({_law(i.law)})" for i in rule.discretion], language)
    yield from _parameters(rule.parameters, language)
    yield from _listed("gaps", [gap[language] for gap in rule.known_gaps], language)


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"


def _named(name: str, authorities: Mapping[str, Authority], language: str) -> str:
    known = authorities.get(name)
    return known.name[language] if known else name.replace("_", " ")


def length_in(duration: str, language: str) -> str:
    """An ISO 8601 duration in words.

    >>> length_in("P3W", "nb"), length_in("P1M", "en")
    ('3 uker', '1 month')
    """
    found = re.findall(r"(\d+)([YMWD])", duration)
    return " ".join(f"{number} {_LENGTHS[unit][language][number != '1']}" for number, unit in found)


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
