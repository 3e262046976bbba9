"""The demonstration: a made-up municipality with registers, mailbox, SMS gateway and login, all on this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

__all__ = ["run"]


async def run(port: int, data_dir: Path, today: date | None = None) -> None:
    """Run the demonstration until told to stop; prints `ready http://127.0.0.1:PORT` when it serves.

    `today`: the day it is in the story (None: the real one).
    """
    from assistant.demo.running import demonstration

    await demonstration(port, data_dir, today)
