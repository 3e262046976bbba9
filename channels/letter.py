"""Letters: each a PDF with a job ticket beside it, in a folder from which a print house fetches them.

The files of a letter are named by the message's id, so that the same message is the same letter:

* `<id>.pdf`, `<id>-1.pdf` …: the letter, and what is enclosed;
* `<id>.json`: the job ticket, put there last: a letter without one is not ready;
* `<id>.printed`, `<id>.refused`: put there by the print house. A ticket it has moved away counts as printed;
* `.taken/<id>`: ours: it was put there. It stays for weeks after it was printed: no letter is put there twice.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from channels.interface import (
    Accepted,
    Carries,
    Cost,
    Failed,
    Outgoing,
    Receipts,
    Refused,
    Result,
    too_much,
)
from channels.letter_paper import paper_of
from channels.whole_file import write_whole

PDF = "application/pdf"
TAKEN = ".taken"
OSLO = ZoneInfo("Europe/Oslo")
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")

Receipt = Literal["printed", "refused"]

DONE = b"done"
"""What a letter's mark says when the print house has had it; it is kept for so long as somebody may come late."""

REMEMBERED = timedelta(days=60)

LETTERS_MODE = 0o640
"""Readable by its owner and group: the print house fetches them."""


@dataclass(frozen=True)
class PrintFolder:
    """Where letters are put. `sender`: name and address letters come back to, a line each.

    `price`: NOK a letter, postage and print; None: not known.
    """

    folder: Path
    sender: str
    price: Decimal | None = None


class LetterChannel:
    """Puts letters into the print folder. The recipient is name and postal address, a line each."""

    name = "letter"
    addressed_by: Literal["postal_address"] = "postal_address"
    reminds = False
    carries = Carries(whole=True, attachments=True)
    receipts: Receipts = "asked"

    def __init__(self, settings: PrintFolder, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock

    def cost(self, message: Outgoing) -> Cost:
        return Cost(self.settings.price, unit="letter")

    def can_carry(self, message: Outgoing) -> str | None:
        if any(one.media_type != PDF for one in message.attachments):
            return "only PDF can be enclosed in a letter"
        return too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        if reason := self.can_carry(message):
            return Refused(reason)
        if len([line for line in message.recipient.splitlines() if line.strip()]) < 2:
            return Refused("a letter needs a name and an address, a line each")
        if not _NAME.fullmatch(message.id):
            raise ValueError("a letter's files are named by the message's id: letters, digits and -")
        try:
            return await asyncio.to_thread(self._put, message)
        except OSError as error:
            return Failed(f"the print folder cannot be written to: {error.strerror or type(error).__name__}")

    def _put(self, message: Outgoing) -> Accepted:
        folder, name = self.settings.folder, message.id
        taken = folder / TAKEN / name
        ticket = folder / f"{name}.json"
        if taken.exists():
            return Accepted(receipt=name)
        if not ticket.exists():
            on = self.clock().astimezone(OSLO).date()
            papers = [paper_of(message, self.settings.sender, on), *(one.data for one in message.attachments)]
            files = {f"{name}{'' if n == 0 else f'-{n}'}.pdf": data for n, data in enumerate(papers)}
            taken.parent.mkdir(mode=0o700, exist_ok=True)
            for file, data in files.items():
                write_whole(folder / file, data, LETTERS_MODE)
            write_whole(ticket, _ticket(name, message, files, self.clock()), LETTERS_MODE)
        write_whole(taken, b"", LETTERS_MODE)
        return Accepted(receipt=name)

    async def read_receipts(self) -> Mapping[str, Receipt]:
        """What has become of the letters put there, by the message's id. `forget` them when that is kept."""
        return await asyncio.to_thread(self._read_receipts)

    def _read_receipts(self) -> dict[str, Receipt]:
        folder = self.settings.folder
        if not (folder / TAKEN).is_dir():
            return {}
        found: dict[str, Receipt] = {}
        for mark in sorted(path for path in (folder / TAKEN).iterdir() if _NAME.fullmatch(path.name)):
            name = mark.name
            if mark.read_bytes() == DONE:
                if self.clock().timestamp() - mark.stat().st_mtime > REMEMBERED.total_seconds():
                    mark.unlink(missing_ok=True)
            elif (folder / f"{name}.refused").exists():
                found[name] = "refused"
            elif (folder / f"{name}.printed").exists() or not (folder / f"{name}.json").exists():
                found[name] = "printed"
        return found

    async def forget(self, name: str) -> None:
        """Take away all that is left of a letter: nobody's post is to lie about when it has been sent."""
        await asyncio.to_thread(self._forget, name)

    def _forget(self, name: str) -> None:
        folder = self.settings.folder
        enclosed = [path for path in folder.glob(f"{name}-*.pdf") if path.stem[len(name) + 1 :].isdecimal()]
        for path in (folder / f"{name}.json", folder / f"{name}.pdf", *enclosed):
            path.unlink(missing_ok=True)
        refused = (folder / f"{name}.refused").exists()
        for path in (folder / f"{name}.printed", folder / f"{name}.refused"):
            path.unlink(missing_ok=True)
        if refused:
            (folder / TAKEN / name).unlink(missing_ok=True)  # it may be put there again
        else:
            # Whoever was paused on the way here must not put it there again.
            write_whole(folder / TAKEN / name, DONE, LETTERS_MODE)

    async def close(self) -> None:
        """Nothing stays open between letters."""


def _ticket(name: str, message: Outgoing, files: Mapping[str, bytes], now: datetime) -> bytes:
    """What the print house goes by. It holds no name: the address stands on the letter."""
    ticket: dict[str, Any] = {
        "id": name,
        "made_at": now.isoformat(),
        "language": message.language,
        "documents": [
            {"file": file, "sha256": sha256(data).hexdigest(), "bytes": len(data)}
            for file, data in files.items()
        ],
    }
    return json.dumps(ticket, indent=2).encode() + b"\n"
