"""A step that asks for documents, decided and not done: what has been sent for it, and how that is shown."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal

from assistant.config import local_date
from assistant.documents import EXTENSIONS, MOST_BYTES, MOST_DOCUMENTS, Document
from assistant.processes.definition import DocumentsDefinition
from assistant.processes.picture import ErrandView, text_of
from assistant.processes.steps import Line, SentFile, Upload
from assistant.processes.wording import day, locale_of, word

FIELD = "file"
"""The field a file is sent in, and that errors about it are shown beside."""

_KILO, _MEGA = 1024, 1024 * 1024


def sent_for(asked: DocumentsDefinition, view: ErrandView) -> tuple[Document, ...]:
    """The files sent so far for what a step asks for."""
    return tuple(one for one in view.documents if one.topic == asked.topic)


def upload_of(
    asked: DocumentsDefinition,
    documents: tuple[Document, ...],
    language: str,
    *,
    error: str = "",
    may_add: bool = True,
    may_remove: bool = True,
) -> Upload:
    """The files sent for what is asked, and the field for another.

    Once the errand is sent nothing can be taken back; more may be added until the case is decided.
    """
    megabytes = str(MOST_BYTES // _MEGA)
    return Upload(
        topic=asked.topic,
        label=text_of(asked.label, language),
        help=word("fields", "file_help", language, megabytes=megabytes),
        most_bytes=MOST_BYTES,
        too_large=word("errors", "file_too_large", language, megabytes=megabytes),
        files=tuple(_shown(one, language) for one in documents if one.topic == asked.topic),
        may_add=may_add and len(documents) < MOST_DOCUMENTS,
        may_remove=may_remove,
        error=error,
    )


def line_of(asked: DocumentsDefinition, view: ErrandView, step: str) -> Line:
    """The step's line in the summary: how many files, or that there are none."""
    count = len(sent_for(asked, view))
    name = "none" if count == 0 else "file" if count == 1 else "files"
    label = text_of(asked.label, view.language)
    return Line(label, word("summary", f"documents_{name}", view.language, count=str(count)), step)


def size_text(size: int, language: str) -> str:
    """
    >>> size_text(1_258_291, "nb"), size_text(300, "en")
    ('1,2 MB', '1 kB')
    """
    if size < _MEGA:
        return f"{max(1, round(size / _KILO))} kB"
    number = format_decimal(Decimal(size) / _MEGA, "#,##0.0", locale=locale_of(language))
    return f"{number} MB"


def kind_text(document: Document) -> str:
    return EXTENSIONS[document.media_type].upper()


def _shown(one: Document, language: str) -> SentFile:
    return SentFile(
        id=one.id,
        name=one.name,
        kind=kind_text(one),
        size=size_text(one.size, language),
        sent=day(local_date(one.sent_at), language),
    )
