"""Values and standing words as people read them, in nb, nn and en."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from assistant.processes.definition import Texts
from assistant.processes.picture import ConceptWords, text_of
from assistant.yaml_file import read_yaml

_WORDS = Path(__file__).parent / "words.yaml"
_LOCALES = {"nb": "nb", "nn": "nn", "en": "en_GB"}


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = read_yaml(_WORDS)
    return loaded


def word(section: str, name: str, language: str, /, **values: str) -> str:
    """A standing text, e.g. `word("buttons", "next", "nb")`; `values` fill its named places.

    >>> word("buttons", "back", "nn")
    'Tilbake'
    """
    return text_of(_words()[section][name], language).format(**values)


def texts_of(section: str, name: str) -> Texts:
    """A standing text in all its languages."""
    texts: Texts = _words()[section][name]
    return texts


def units() -> Mapping[str, Texts]:
    """What units are called, beside kroner."""
    found: Mapping[str, Texts] = _words()["units"]
    return found


def source_name(source: str, language: str) -> str:
    """What a source is called; a source without a name of its own keeps its id."""
    known: Mapping[str, Texts] | None = _words()["sources"].get(source)
    return text_of(known["name"], language) if known else source.replace("_", " ")


def corrected_where(source: str, language: str) -> str:
    known: Mapping[str, Texts] | None = _words()["sources"].get(source)
    return text_of((known or _words()["sources"]["derived"])["corrected_where"], language)


def locale_of(language: str) -> str:
    return _LOCALES.get(language, "nb")


def day(value: date, language: str) -> str:
    """
    >>> day(date(2026, 8, 1), "nb")
    '1. august 2026'
    """
    return format_date(value, "long", locale=locale_of(language))


def kroner(value: Decimal | int, language: str) -> str:
    """An amount of NOK; øre only where there are any.

    >>> kroner(1636, "nb").replace(chr(160), " ")
    '1 636 kr'
    """
    exact = Decimal(value)
    pattern = "#,##0" if exact == exact.to_integral_value() else "#,##0.00"
    number = format_decimal(exact, pattern, locale=locale_of(language))
    return f"NOK\N{NO-BREAK SPACE}{number}" if language == "en" else f"{number}\N{NO-BREAK SPACE}kr"


def shown(value: Any, words: ConceptWords, language: str) -> str:
    """A value of a concept as text. Lists are joined; null is the word for none."""
    if value is None or value == []:
        return word("values", "none", language)
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one, words, language) for one in value)
    if isinstance(value, bool):
        return word("values", "yes" if value else "no", language)
    if words.kind == "choice":
        return next((text_of(texts, language) for code, texts in words.choices if code == value), str(value))
    if words.kind == "money":
        try:
            return kroner(Decimal(str(value)), language)
        except InvalidOperation:
            return str(value)
    if words.kind == "date":
        return day(value if isinstance(value, date) else date.fromisoformat(str(value)), language)
    if words.kind == "number":
        number = format_decimal(Decimal(str(value)), locale=locale_of(language))
        unit = text_of(units()[words.unit], language) if words.unit in units() else words.unit
        return f"{number} {unit}".strip()
    return str(value)
