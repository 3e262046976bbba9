"""FEEL numbers: decimals of 34 digits, rounded half to even (DMN 1.5, 10.3.2.3.1; IEEE 754-2008 decimal128).

A result there is no number for (1/0, an overflow) is null.
"""

from __future__ import annotations

import decimal
import functools
from decimal import Decimal

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=0, traps=[])

EXACT = decimal.Context(prec=12_400, Emin=-6200, Emax=6300, traps=[])
"""For whole quotients: of the largest number by the smallest one they have so many digits."""


def finite(value: Decimal) -> Decimal | None:
    """The number, or null where there is none."""
    return value if value.is_finite() else None


def whole(value: object) -> int | None:
    """A number that is whole and not absurdly large, as an int; else None."""
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**18:
        return int(value)
    return None


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal | None:
    """The number with `scale` decimals (negative: rounded to tens, hundreds …)."""
    if scale < -6111 or scale > 6176:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= scale and scale >= 0:
        return value
    wide = _wide(rounding)
    result = value.quantize(Decimal(1).scaleb(-scale, context=wide), context=wide)
    return finite(CONTEXT.plus(result))


@functools.cache
def _wide(rounding: str) -> decimal.Context:
    """Digits enough to round any number to any scale."""
    return decimal.Context(prec=6200, rounding=rounding, Emin=-6200, Emax=6300, traps=[])


def written(value: Decimal) -> str:
    """A number as FEEL's `string` writes it: plain digits, no needless zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text
