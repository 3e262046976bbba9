"""The embed script that is served is built from the source beside it, and asks no other host for anything."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).parents[3] / "assistant" / "web" / "static"


def test_the_widget_is_built_from_its_source():
    digest = hashlib.sha256()
    for file in sorted((STATIC / "widget").glob("*.js")):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    built = (STATIC / "widget.js").read_text(encoding="utf-8")
    said = re.search(r"source sha256 ([0-9a-f]{64})", built)
    assert said
    assert said[1] == digest.hexdigest(), "the widget's source has changed: run `make vendor`"


def test_the_widget_loads_nothing_from_another_host_and_needs_no_unsafe_policy():
    built = (STATIC / "widget.js").read_text(encoding="utf-8")
    assert not re.findall(r"https?://[a-z0-9]", built)
    assert "eval(" not in built
    assert "new Function" not in built
