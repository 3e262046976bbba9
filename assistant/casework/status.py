"""How a case stands: one list of words, for all who write, read and answer it."""

from __future__ import annotations

from typing import Literal

Status = Literal["received", "manual", "decided", "withdrawn"]
"""'received': with the machine; 'manual': with people; 'withdrawn': taken back by who sent it, with no decision."""
