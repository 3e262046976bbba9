"""Amounts, days and lists as one writes them in nb, nn and en; names of registers; texts in a language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from assistant.yaml_file import read_yaml

LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
FOLDER = Path(__file__).parent


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The short texts of words.yaml: key → language → text."""
    read: Mapping[str, Mapping[str, str]] = read_yaml(FOLDER / "words.yaml")
    return read


def word(key: str, language: str, **values: str) -> str:
    return words()[key][language].format(**values)


def name_of(key: str, language: str) -> str:
    """What a register or an act is called; its own id where we have no name for it."""
    known = words().get(f"name.{key}")
    return key if known is None else known[language]


def of(texts: Mapping[str, str], language: str) -> str:
    """The text in the language, or in Bokmål where there is none in it."""
    return texts.get(language) or texts.get("nb", "")


def day(on: date | str, language: str) -> str:
    """
    >>> day('2027-08-01', 'nb')
    '1. august 2027'
    """
    exact = date.fromisoformat(on[:10]) if isinstance(on, str) else on
    return format_date(exact, "long", LOCALES[language])


def number(value: Decimal | int, language: str) -> str:
    return format_decimal(value, locale=LOCALES[language])


def kroner(value: Decimal | int, language: str) -> str:
    exact = Decimal(value)
    pattern = "#,##0" if exact == exact.to_integral_value() else "#,##0.00"
    written = format_decimal(exact, format=pattern, locale=LOCALES[language])
    return f"NOK\N{NO-BREAK SPACE}{written}" if language == "en" else f"{written}\N{NO-BREAK SPACE}kr"


def listed(entries: list[str], language: str) -> str:
    """
    >>> listed(['pris', 'timer', 'alder'], 'nb')
    'pris, timer og alder'
    """
    return format_list(entries, locale=LOCALES[language])


def measured(value: Any, unit: str, language: str) -> str:
    """A value with its unit as the information model names it: 'NOK/month', 'share', 'hours/week'."""
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    number_of = exact(value)
    if number_of is None:
        return day(value, language) if _is_day(value) else str(value)
    if unit.startswith("NOK"):
        return kroner(number_of, language)
    if unit == "share":
        return format_percent(number_of, locale=LOCALES[language])
    return number(number_of, language)


def exact(value: Any) -> Decimal | None:
    """The number a value is, also as it has been kept; None for what is no number."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
        return Decimal(value)
    return None


def _is_day(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        return bool(isinstance(value, str) and date.fromisoformat(value))
    except ValueError:
        return False
