"""Every way an answer can be bad, to every question of every client: one error each, and nothing of it told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import structlog

from assistant.registers import MalformedAnswer, RegisterError, Registers, RegisterUnavailable
from tests.integration.registers.replaying import Reply, replaying
from tests.unit.registers.documents import MOTHER

Ask = Callable[[Registers], Awaitable[Any]]

QUESTIONS: dict[str, tuple[str, Ask]] = {
    "population feed": ("own", lambda r: r.population.feed(1)),
    "population event": ("own", lambda r: r.population.event("a" * 32)),
    "population events": ("own", lambda r: r.population.events(["a" * 32])),
    "population person": ("own", lambda r: r.population.person(MOTHER)),
    "tax feed": ("own", lambda r: r.tax.feed(1)),
    "income, own": ("own", lambda r: r.income(MOTHER, 2025)),
    "income, KS Fiks proxy": ("ks_fiks_get", lambda r: r.income(MOTHER, 2025)),
    "income, KS Fiks newer": ("ks_fiks_post", lambda r: r.income(MOTHER, 2025)),
    "income, KS Fiks older": ("ks_fiks_post_v2", lambda r: r.income(MOTHER, 2025)),
    "contact": ("own", lambda r: r.contact.persons([MOTHER])),
    "kindergarten feed": ("own", lambda r: r.kindergarten.feed(1)),
    "kindergarten place": ("own", lambda r: r.kindergarten.place("B-1")),
}

WHOLE = f'{{"personidentifikator":"{MOTHER}","grunnlag":['.encode()

BAD: dict[str, tuple[Reply, type[RegisterError]]] = {
    "truncated JSON": (Reply(WHOLE), MalformedAnswer),
    "cut off on the way": (Reply(WHOLE + b"]}", stop_after=20), RegisterUnavailable),
    "empty": (Reply(b""), MalformedAnswer),
    "a page instead": (
        Reply(b"<html>Vi er snart tilbake</html>", content_type="text/html"),
        MalformedAnswer,
    ),
    "a text": (Reply(b'"feil"'), MalformedAnswer),
    "a number": (Reply(b"17"), MalformedAnswer),
    "a list of numbers": (Reply(b"[1]"), MalformedAnswer),
    "a list of objects of another kind": (Reply(b'[{"navn":1}]'), MalformedAnswer),
    "null": (Reply(b"null"), MalformedAnswer),
    "lists that are objects": (
        Reply(
            b'{"oppslag":{},"hendelser":{},"grunnlag":{},"personer":{},"events":{},"summertSkattegrunnlagPersoner":{}}'
        ),
        MalformedAnswer,
    ),
    "not UTF-8": (Reply(b'{"a":"\xff"}'), MalformedAnswer),
    "NaN": (Reply(b'{"a":NaN}'), MalformedAnswer),
    "nested without end": (Reply(b"[" * 100_000), MalformedAnswer),
    "500": (Reply(b"{}", 500), RegisterUnavailable),
    "503 with a page": (Reply(b"<html>", 503, content_type="text/html"), RegisterUnavailable),
    "429": (Reply(b"{}", 429, {"Retry-After": "7"}), RegisterUnavailable),
    "slow": (Reply(WHOLE, drip=0.2), RegisterUnavailable),
}


@pytest.mark.parametrize(("reply", "expected"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_bad_answer(
    session: aiohttp.ClientSession, question: str, reply: Reply, expected: type[RegisterError]
) -> None:
    form, ask = QUESTIONS[question]
    async with replaying(reply) as replayed:
        with structlog.testing.capture_logs() as logged, pytest.raises(expected) as told:
            await ask(replayed.registers(session, form, timeout=0.4))

    assert type(told.value) is expected
    assert MOTHER not in f"{told.value}{logged}"
    if reply.status == 429:
        assert isinstance(told.value, RegisterUnavailable)
        assert told.value.retry_after == (1 if question.startswith("population") else 7)
    assert len(replayed.asked) == 1
