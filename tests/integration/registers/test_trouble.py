"""Each way a register can misbehave comes out as the one error that says what to do about it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import structlog

from assistant.config import Config, RegisterSettings
from assistant.registers import (
    Gone,
    MalformedAnswer,
    NotFound,
    RegisterError,
    RegisterRefused,
    Registers,
    RegisterUnavailable,
)
from assistant.registers.simulators import Simulators
from assistant.registers.simulators.serving import Simulated
from tests.unit.registers.documents import MOTHER

Ask = Callable[[Registers], Awaitable[Any]]

QUESTIONS: dict[str, tuple[Callable[[Simulators], Simulated], Ask]] = {
    "population feed": (lambda s: s.population, lambda r: r.population.feed(1)),
    "population person": (lambda s: s.population, lambda r: r.population.person(MOTHER)),
    "tax basis": (lambda s: s.tax, lambda r: r.tax.basis_at("oppgjoer", MOTHER, 2025)),
    "tax feed": (lambda s: s.tax, lambda r: r.tax.feed(1)),
    "contact": (lambda s: s.contact, lambda r: r.contact.persons([MOTHER])),
    "kindergarten feed": (lambda s: s.kindergarten, lambda r: r.kindergarten.feed(1)),
    "kindergarten place": (lambda s: s.kindergarten, lambda r: r.kindergarten.place("B-1")),
    "vehicle": (lambda s: s.vehicle, lambda r: r.vehicle.vehicle("XX00000")),
}

TROUBLE: list[tuple[Any, type[RegisterError]]] = [
    ("not_found", NotFound),
    ("gone", Gone),
    ("busy", RegisterUnavailable),
    ("broken", RegisterUnavailable),
    ("silent", RegisterUnavailable),
    ("garbage", MalformedAnswer),
    ("redirect", RegisterRefused),
]


@pytest.mark.parametrize(("fault", "expected"), TROUBLE, ids=[fault for fault, _ in TROUBLE])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_misbehaviour(
    simulators: Simulators, registers: Registers, question: str, fault: Any, expected: type[RegisterError]
) -> None:
    which, ask = QUESTIONS[question]
    which(simulators).misbehave(fault)

    with structlog.testing.capture_logs() as logged, pytest.raises(expected) as told:
        await ask(registers)

    shown = "".join(traceback.format_exception(told.value)) + str(logged)
    assert MOTHER not in shown
    assert "summertskattegrunnlag/" not in shown
    assert told.value.register in str(told.value)


async def test_the_register_says_how_long_to_wait(simulators: Simulators, registers: Registers) -> None:
    simulators.tax.misbehave("busy", retry_after="17")
    with pytest.raises(RegisterUnavailable) as busy:
        await registers.tax.feed(1)
    simulators.tax.misbehave("silent")
    with pytest.raises(RegisterUnavailable) as silent:
        await registers.tax.feed(1)

    assert busy.value.retry_after == 17
    assert silent.value.retry_after is None
    simulators.population.misbehave("busy", retry_after="2500")
    with pytest.raises(RegisterUnavailable) as in_milliseconds:
        await registers.population.feed(1)
    assert in_milliseconds.value.retry_after == 2.5
    assert "no answer within 0.5 seconds" in str(silent.value)


async def test_nothing_is_tried_again_here(simulators: Simulators, registers: Registers) -> None:
    simulators.population.misbehave("broken", times=None)
    with pytest.raises(RegisterUnavailable):
        await registers.population.feed(1)

    assert len(simulators.population.asked) == 1


async def test_nobody_answers_at_the_address(simulators: Simulators, session: aiohttp.ClientSession) -> None:
    config = simulators.configured(Config()).model_copy(
        update={"population_register": RegisterSettings(base_url="http://127.0.0.1:9/x")}
    )
    with pytest.raises(RegisterUnavailable, match="ClientConnectorError"):
        await Registers.from_config(config, session).population.feed(1)


async def test_a_token_the_register_no_longer_takes_is_renewed_once(
    simulators: Simulators, registers: Registers
) -> None:
    await registers.tax.feed(1)
    simulators.maskinporten.revoke_all()

    await registers.tax.feed(1)

    assert len(simulators.maskinporten.asked) == 2
    simulators.tax.misbehave("unauthorised", times=None)
    with pytest.raises(RegisterRefused, match="status 401"):
        await registers.tax.feed(1)


async def test_many_questions_at_once_share_one_token(simulators: Simulators, registers: Registers) -> None:
    await asyncio.gather(*(registers.tax.feed(1) for _ in range(20)))

    assert len(simulators.maskinporten.asked) == 1
