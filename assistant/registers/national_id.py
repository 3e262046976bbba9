"""Norwegian identity numbers: whether the digits can be one. Nothing is ever read out of them.

Birth date, sex and century are facts of the population register, never of the number: from 2032 a number
carries neither sex nor century, and a number given then may have a first check digit with remainder 0–3
(the population register's "Fødselsnummer fra 2032"). Synthetic numbers for tests have 80 added to the month.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
SYNTHETIC_MONTHS = 80
D_NUMBER_DAYS = 40
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_national_id(text: str, *, synthetic: bool = False) -> bool:
    """Whether the text has the form of a birth number or D-number, with both check digits right.

    `synthetic`: take made-up numbers (month + 80) too. In production they are refused: they are nobody's.

    >>> is_national_id("02013299997"), is_national_id("30108299939"), is_national_id("02013299998")
    (True, True, False)
    >>> is_national_id("10858197681"), is_national_id("10858197681", synthetic=True)
    (False, True)
    """
    if len(text) != 11 or not text.isascii() or not text.isdigit():
        return False
    digits = [int(one) for one in text]
    return (
        _day_is_possible(text, synthetic)
        and digits[9] in _first_check_digits(digits)
        and _second_fits(digits)
    )


def is_synthetic(text: str) -> bool:
    """Whether it is a made-up number, that can be nobody's."""
    return is_national_id(text, synthetic=True) and int(text[2:4]) > SYNTHETIC_MONTHS


def _day_is_possible(text: str, synthetic: bool) -> bool:
    day, month = int(text[:2]), int(text[2:4])
    if day > D_NUMBER_DAYS:
        day -= D_NUMBER_DAYS
    if synthetic and month > SYNTHETIC_MONTHS:
        month -= SYNTHETIC_MONTHS
    return 1 <= month <= 12 and 1 <= day <= LONGEST_MONTHS[month - 1]


def _first_check_digits(digits: list[int]) -> set[int]:
    """Remainder 0 until 2032; 0, 1, 2 or 3 for numbers given from then on. Both are read side by side."""
    total = sum(weight * digit for weight, digit in zip(FIRST_WEIGHTS, digits, strict=False)) % 11
    return {(first - total) % 11 for first in (11, 12, 13, 14)} - {10}


def _second_fits(digits: list[int]) -> bool:
    total = sum(weight * digit for weight, digit in zip(SECOND_WEIGHTS, digits, strict=False)) % 11
    return (11 - total) % 11 == digits[10]


def synthetic_ids(born: date) -> Iterator[str]:
    """Made-up identity numbers for somebody born that day, one after the other: for demonstrations, tests."""
    for individual in range(999, -1, -1):
        start = f"{born.day:02}{born.month + SYNTHETIC_MONTHS:02}{born.year % 100:02}{individual:03}"
        digits = [int(one) for one in start]
        first = -sum(weight * digit for weight, digit in zip(FIRST_WEIGHTS, digits, strict=True)) % 11
        if first == 10:
            continue
        digits.append(first)
        second = -sum(weight * digit for weight, digit in zip(SECOND_WEIGHTS, digits, strict=True)) % 11
        if second != 10:
            yield f"{start}{first}{second}"
