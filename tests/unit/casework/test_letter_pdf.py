"""The letter as PDF: tagged, titled, in its language, saying what the HTML says, and running nothing."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pdf_reading import tags, unpacked
from test_letter import LETTER

from assistant.casework.letter import write
from assistant.casework.letter_blocks import UnknownMarkup, blocks_of
from assistant.casework.letter_pdf import LetterNotWhole, pdf_of

BY_A_WORKER = replace(
    LETTER, automatic=False, decided_by="Berit", reason="Fordi.\n#panic() $x$", judged_income=Decimal(100_000)
)


def made(letter=LETTER, language: str = "nb") -> bytes:
    return pdf_of(write(letter, language), language=language, sender="Varden kommune", on=date(2026, 11, 23))


@pytest.mark.parametrize(("language", "tag"), [("nb", "nb-NO"), ("nn", "nn-NO"), ("en", "en-GB")])
def test_it_is_tagged_titled_and_in_its_language(language: str, tag: str):
    pdf = made(BY_A_WORKER, language)
    inside = unpacked(pdf)
    assert pdf.startswith(b"%PDF-1.")
    for said in ("/StructTreeRoot", "/MarkInfo", f"/Lang({tag})", "/DisplayDocTitle true", "pdfuaid"):
        assert said in inside, said
    assert re.search(r"/Marked true", inside)
    assert re.search(r"/Title", inside)


def test_headings_lists_and_tables_are_tagged_as_what_they_are():
    assert {"H1", "H2", "H3", "P", "L", "LI", "Table", "TH", "TD"} <= set(tags(made()))


def test_what_a_person_wrote_is_text_on_paper_too():
    written = [block for block in blocks_of(write(BY_A_WORKER, "nb")) if block.style == "written"]
    assert [run.text for run in written[0].cells[0]] == ["Fordi.\n#panic() $x$"]
    assert made(BY_A_WORKER)  # a template that ran it would panic


def test_every_word_of_the_html_is_in_the_blocks():
    html = write(BY_A_WORKER, "nn")
    shown = re.sub(r"<span aria-hidden[^>]*>.*?</span>", "", html)
    words = re.sub(r"<[^>]+>", " ", shown).split()
    told = " ".join(run.text for block in blocks_of(html) for cell in block.cells for run in cell).split()
    assert sorted("".join(told)) == sorted("".join(words))


def test_the_same_letter_gives_the_same_file():
    assert made() == made()


def test_what_is_no_letter_is_refused_by_name():
    with pytest.raises(UnknownMarkup, match="<img>"):
        blocks_of("<article><img></article>")
    with pytest.raises(LetterNotWhole, match="no heading"):
        pdf_of("<p>Hei</p>", language="nb", sender="Varden", on=date(2026, 1, 1))
