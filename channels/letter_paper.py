"""A letter as it lies in the envelope: PDF its address where the window is, tagged for all to read (PDF/UA-1)."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path

from channels.interface import Outgoing

TEMPLATE = Path(__file__).with_name("letter.typ")
REGIONS = {"nb": "no", "nn": "no", "en": "gb"}


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def paper_of(message: Outgoing, sender: str, on: date) -> bytes:
    """The PDF of one letter. `sender`: name and address it is returned to, a line each. Takes a quarter of a second.

    What a person wrote is text in it, never markup.
    """
    import typst

    letter = {
        "title": message.title,
        "sender": sender,
        "recipient": message.recipient,
        "language": message.language,
        "region": REGIONS.get(message.language, "no"),
        "year": on.year,
        "month": on.month,
        "day": on.day,
        "dated": f"{on.day:02}.{on.month:02}.{on.year}",
        "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", message.body.strip()) if part.strip()],
    }
    made = typst.compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"letter": json.dumps(letter, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made
