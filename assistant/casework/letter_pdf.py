"""A letter as PDF that everybody can read: tagged, with title, language, headings and reading order (PDF/UA-1).

ISO 14289-1; FOR-2013-06-21-732 § 4b asks public bodies for accessible documents. Typst writes it, and refuses
to where the standard would be broken.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

from assistant.casework.letter_blocks import blocks_of

TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"
REGIONS = {"nb": "no", "nn": "no", "en": "gb"}


class LetterNotWhole(ValueError):
    """A letter that cannot be made into an accessible PDF: it has no heading."""


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def pdf_of(html: str, *, language: str, sender: str, on: date) -> bytes:
    """The PDF of a letter kept as HTML, titled by its first heading. Takes about a quarter of a second.

    `sender` is the municipality's name, `on` the day the letter was written. Raises `LetterNotWhole`, and
    `UnknownMarkup` for HTML that is no letter of ours.
    """
    import typst

    blocks = blocks_of(html)
    title = next((block for block in blocks if block.kind == "heading"), None)
    if title is None:
        raise LetterNotWhole("the letter has no heading: give it one, the PDF is titled by it")
    letter = {
        "title": "".join(run.text for run in title.cells[0]),
        "sender": sender,
        "language": language,
        "region": REGIONS.get(language, "no"),
        "year": on.year,
        "month": on.month,
        "day": on.day,
        "blocks": [block.as_json() for block in blocks],
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
