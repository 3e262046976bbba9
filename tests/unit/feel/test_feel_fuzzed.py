"""Whatever text is given as an expression, there is a value or a fault with its place: no crash, no hang."""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest
from feel_texts import FeelTexts
from long_runs import WHOLE, share_of

from rules.feel import FeelError, Unknown, compile_expression
from rules.feel.command import as_json, json_line

FACTS: dict[str, Any] = {
    "f": {
        "n": Decimal("12.5"),
        "t": True,
        "list": [{"x": 1}, {}, {"x": None}],
        "s": "Ærlig talt 🐎",
        "d": date(2024, 2, 29),
        "none": None,
    },
    "a b": [3, 1, 2],
    "x": Decimal(7),
}
NAMES = ("f", "a b", "x", "today")
HANG_SECONDS = 60  # a guard against no end, far beyond what the limits of an expression allow


@contextmanager
def ending() -> Iterator[None]:
    """Raises TimeoutError within where there is no end."""

    def strike(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("no answer: it hangs")

    before = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def answered(text: str) -> str:
    """'value' or 'fault'. Raises AssertionError, naming the text, for anything else."""
    try:
        with ending():
            value = compile_expression(text, NAMES).evaluate(FACTS)
            json.loads(json_line({"value": as_json(value)}))
    except FeelError as error:
        if not error.message or not 0 <= (error.line or 0) <= text.count("\n") + 1:
            raise AssertionError(f"{text!r}: {error.message!r} in line {error.line}") from error
        return "fault"
    except BaseException as error:
        raise AssertionError(f"{text!r} raises {type(error).__name__}: {error}") from error
    assert not isinstance(value, Unknown) or value.missing, text
    return "value"


def several(asked: tuple[int, int]) -> dict[str, int]:
    seed, count = asked
    texts = FeelTexts(seed)
    found = {"value": 0, "fault": 0}
    for _ in range(count):
        found[answered(texts.text())] += 1
    return found


def test_any_text_the_grammar_can_be_spoilt_into_gives_a_value_or_a_fault() -> None:
    found = several((1, 4000))
    assert min(found.values()) > 400  # both kinds are met


@pytest.mark.long
def test_a_million_texts_give_a_value_or_a_fault() -> None:
    first = secrets.randbelow(2**40) if WHOLE else 0
    batches = share_of(200)
    print(f"seeds from {first}")  # shown where it fails, so that it can be done again
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        found = list(pool.imap_unordered(several, ((first + number, 5_000) for number in range(batches))))
    assert sum(sum(one.values()) for one in found) == batches * 5_000
