"""How much of the long tests to run: all of it, or the share that VARDE_LONG_SHARE says (0.1: a tenth).

A share is for a machine with little time. It is the same each time, so that what it finds is found again.
"""

from __future__ import annotations

import os

SHARE = float(os.environ.get("VARDE_LONG_SHARE", "1"))
WHOLE = SHARE >= 1
WHOLE_AND_LONG = WHOLE and "VARDE_LONG_SHARE" in os.environ
"""Whether this is the whole of `make test-long`."""


def share_of(whole: int) -> int:
    """So many of the `whole`, and at least one."""
    return max(1, round(whole * min(SHARE, 1)))
