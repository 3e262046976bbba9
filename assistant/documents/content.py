"""What a file is, told by its content alone: PDF, JPEG or PNG, whole and unambiguous. Pure.

What its sender calls it, and what a browser says of it, is never asked. A file that is one kind to one program and
another to the next (a polyglot) is refused: it is to be opened by a case worker, and must then be what we say it is.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Literal, get_args

MOST_BYTES = 10 * 1024 * 1024
"""How large one file may be."""

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]
MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
EXTENSIONS: Mapping[MediaType, str] = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
}

Fault = Literal["missing", "empty", "too_large", "unknown_kind", "cut_off", "ambiguous", "infected"]

SNIFFED = 1024
"""So many first bytes do browsers look at for a kind, and PDF readers for a header."""

_PDF = re.compile(rb"%PDF-[12]\.\d")
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|\?xml-stylesheet)\b", re.IGNORECASE)
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # within a scan: stuffed bytes and restarts are data
_ARCHIVE_END, _ARCHIVE_ENTRY, _ARCHIVE_64 = b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07"
_ARCHIVE_END_BYTES, _MOST_ARCHIVE_COMMENT = 22, 0xFFFF


class Refused(ValueError):
    """The file cannot be taken; `fault` says why. The message holds nothing of the file."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the file is refused: {fault.replace('_', ' ')}")
        self.fault: Fault = fault


def media_type_of(content: bytes) -> MediaType:
    """The kind of a whole file. Raises Refused.

    >>> media_type_of(b"%PDF-1.7 ... %%EOF")
    'application/pdf'
    >>> media_type_of(b"<html>")
    Traceback (most recent call last):
    assistant.documents.content.Refused: the file is refused: unknown kind
    """
    if not content:
        raise Refused("empty")
    if len(content) > MOST_BYTES:
        raise Refused("too_large")
    kind = _begins_as(content)
    if kind is None:
        raise Refused("unknown_kind")
    if not _WHOLE[kind](content):
        raise Refused("cut_off")
    if _is_something_else_too(content, kind):
        raise Refused("ambiguous")
    return kind


def _begins_as(content: bytes) -> MediaType | None:
    if _PDF.match(content):
        return "application/pdf"
    if content.startswith(_JPEG):
        return "image/jpeg"
    return "image/png" if content.startswith(_PNG) else None


def _is_something_else_too(content: bytes, kind: MediaType) -> bool:
    first = content[:SNIFFED]
    if kind != "application/pdf" and b"%PDF-" in first:
        return True
    return _MARKUP.search(first) is not None or _ends_as_archive(content)


def _ends_as_archive(content: bytes) -> bool:
    """Whether an unpacker would find a ZIP (an office document, a Java program) at the end of the file."""
    at = content.find(_ARCHIVE_END, max(0, len(content) - _ARCHIVE_END_BYTES - _MOST_ARCHIVE_COMMENT))
    while at != -1 and at + _ARCHIVE_END_BYTES <= len(content):
        (listed,) = struct.unpack_from("<I", content, at + 12)  # bytes of the list of entries before it
        begins = max(0, at - listed)
        if _ARCHIVE_64 in content[max(0, at - 20) : at] or content.startswith(_ARCHIVE_ENTRY, begins):
            return True
        at = content.find(_ARCHIVE_END, at + 1)
    return False


def _whole_pdf(content: bytes) -> bool:
    return content[-SNIFFED:].rstrip(b" \t\r\n\f\0").endswith(b"%%EOF")


def _whole_png(content: bytes) -> bool:
    """Every chunk from IHDR to IEND is there, with its right checksum (PNG, third edition, section 5)."""
    at, first = len(_PNG), True
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content) or (first and (name != b"IHDR" or length != 13)):
            return False
        (checksum,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != checksum:
            return False
        if name == b"IEND":
            return True
        at, first = end, False
    return False


def _whole_jpeg(content: bytes) -> bool:
    """Every segment from SOI to EOI is there (ITU-T T.81 annex B). What a telephone puts after it may stay."""
    at, pictured = 2, False
    while at + 2 <= len(content):
        if content[at : at + 1] != b"\xff":
            return False
        marker = content[at + 1 : at + 2]
        if marker == b"\xff":  # fill
            at += 1
            continue
        if marker == b"\xd9":
            return pictured
        if at + 4 > len(content):
            return False
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + length
        if length < 2 or at > len(content):
            return False
        if marker == b"\xda":
            found = _NEXT_MARKER.search(content, at)
            if found is None:
                return False
            at, pictured = found.start(), True
    return False


_WHOLE: Mapping[MediaType, Callable[[bytes], bool]] = {
    "application/pdf": _whole_pdf,
    "image/jpeg": _whole_jpeg,
    "image/png": _whole_png,
}
