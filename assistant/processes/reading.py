"""Reading what a person has written in a field: exact values, or the error to show beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.processes.picture import ValueKind
from assistant.processes.wording import word

SHORT = 200  # characters: a name
LONG = 2000  # characters: an explanation

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
MASK = "••••••\N{NO-BREAK SPACE}•••••"

_ELEVEN_DIGITS = re.compile(
    r"(?<!\d)(?:\d(?:[ \t\u00a0\u2009\u202f]{0,2}|[./\-\u2010-\u2014])){10}\d(?!\d)"
    # With blanks around the dash it may be two amounts: those have no date's month, but 00 there.
    r"|(?<!\d)\d\d(?!00)\d{4} [/\-\u2010-\u2014] \d{5}(?!\d)"
)

_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with what was written, in the person's language."""

    text: str


def clean(text: str) -> str:
    """The text without control and direction marks, blanks at the ends gone.

    >>> clean("  Kari\\x00 Nordmann ")
    'Kari Nordmann'
    """
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def masked(text: str) -> str:
    """The text with every run of eleven digits hidden, parted or not.

    An identity number has eleven digits (and so has a bank account, which has no business here either). It is
    hidden whether or not its check digits fit: a slip of the pen is still a person's number.

    >>> masked("jeg er 010190 12345, ring 22 33 44 55")
    'jeg er ••••••\\xa0•••••, ring 22 33 44 55'
    """
    return _ELEVEN_DIGITS.sub(MASK, text)


def read_text(text: str, language: str, limit: int = SHORT) -> str | Wrong:
    """What was written, clean and without identity numbers, or that it is longer than may be."""
    cleaned = masked(clean(text))
    return Wrong(word("errors", "too_long", language, limit=str(limit))) if len(cleaned) > limit else cleaned


def read_value(text: str, kind: ValueKind, language: str, choices: tuple[str, ...] = ()) -> str | Wrong:
    """The value in its stored form (ISO dates, plain decimals), or what is wrong with it.

    >>> read_value("300 000", "money", "nb")
    '300000'
    >>> read_value("1.8.2026", "date", "nb")
    '2026-08-01'
    """
    cleaned = clean(text)
    if kind == "money":
        bare = re.sub(r"[\s\u00a0\u202f]|kr|,-$|,-", "", cleaned.lower())
        if not _AMOUNT.fullmatch(bare):
            return Wrong(word("errors", "amount", language))
        return str(Decimal(bare.replace(",", ".")))
    if kind == "number":
        bare = cleaned.replace(" ", "")
        return (
            bare.replace(",", ".") if _AMOUNT.fullmatch(bare) else Wrong(word("errors", "number", language))
        )
    if kind == "date":
        return _read_day(cleaned, language)
    if kind == "yes_no":
        choices = ("yes", "no")
    if choices and cleaned not in choices:
        return Wrong(word("errors", "choose", language))
    return read_text(cleaned, language)


def _read_day(text: str, language: str) -> str | Wrong:
    try:
        if found := _DAY.fullmatch(text):
            written = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            written = date.fromisoformat(text)
    except ValueError:
        return Wrong(word("errors", "date", language))
    return written.isoformat()
