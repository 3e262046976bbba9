"""Units of amounts: 'NOK/month', 'hours/week', 'share', and how they go together."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLURALS = {"years": "year", "months": "month", "weeks": "week", "days": "day", "hours": "hour", "kr": "NOK"}
_WITHOUT = frozenset(("share", "count", "number", "percent"))
_WORD = re.compile(r"[A-Za-zæøåÆØÅ²³]+")


@dataclass(frozen=True)
class Unit:
    """A product of base units to powers, in the order of their names; none at all: a bare number."""

    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: Unit, sign: int = 1) -> Unit:
        """The unit of a product; with `sign` -1 of a quotient."""
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, 0) + sign * power
        return Unit(tuple(sorted((base, power) for base, power in powers.items() if power)))

    def __str__(self) -> str:
        over = [base for base, power in self.powers for _ in range(power)]
        under = [base for base, power in self.powers for _ in range(-power)]
        if not over and not under:
            return "a bare number"
        return "/".join(("·".join(over) or "1", *under))


BARE = Unit()


def read_unit(text: str) -> Unit | None:
    """The unit of a text; None for no text, or for one that is not made of words and '/'.

    >>> str(read_unit("NOK/months"))
    'NOK/month'
    >>> str(read_unit("NOK/month").times(read_unit("months/year")))
    'NOK/year'
    """
    words = text.split("/")
    if not all(_WORD.fullmatch(word) for word in words):
        return None
    made = BARE
    for place, word in enumerate(words):
        if word not in _WITHOUT:
            made = made.times(Unit(((_PLURALS.get(word, word), 1),)), 1 if place == 0 else -1)
    return made
