"""Times what stands between a rule's text and its use: the whole catalogue, and one changed rule."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from rules import Catalogue, load_rule
from rules.plain import plain


def compiling(times: int) -> dict[str, float]:
    """Milliseconds, the median of so many times."""
    catalogue = Catalogue.load()
    changed = max(catalogue.rules.values(), key=lambda rule: len(rule.text))

    def whole_catalogue() -> None:
        loaded = Catalogue.load()
        for rule in loaded.rules.values():
            plain(rule, {}, loaded)

    def one_rule() -> None:
        rule = load_rule(f"{changed.text}\n# changed\n", changed.filename, catalogue.model)
        plain(rule, {}, catalogue.with_rule(rule))

    return {
        f"the whole catalogue ({len(catalogue.rules)} rules), read, checked and compiled": _median(
            whole_catalogue, times
        ),
        f"a changed rule ({changed.id}) in use": _median(one_rule, times),
    }


def _median(does: Callable[[], None], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        does()
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)
