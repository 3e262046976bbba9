"""What a person writes is made safe to keep: identity numbers masked, invisible marks gone, length bound."""

from __future__ import annotations

from assistant.processes.reading import MASK, clean, masked

__all__ = ["LONGEST_LINE", "MASK", "masked", "safe"]

LONGEST_LINE = 2000
"""Characters of a line that are kept; the widget does not send more."""


def safe(text: str) -> str:
    """A line as it is kept and answered: clean, masked, at most LONGEST_LINE characters."""
    return masked(clean(text[: LONGEST_LINE * 2]))[:LONGEST_LINE]
