"""A letter as PDF that everybody can read: tagged, with title, language, headings and reading order (PDF/UA-1).

ISO 14289-1; FOR-2013-06-21-732 § 4b asks public bodies for accessible documents. Typst writes it, and refuses
to where the standard would be broken.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.casework.letter_blocks import blocks_of
from channels.letter_paper import typeset

TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"


class LetterNotWhole(ValueError):
    """A letter that cannot be made into an accessible PDF: it has no heading."""


def pdf_of(html: str, *, language: str, sender: str, on: date) -> bytes:
    """The PDF of a letter kept as HTML, titled by its first heading. Takes about a quarter of a second.

    `sender` is the municipality's name, `on` the day the letter was written. Raises `LetterNotWhole`, and
    `UnknownMarkup` for HTML that is no letter of ours.
    """
    blocks = blocks_of(html)
    title = next((block for block in blocks if block.kind == "heading"), None)
    if title is None:
        raise LetterNotWhole("the letter has no heading: give it one, the PDF is titled by it")
    letter = {
        "title": "".join(run.text for run in title.cells[0]),
        "sender": sender,
        "blocks": [block.as_json() for block in blocks],
    }
    return typeset(TEMPLATE, language, on, letter)
