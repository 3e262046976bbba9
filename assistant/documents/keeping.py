"""Documents as they are kept: encrypted, with the errand they were sent in, until they become the case's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from assistant.documents.content import EXTENSIONS, MediaType, Refused, media_type_of
from assistant.documents.scanning import Scanner
from assistant.store import IdentityKeys, Transaction
from assistant.store.columns import new_id
from assistant.store.tables import document
from assistant.store.turns import in_turn

MOST_DOCUMENTS = 10
"""How many files may be sent with one errand, or request."""

LONGEST_NAME = 80  # characters
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class TooMany(ValueError):
    """So many files have been sent already that no more are taken."""


@dataclass(frozen=True)
class Checked:
    """A file that has been looked through, and what it is."""

    content: bytes
    media_type: MediaType


@dataclass(frozen=True)
class About:
    """Who sends it, whom it is about, and what it documents; with which errand, case or request."""

    person_id: str
    subject_id: str
    municipality: str
    topic: str  # 'income', 'household' …
    process_id: str | None = None
    case_id: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Document:
    """A document without its content."""

    id: str
    person_id: str
    subject_id: str
    municipality: str
    process_id: str | None
    case_id: str | None
    request_id: str | None
    topic: str
    media_type: MediaType
    size: int  # bytes
    name: str  # as its sender called it
    sent_at: datetime

    @property
    def safe_name(self) -> str:
        """What it is called when it is handed out: nothing of what its sender wrote."""
        return f"document-{self.id[:8]}.{EXTENSIONS[self.media_type]}"


_LISTED = [column for column in document.c if column.name != "content"]


@dataclass(frozen=True)
class Documents:
    """The face of the room. `check` talks to the scanner, so call it before a transaction begins."""

    keys: IdentityKeys
    scanner: Scanner | None = None

    @property
    def are_scanned(self) -> bool:
        return self.scanner is not None

    async def check(self, content: bytes) -> Checked:
        """Look through a file that somebody sends. Raises Refused, and ScannerSilent."""
        media_type = await asyncio.to_thread(media_type_of, content)
        if self.scanner is not None and await self.scanner.finds(content):
            raise Refused("infected")
        return Checked(content, media_type)

    async def keep(self, tx: Transaction, file: Checked, name: str, about: About, now: datetime) -> str:
        """Keep a checked file, sealed; its id. Raises TooMany where there are as many as may be sent."""
        await in_turn(tx, f"document.keep:{about.person_id}")
        there = await tx.scalar(select(func.count()).select_from(document).where(_sent_with(about)))
        if int(there or 0) >= MOST_DOCUMENTS:
            raise TooMany(f"{there} files are sent already")
        id_ = new_id()
        key_id, content = await asyncio.to_thread(self.keys.seal, file.content, _content_of(id_))
        _, sealed_name = self.keys.seal(clean_name(name).encode(), _name_of(id_))
        await tx.execute(
            insert(document).values(
                id=id_,
                **about.__dict__,
                media_type=file.media_type,
                size=len(file.content),
                name=sealed_name,
                content=content,
                key_id=key_id,
                sent_at=now,
            )
        )
        return id_

    async def sent_in(self, tx: Transaction, process_id: str) -> tuple[Document, ...]:
        """What has been sent in an errand, in the order it came."""
        return await self._listed(tx, document.c.process_id == process_id)

    async def of_case(self, tx: Transaction, case_id: str) -> tuple[Document, ...]:
        return await self._listed(tx, document.c.case_id == case_id)

    async def of_request(self, tx: Transaction, request_id: str) -> tuple[Document, ...]:
        return await self._listed(tx, document.c.request_id == request_id)

    async def find(self, tx: Transaction, document_id: str) -> Document | None:
        found = await self._listed(tx, document.c.id == document_id)
        return found[0] if found else None

    async def content_of(self, tx: Transaction, wanted: Document) -> bytes:
        """The file itself. Whoever calls has settled that it may be read, and logs that it is."""
        row = await tx.first(select(document.c.key_id, document.c.content).where(document.c.id == wanted.id))
        assert row is not None
        return await asyncio.to_thread(
            self.keys.open, row["key_id"], bytes(row["content"]), _content_of(wanted.id)
        )

    async def remove(self, tx: Transaction, document_id: str) -> None:
        await tx.execute(delete(document).where(document.c.id == document_id))

    async def forget_errand(self, tx: Transaction, process_id: str) -> None:
        """An errand is dropped: what was sent in it goes with it."""
        await tx.execute(
            delete(document).where(document.c.process_id == process_id, document.c.case_id.is_(None))
        )

    async def hand_over(self, tx: Transaction, process_id: str, case_id: str) -> None:
        """An errand is sent: what came with it is the case's."""
        await tx.execute(update(document).where(document.c.process_id == process_id).values(case_id=case_id))

    async def _listed(self, tx: Transaction, where: Any) -> tuple[Document, ...]:
        rows: Sequence[Any] = await tx.all(
            select(*_LISTED).where(where).order_by(document.c.sent_at, document.c.id)
        )
        return tuple(self._document(row) for row in rows)

    def _document(self, row: Any) -> Document:
        name = self.keys.open(row["key_id"], bytes(row["name"]), _name_of(row["id"])).decode()
        given = {key: row[key] for key in Document.__dataclass_fields__ if key not in ("name", "media_type")}
        return Document(**given, name=name, media_type=cast(MediaType, row["media_type"]))


def _sent_with(about: About) -> ColumnElement[bool]:
    if about.process_id is not None:
        return document.c.process_id == about.process_id
    if about.case_id is not None:
        return document.c.case_id == about.case_id
    return document.c.request_id == about.request_id


def clean_name(name: str) -> str:
    r"""What a file is called, to show to people: no folders, no control or direction marks, not too long.

    >>> clean_name("C:\\Users\\kari\\skatt 2025.pdf")
    'skatt 2025.pdf'
    """
    text = name.encode("utf-8", "replace").decode()  # a header may hold bytes that are no text
    bare = _NOT_IN_A_NAME.sub("", text.replace("\\", "/").rpartition("/")[2]).strip()
    return bare if len(bare) <= LONGEST_NAME else f"{bare[: LONGEST_NAME - 1]}…"


def _content_of(document_id: str) -> str:
    return f"document:{document_id}:content"


def _name_of(document_id: str) -> str:
    return f"document:{document_id}:name"
