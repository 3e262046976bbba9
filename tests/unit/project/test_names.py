"""What the names of the tests must hold for all of them to be collected in one run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[2]


def test_no_two_files_of_tests_have_the_same_name() -> None:
    """Folders of tests are no packages, so that a file is imported by its name alone."""
    named = Counter(path.name for path in TESTS.rglob("test_*.py"))
    assert [name for name, times in named.items() if times > 1] == []
