"""Words for letters: texts by language; kroner, days and spans of time as each language writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from assistant.casework.errands import FOLDER
from assistant.yaml_file import read_yaml
from rules.determination import LawReference, Texts

LANGUAGES = ("nb", "nn", "en")
LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
_PART_OF_TIME = re.compile(r"P(?P<count>\d+)(?P<unit>[DWM])")
_SPANS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "D": {"nb": ("dag", "dager"), "nn": ("dag", "dagar"), "en": ("day", "days")},
    "W": {"nb": ("uke", "uker"), "nn": ("veke", "veker"), "en": ("week", "weeks")},
    "M": {"nb": ("måned", "måneder"), "nn": ("månad", "månader"), "en": ("month", "months")},
}


@cache
def _read(name: str) -> Mapping[str, Texts]:
    entries: Mapping[str, Texts] = read_yaml(FOLDER / "texts" / f"{name}.yaml")
    return entries


def of(texts: Texts, language: str) -> str:
    """The text in the language; Bokmål where there is none in it, nothing where there is none at all."""
    return texts.get(language) or texts.get("nb") or next(iter(texts.values()), "")


def letter_text(key: str, language: str, **values: str) -> str:
    """A text of `texts/letter.yaml`, filled in."""
    return _read("letter")[key][language].format(**values)


def handling_text(key: str, language: str, **values: str) -> str:
    """A text of `texts/handling.yaml`, filled in; Bokmål for a language it is not written in."""
    return of(_read("handling")[key], language).format(**values)


def dialog_text(key: str, language: str, **values: str) -> str:
    """A text of `texts/dialogs.yaml`, filled in."""
    return _read("dialogs")[key][language].format(**values)


def step(name: str) -> tuple[Texts, str] | None:
    """What an amount the rules name on the way is called, and its unit; None for one no letter tells."""
    entry: Any = _read("steps").get(name)
    return None if entry is None else (entry["title"], entry["unit"])


def name_of(key: str, language: str) -> str:
    """What a register, an act or an appeal body is called; its own id where we have no name for it."""
    texts = _read("names").get(key)
    return key if texts is None else of(texts, language)


def kroner(amount: Decimal, language: str) -> str:
    """An amount as written: 1 636 kr (NOK 1,636 in English); øre only where there are any."""
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    number = format_decimal(amount, format=pattern, locale=LOCALES[language])
    return f"NOK\N{NO-BREAK SPACE}{number}" if language == "en" else f"{number}\N{NO-BREAK SPACE}kr"


def day(on: date, language: str) -> str:
    return format_date(on, format="d MMMM y" if language == "en" else "d. MMMM y", locale=LOCALES[language])


def month(on: date, language: str) -> str:
    return format_date(on, format="MMMM y", locale=LOCALES[language])


def span(duration: str, language: str) -> str:
    """An ISO 8601 duration of days, weeks or months in words: 'P3W' is '3 uker'."""
    found = _PART_OF_TIME.fullmatch(duration)
    if found is None:
        raise ValueError(f"{duration!r} is no duration of days, weeks or months such as P3W")
    count = int(found["count"])
    one, many = _SPANS[found["unit"]][language]
    return f"{count} {one if count == 1 else many}"


def listed(parts: Sequence[str], language: str) -> str:
    """'a, b og c'."""
    return format_list(list(parts), locale=LOCALES[language])


def begun_low(title: str) -> str:
    """A title as it stands inside a sentence: 'Gratis kjernetid' becomes 'gratis kjernetid'."""
    return title[:1].lower() + title[1:]


def begun_high(title: str) -> str:
    """A title as it stands at the beginning of a line."""
    return title[:1].upper() + title[1:]


def law(reference: LawReference, language: str) -> str:
    """'forskrift om foreldrebetaling i barnehager § 3b'."""
    known = _read("names").get(reference.act)
    act = of(known, language) if known is not None else begun_low(reference.title) or reference.act
    return f"{act} {reference.section}"


def value(stated: Any, unit: str, language: str) -> str:
    """A fact's value as one writes it; `unit` is the information model's ('NOK/year', 'hours/week')."""
    if stated is None:
        return letter_text("nothing", language)
    if isinstance(stated, bool):
        return letter_text("yes" if stated else "no", language)
    if isinstance(stated, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", stated):
        return day(date.fromisoformat(stated), language)
    if isinstance(stated, date):
        return day(stated, language)
    number = _number(stated)
    if number is None:
        return str(stated)
    if unit.startswith("NOK"):
        return kroner(number, language)
    if unit == "share":
        pattern = "#,##0.##%" if language == "en" else "#,##0.##\u00a0%"
        return format_percent(number, format=pattern, locale=LOCALES[language])
    return format_decimal(number, locale=LOCALES[language])


def _number(stated: Any) -> Decimal | None:
    if isinstance(stated, (int, Decimal)):
        return Decimal(stated)
    if isinstance(stated, str) and re.fullmatch(r"-?\d+(\.\d+)?", stated):
        return Decimal(stated)
    return None
