"""What a person writes is made safe to keep: identity numbers masked, invisible marks gone, length bound."""

from __future__ import annotations

import re

from assistant.processes.reading import clean

LONGEST_LINE = 2000
"""Characters of a line that are kept; the widget does not send more."""

MASK = "••••••\N{NO-BREAK SPACE}•••••"

_ELEVEN_DIGITS = re.compile(r"(?<![0-9])(?:[0-9][ .\-\u00a0\u202f]?){10}[0-9](?![0-9])")


def masked(text: str) -> str:
    """The text with every run of eleven digits hidden, parted or not.

    An identity number has eleven digits (and so has a bank account, which has no business here either). It is
    hidden whether or not its check digits fit: a slip of the pen is still a person's number.

    >>> masked("jeg er 010190 12345, ring 22 33 44 55")
    'jeg er ••••••\\xa0•••••, ring 22 33 44 55'
    """
    return _ELEVEN_DIGITS.sub(MASK, text)


def safe(text: str) -> str:
    """A line as it is kept and answered: clean, masked, at most LONGEST_LINE characters."""
    return masked(clean(text[: LONGEST_LINE * 2]))[:LONGEST_LINE]
