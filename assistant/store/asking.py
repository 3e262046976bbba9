"""Questions that are built once: the compiled form of a new one is found in twice the time of an old one's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam


def among(name: str) -> BindParameter[Any]:
    """`column.in_(among("ids"))` in a statement of a module; whoever asks gives `{"ids": […]}` with it."""
    return bindparam(name, expanding=True)
