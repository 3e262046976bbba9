"""What is kept of a hostile or careless line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue.masking import LONGEST_LINE, MASK, masked, safe


@pytest.mark.parametrize(
    "number",
    [
        "17885496359",
        "178854 96359",
        "178854-96359",
        "17 88 54 96 35 9",
        "1788.54.96359",
        "178854\u00a096359",
        "178854/96359",
        "178854  96359",
        "178854\u201396359",
        "178854 - 96359",
        "\uff11\uff17\uff18\uff18\uff15\uff14\uff19\uff16\uff13\uff15\uff19",
    ],
)
def test_eleven_digits_are_hidden_however_they_are_parted(number):
    assert masked(f"jeg er {number}.") == f"jeg er {MASK}."


@pytest.mark.parametrize(
    "text",
    [
        "ring 22 33 44 55",
        "300 000 kr",
        "sak 202600001",
        "123456789012",
        "1.8.2026",
        "50 000 - 100 000 kr",
        "300000 - 50000",
        "12.5.2025 - 31.7.2026",
    ],
)
def test_other_numbers_are_left(text):
    assert masked(text) == text


def test_marks_that_hide_something_go_and_length_is_bound():
    assert safe("\u202ehei\x00\x1b") == "hei"
    assert len(safe("x" * 10_000)) == LONGEST_LINE


def test_a_number_at_the_cut_is_not_half_kept():
    assert "17885" not in safe("x" * (LONGEST_LINE - 5) + " 17885496359")


@given(st.text(max_size=200))
def test_nothing_of_eleven_digits_in_a_row_ever_comes_through(text):
    run = longest = 0
    for character in safe(text + "17885496359" + text):
        run = run + 1 if character in "0123456789" else 0
        longest = max(longest, run)
    assert longest != 11
