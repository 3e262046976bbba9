"""The letter: all law demands of it, in three languages, with nothing that could run in it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from assistant.casework import wording
from assistant.casework.letter import AppealRight, AppliedRule, Ground, Letter, StatedFact, Step, write
from rules.determination import LawReference

THREE = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
LAW = LawReference("FOR-2005-12-16-1478", "§ 3b")
LETTER = Letter(
    case_number=202600001,
    municipality="Varden kommune",
    child="Lise",
    errand=THREE,
    outcome="granted",
    kept=False,
    automatic=True,
    automation_law=LAW,
    decided_by="",
    decided_on=date(2026, 11, 23),
    applied_on=date(2026, 11, 20),
    valid_from=date(2026, 12, 1),
    valid_to=date(2027, 8, 1),
    full_fee=Decimal(1200),
    monthly_fee=Decimal(818),
    whole_stay=True,
    reason="",
    judged_income=None,
    rules=(AppliedRule(THREE, THREE, "yes", (LAW,), (Ground(THREE, True, (LAW,)), Ground(THREE, None, ()))),),
    facts=(StatedFact(THREE, "Kari", 150_000, "NOK/year", "tax_administration", date(2026, 5, 1)),),
    hidden=False,
    steps=(Step(THREE, "818.18", "NOK/month"),),
    appeal=AppealRight("county_governor", "P3W"),
)


class Headings(HTMLParser):
    def __init__(self):
        super().__init__()
        self.levels = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert "style" not in dict(attrs)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.open.append(tag)
        if tag in ("h2", "h3", "h4", "h5"):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(
    "letter",
    [
        LETTER,
        replace(LETTER, outcome="refused"),
        replace(LETTER, kept=True),
        replace(LETTER, monthly_fee=Decimal(0)),
        replace(LETTER, automatic=False, decided_by="Berit", reason="Fordi.", judged_income=Decimal(100_000)),
        replace(LETTER, hidden=True, facts=(), steps=()),
    ],
)
def test_every_letter_is_whole_in_every_language(letter, language):
    html = write(letter, language)
    parser = Headings()
    parser.feed(html)
    assert parser.open == []
    assert parser.levels[0] == 2
    assert all(after <= before + 1 for before, after in zip(parser.levels, parser.levels[1:], strict=False))
    assert "§ 29" in html
    assert "202600001" in html
    assert "{" not in html


def test_the_time_limit_is_the_rules_own():
    assert "3 uker" in write(LETTER, "nb")
    assert "6 veker" in write(replace(LETTER, appeal=AppealRight("county_governor", "P6W")), "nn")


def test_what_a_person_wrote_is_text_not_markup():
    html = write(replace(LETTER, automatic=False, decided_by="B", reason="<script>alert(1)</script>"), "nb")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("duration", "language", "words"),
    [("P3W", "nb", "3 uker"), ("P1W", "nn", "1 veke"), ("P14D", "en", "14 days"), ("P1M", "nb", "1 måned")],
)
def test_spans_of_time_are_written_out(duration, language, words):
    assert wording.span(duration, language) == words


def test_a_span_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'3 weeks'"):
        wording.span("3 weeks", "nb")


@pytest.mark.parametrize(
    ("value", "unit", "language", "written"),
    [
        (None, "", "nb", "Ingen"),
        (True, "", "en", "Yes"),
        (False, "", "nn", "Nei"),
        ("2026-08-01", "", "nn", "1. august 2026"),
        (Decimal("818.18"), "NOK/month", "nb", "818,18\xa0kr"),
        (150_000, "NOK/year", "en", "NOK\xa0150,000"),
        (Decimal("0.06"), "share", "nb", "6\xa0%"),
        ("Solsikken", "", "nb", "Solsikken"),
        (45, "hours/week", "nb", "45"),
    ],
)
def test_values_are_written_as_people_write_them(value, unit, language, written):
    assert wording.value(value, unit, language) == written
