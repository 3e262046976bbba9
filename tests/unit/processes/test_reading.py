"""What a person writes in a field becomes an exact value or an error that helps."""

from __future__ import annotations

import pytest

from assistant.processes.reading import MASK, Wrong, clean, read_text, read_value


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("300 000", "money", "300000"),
        ("300\u00a0000 kr", "money", "300000"),
        ("1 636,50", "money", "1636.50"),
        ("0", "money", "0"),
        ("kr 2000,-", "money", "2000"),
        ("41,5", "number", "41.5"),
        ("31.12.2025", "date", "2025-12-31"),
        ("2025-12-31", "date", "2025-12-31"),
        ("yes", "yes_no", "yes"),
        (" Kari  ", "text", "Kari"),
    ],
)
def test_read(written, kind, value):
    assert read_value(written, kind, "nb") == value


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("mye", "money"),
        ("-300", "money"),
        ("1e9", "money"),
        ("1.000.000", "money"),
        ("٣٠٠", "number"),
        ("30.02.2026", "date"),
        ("i fjor", "date"),
        ("maybe", "yes_no"),
        ("x" * 201, "text"),
    ],
)
def test_refused_in_every_language(written, kind):
    for language in ("nb", "nn", "en"):
        wrong = read_value(written, kind, language)
        assert isinstance(wrong, Wrong)
        assert wrong.text


def test_an_identity_number_in_an_explanation_is_not_kept():
    assert read_text("Far har 178854 96359", "nb") == f"Far har {MASK}"


def test_marks_that_cannot_be_seen_are_taken_out():
    assert clean("Ka\x00ri\u202e \u200bN\x1b") == "Kari N"
