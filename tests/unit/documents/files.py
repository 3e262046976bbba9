"""Small whole files of each kind, made by hand, and what can be wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


_SCAN = b"\x11\xff\x00\x22\xff\xd0\x33"  # a stuffed byte and a restart marker belong to the picture
JPEG = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    + _segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
    + _segment(0xDA, b"\x01\x01\0\0\x3f\0")
    + _SCAN
    + b"\xff\xd9"
)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def archive(comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", b"\0" * 100_000)
        packed.comment = comment
    return made.getvalue()


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """The picture with a comment segment right after its beginning."""
    return jpeg[:2] + _segment(0xFE, comment) + jpeg[2:]


def pdf_holding(data: bytes) -> bytes:
    return PDF.replace(b"trailer", b"9 0 obj<<>>stream\n" + data + b"\nendstream endobj\ntrailer")
