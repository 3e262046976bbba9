"""Numeric functions (DMN 1.5, 10.3.4.5). Rounding takes a scale: decimals kept, negative for tens and hundreds."""

from __future__ import annotations

import decimal
from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.numbers import CONTEXT, EXACT, finite, rounded, whole
from rules.feel.values import Months, Value


def _round(number: Decimal, scale: Decimal, rounding: str) -> Value:
    decimals = whole(scale)
    return None if decimals is None else rounded(number, decimals, rounding)


@builtin("decimal(n: number, scale: number)")
def decimal_(number: Decimal, scale: Decimal) -> Value:
    return _round(number, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(number: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _round(number, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(number: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _round(number, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(number: Decimal, scale: Decimal) -> Value:
    return _round(number, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(number: Decimal, scale: Decimal) -> Value:
    return _round(number, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(number: Decimal, scale: Decimal) -> Value:
    return _round(number, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(number: Decimal, scale: Decimal) -> Value:
    return _round(number, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number|days|months)")
def abs_(value: Value) -> Value:
    if isinstance(value, Months):
        return Months(abs(value.total))
    return CONTEXT.abs(value) if isinstance(value, Decimal) else abs(value)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """dividend - divisor * floor(dividend / divisor): takes the sign of the divisor."""
    if not divisor:
        return None
    rest = EXACT.remainder(dividend, divisor)
    if rest and (rest < 0) != (divisor < 0):
        rest = EXACT.add(rest, divisor)
    return finite(CONTEXT.plus(rest))


@builtin("sqrt(number: number)")
def sqrt(number: Decimal) -> Value:
    return None if number < 0 else finite(CONTEXT.sqrt(number))


@builtin("log(number: number)")
def log(number: Decimal) -> Value:
    return None if number <= 0 else finite(CONTEXT.ln(number))


@builtin("exp(number: number)")
def exp(number: Decimal) -> Value:
    return finite(CONTEXT.exp(number))


@builtin("odd(number: number)")
def odd(number: Decimal) -> Value:
    return _parity(number, 1)


@builtin("even(number: number)")
def even(number: Decimal) -> Value:
    return _parity(number, 0)


def _parity(number: Decimal, rest: int) -> Value:
    return number == number.to_integral_value() and abs(EXACT.remainder(number, Decimal(2))) == rest
