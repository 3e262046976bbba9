"""Packages of others, as they lie when installed: a module, and a `dist-info` that names its channels."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path


@contextmanager
def installed_package(folder: Path, package: str, channels: dict[str, str], **modules: str) -> Iterator[None]:
    """Install `modules` (name to source) in `folder` as `package`, whose entry points are `channels`."""
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source)
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in channels.items())
    (info / "entry_points.txt").write_text(f"[varde.channels]\n{lines}")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in modules:
            sys.modules.pop(module, None)
        invalidate_caches()
