"""Numbers, amounts, days and lists as people read them in nb, nn and en."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from rules.determination import Texts
from rules.feel import Unknown

LANGUAGES = ("nb", "nn", "en")
_LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
_SHOWN_DECIMALS = 4

_PER = {
    "year": {"nb": "per år", "nn": "per år", "en": "a year"},
    "month": {"nb": "per måned", "nn": "per månad", "en": "a month"},
    "week": {"nb": "per uke", "nn": "per veke", "en": "a week"},
    "day": {"nb": "per dag", "nn": "per dag", "en": "a day"},
}
_UNITS = {
    "NOK": {"nb": "kr", "nn": "kr", "en": "kr"},
    "hours": {"nb": "timer", "nn": "timar", "en": "hours"},
    "days": {"nb": "dager", "nn": "dagar", "en": "days"},
    "weeks": {"nb": "uker", "nn": "veker", "en": "weeks"},
    "months": {"nb": "måneder", "nn": "månader", "en": "months"},
    "years": {"nb": "år", "nn": "år", "en": "years"},
}
_WORDS = {
    "true": {"nb": "ja", "nn": "ja", "en": "yes"},
    "false": {"nb": "nei", "nn": "nei", "en": "no"},
    "null": {"nb": "ingen", "nn": "ingen", "en": "none"},
    "unknown": {"nb": "ukjent", "nn": "ukjent", "en": "unknown"},
}


def text_in(texts: Texts, language: str) -> str:
    """The text in a language, or in the nearest there is."""
    return texts.get(language) or texts.get("nb") or next(iter(texts.values()), "")


def day_in(day: date, language: str) -> str:
    """'1. august 2024', '1 August 2024'."""
    return str(format_date(day, "long", _LOCALES[language]))


def number_in(value: Decimal | int, language: str, decimals: str = "#" * _SHOWN_DECIMALS) -> str:
    """'366 667' with a space that does not break, in all three languages; at most four decimals are shown.

    >>> number_in(Decimal("1636.36363"), "en").replace(chr(160), " ")
    '1 636.3636'
    """
    text = format_decimal(value, format=f"#,##0.{decimals}", locale=_LOCALES[language])
    return str(text).replace(",", "\u00a0") if language == "en" else str(text)


def measured(value: Any, unit: str, language: str) -> str:
    """A value with its unit: '2 000 kr per måned', '6 %', '20 timer per uke', 'ja', '1. august 2024'.

    >>> measured(Decimal("0.06"), "share", "nb").replace(chr(160), " ")
    '6 %'
    """
    if isinstance(value, Unknown):
        return _WORDS["unknown"][language]
    if value is None or isinstance(value, bool):
        return _WORDS["null" if value is None else str(value).lower()][language]
    if isinstance(value, date):
        return day_in(value, language)
    if not isinstance(value, Decimal | int):
        return str(value)
    if unit == "share":
        sign = "%" if language == "en" else "\u00a0%"
        return number_in(Decimal(value) * 100, language) + sign
    name, _, per = unit.partition("/")
    named = _UNITS[name][language] if name in _UNITS else name
    oere = name == "NOK" and value != int(value)
    number = number_in(value, language, "00") if oere else number_in(value, language)
    whole = f"{number}\u00a0{named}" if named else number
    if not per:
        return whole
    return f"{whole} {_PER[per][language] if per in _PER else '/ ' + per}"


def money_in(value: Decimal, unit: str, language: str) -> str:
    """As `measured`, without 'a month' and the like: '1 636 kr'."""
    return measured(value, unit.partition("/")[0], language)


def listed(items: Sequence[str], language: str) -> str:
    """'a, b og c'."""
    return str(format_list(list(items), locale=_LOCALES[language]))
