"""What a PDF says of itself, read from its bytes: enough to see that it is tagged, titled and in a language."""

from __future__ import annotations

import re
import zlib


def unpacked(pdf: bytes) -> str:
    """The file with its compressed objects opened, as Latin-1 text to search in."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = [pdf]
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a font's own packing
    return b"\n".join(opened).decode("latin-1")


def tags(pdf: bytes) -> list[str]:
    """The structure elements' types in the order they were written: 'H1', 'P', 'Table' …"""
    return re.findall(r"/Type ?/StructElem\s*/S ?/(\w+)", unpacked(pdf)) or re.findall(
        r"/S ?/(Document|H\d|P|L|LI|Table|TR|TH|TD|Link)\b", unpacked(pdf)
    )
