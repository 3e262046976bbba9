"""Every purpose the usage log is written with reads in the person's own language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.web.pages.usage_words import PURPOSES

ASSISTANT = Path(__file__).parents[3] / "assistant"
NAMED = re.compile(r"""(?:PURPOSE|ELSEWHERE|purpose)\s*=\s*f?"(to [^"{]*)""")
USED = re.compile(r"""Use\([^)]*?f?"(to [^"{]*)""", re.DOTALL)
WORDED_OTHERWISE = {"to open case"}  # with its reason: casework/access.py

FOUND = sorted(
    {
        (found.strip(), str(path.relative_to(ASSISTANT)))
        for path in ASSISTANT.rglob("*.py")
        if "demo" not in path.parts
        for pattern in (NAMED, USED)
        for found in pattern.findall(path.read_text(encoding="utf-8"))
    }
)


def test_purposes_are_found() -> None:
    assert len(FOUND) > 15


@pytest.mark.parametrize(("purpose", "where"), FOUND)
def test_a_purpose_has_words(purpose: str, where: str) -> None:
    assert purpose in PURPOSES or purpose in WORDED_OTHERWISE, f"{where}: say {purpose!r} in usage_words.py"
