"""Identity numbers: the check digits of today, those from 2032, D-numbers, and made-up ones."""

from __future__ import annotations

import random
from datetime import date
from itertools import islice

import pytest

from assistant.registers.national_id import is_national_id, is_synthetic, synthetic_ids


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("02013299997", "the register's example for 2032, remainder 0"),
        ("02013299903", "its second, for the same individual number"),
        ("30108299920", "somebody born 1982 who gets a number in 2032"),
        ("30108299939", "the next, remainder 1"),
    ],
)
def test_published_examples_hold(number: str, why: str) -> None:
    assert is_national_id(number), why


@pytest.mark.parametrize(
    "number",
    ["10858197681", "26861198463", "09838197571", "29084902258", "20914695016", "16117548867"],
)
def test_published_synthetic_and_example_numbers(number: str) -> None:
    made_up = int(number[2:4]) > 80
    assert is_synthetic(number) is made_up
    if made_up:
        assert not is_national_id(number)


@pytest.mark.parametrize(
    "number", ["", "1", "0201329999", "020132999977", "0201329999x", "٠٢٠١٣٢٩٩٩٩٧", "00000000000"]
)
def test_what_has_not_the_form_is_none(number: str) -> None:
    assert not is_national_id(number, synthetic=True)


@pytest.mark.parametrize("position", range(11))
def test_one_wrong_digit_is_nearly_always_seen(position: int) -> None:
    """Today's check digits see every single wrong digit; from 2032 three of four remainders are let through,
    so a wrong digit may pass the first check and must be caught by the second."""
    number = next(synthetic_ids(date(2021, 2, 3)))
    wrong = [
        number[:position] + digit + number[position + 1 :]
        for digit in "0123456789"
        if digit != number[position]
    ]

    assert not any(is_national_id(one, synthetic=True) for one in wrong)


def test_made_up_numbers_are_distinct_and_valid_for_any_day() -> None:
    chance = random.Random(7)
    for _ in range(50):
        born = date.fromordinal(chance.randrange(date(1930, 1, 1).toordinal(), date(2030, 1, 1).toordinal()))
        numbers = list(islice(synthetic_ids(born), 20))
        assert len(set(numbers)) == 20
        assert all(is_synthetic(number) for number in numbers)


def test_d_numbers_have_forty_added_to_the_day() -> None:
    number = next(n for n in _all_checked("530185", 100) if is_national_id(n))

    assert is_national_id(number)
    assert not is_national_id("72" + number[2:])


def _all_checked(start: str, individual: int) -> list[str]:
    return [f"{start}{individual:03}{check:02}" for check in range(100)]
