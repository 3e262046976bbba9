"""A letter as it lies in the envelope: PDF its address where the window is, tagged for all to read (PDF/UA-1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from channels.interface import Outgoing

TEMPLATE = Path(__file__).with_name("letter.typ")
REGIONS = {"nb": "no", "nn": "no", "en": "gb"}


@cache
def _read(template: Path) -> bytes:
    return template.read_bytes()


def paper_of(message: Outgoing, sender: str, on: date) -> bytes:
    """The PDF of one letter. `sender`: name and address it is returned to, a line each. Takes a quarter of a second.

    What a person wrote is text in it, never markup.
    """
    letter = {
        "title": message.title,
        "sender": sender,
        "recipient": message.recipient,
        "dated": f"{on.day:02}.{on.month:02}.{on.year}",
        "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", message.body.strip()) if part.strip()],
    }
    return typeset(TEMPLATE, message.language, on, letter)


def typeset(template: Path, language: str, on: date, letter: Mapping[str, Any]) -> bytes:
    """The PDF (PDF/UA-1) that a template of Typst makes of a letter in a language, dated `on`."""
    import typst

    told = {
        **letter,
        "language": language,
        "region": REGIONS.get(language, "no"),
        "year": on.year,
        "month": on.month,
        "day": on.day,
    }
    made = typst.compile(
        _read(template),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"letter": json.dumps(told, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made
