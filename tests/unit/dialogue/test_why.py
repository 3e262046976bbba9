"""Reasons in words: each condition marked, facts with sources, and nothing of others' or of homes."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.dialogue.why import Reader, conditions_of, facts_of, law_of, measured
from assistant.dialogue.wording import sentences
from rules import Catalogue

MODEL = Catalogue.load().model
SIRI, OMAR, EMIL = "s", "o", "e"
READER = Reader("nb", {SIRI, EMIL}, {SIRI: "Siri Steen", OMAR: "Omar Dal", EMIL: "Emil Steen"})


def said(text: str) -> dict[str, str]:
    return {"nb": text, "nn": text, "en": text}


def fact(concept: str, subject: str, value: Any) -> dict[str, Any]:
    return {
        "concept": concept,
        "subject": subject,
        "value": value,
        "source": "tax_administration",
        "basis": "§ 3e",
        "recorded_at": "2026-06-01T22:30:00+00:00",
    }


RECORD = {
    "answer": "undetermined",
    "conditions": [
        {
            "id": n,
            "holds": holds,
            "text": said(n),
            "law": [{"act": "FOR", "section": "§ 3b", "url": "https://l"}],
        }
        for n, holds in (("a", True), ("b", False), ("c", None))
    ],
    "facts": [
        fact("person.assessed_income", SIRI, 300000),
        fact("person.assessed_income", OMAR, 400000),
        fact("person.address_key", EMIL, "home"),
        {"path": "child.sibling_number", "value": 1, "subject": EMIL},
    ],
}


def test_conditions_are_marked_and_carry_their_law():
    shown = conditions_of(RECORD, "Emil", READER)
    assert [(c.holds, c.said) for c in shown.conditions] == [
        (True, "Oppfylt"),
        (False, "Ikke oppfylt"),
        (None, "Vet ikke ennå"),
    ]
    assert shown.conditions[0].law[0].name == "FOR § 3b"
    assert shown.outcome == "Vi vet ikke nok til å si ja eller nei."


def test_own_facts_are_shown_others_are_named_and_homes_left_out():
    own, others = facts_of(RECORD, MODEL, READER)
    assert (own.value, own.about, own.source, own.learned) == (
        "300\u00a0000\u00a0kr",
        "Siri Steen",
        "Skatteetaten",
        "2. juni 2026",  # Norwegian time
    )
    assert others.about == "Omar Dal"
    assert "400" not in others.value


def test_a_link_leads_nowhere_but_to_the_web():
    assert law_of({"act": "X", "section": "§ 1", "url": "javascript:alert(1)"}).url == ""


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1636, "NOK/month", "1 636 kr"),
        ("0.3", "share", "30 %"),
        (20, "hours/week", "20 timer i uken"),
        (True, "", "Ja"),
        ("text", "", "text"),
    ],
)
def test_values_are_measured(value, unit, shown):
    assert measured(value, unit, "nb").replace("\u00a0", " ") == shown


def test_the_assistant_says_everything_in_three_languages():
    for name, texts in sentences().items():
        assert set(texts) == {"nb", "nn", "en"}, name
