"""What a simulator keeps: JSON in memory and, given a file, on disk, so that a restart forgets nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Kept:
    """`values` is what is kept; call `save()` after a change. The file is replaced whole or not at all."""

    def __init__(self, path: Path | None, empty: dict[str, Any]) -> None:
        self.path = path
        self.values = empty
        if path is not None and path.exists():
            self.values = empty | json.loads(path.read_text())

    def save(self) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        with part.open("w") as file:
            file.write(json.dumps(self.values, ensure_ascii=False))  # json.dump does it in Python, not in C
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
