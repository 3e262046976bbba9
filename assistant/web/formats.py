"""Dates, moments and money as people read them in nb, nn and en."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from assistant.config import OSLO

LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}


def kroner(amount: Decimal | int | str, language: str) -> str:
    """An amount in NOK: '1 636 kr', with øre only where there are any. Exact: a float is refused."""
    if isinstance(amount, float):
        raise TypeError("money is a Decimal, never a float")
    exact = Decimal(amount)
    pattern = "#,##0" if exact == exact.to_integral_value() else "#,##0.00"
    if language == "en":
        return format_currency(exact, "NOK", f"NOK {pattern}", locale="en_GB", currency_digits=False)
    return format_currency(exact, "NOK", f"{pattern} kr", locale=LOCALES[language], currency_digits=False)


def number(value: Decimal | int, language: str) -> str:
    return format_decimal(value, locale=LOCALES[language])


def day(value: date | str, language: str) -> str:
    """A day in full: '1. september 2024'. A moment is no day: say first which zone's day it is."""
    if isinstance(value, datetime):
        raise TypeError("a moment is no day: use local_date first")
    return format_date(
        date.fromisoformat(value) if isinstance(value, str) else value, "long", LOCALES[language]
    )


def moment(value: datetime, language: str) -> str:
    """A moment by the Norwegian clock: '1. sep. 2024, 14:05'."""
    local, locale = value.astimezone(OSLO), LOCALES[language]
    return (
        f"{format_date(local, 'medium', locale)}, {format_time(local, 'short', tzinfo=OSLO, locale=locale)}"
    )


def hours_and_minutes(waited: timedelta) -> tuple[int, int]:
    """
    >>> hours_and_minutes(timedelta(days=1, minutes=61, seconds=59))
    (25, 1)
    """
    minutes = max(0, int(waited.total_seconds())) // 60
    return minutes // 60, minutes % 60
