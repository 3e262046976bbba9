"""What a test has counted, in the run's last lines: a test that passes is silent else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

COUNTED = "counted"

_running: list[pytest.Item] = []


def counted(what: str) -> None:
    """Say it where the run ends, under the test's name."""
    _running[-1].user_properties.append((COUNTED, what))


def begins(item: pytest.Item) -> None:
    _running.append(item)


def ends() -> None:
    _running.pop()


def told(reports: Iterable[object]) -> list[str]:
    """All that was counted, test by test, in the order of their names."""
    called = [one for one in reports if isinstance(one, pytest.TestReport) and one.when == "call"]
    return [
        f"{report.nodeid.rpartition('/')[2]}: {what}"
        for report in sorted(called, key=lambda report: report.nodeid)
        for name, what in report.user_properties
        if name == COUNTED
    ]
