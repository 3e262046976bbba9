"""What is meant by lines nobody wrote down for it: sure, one of two, or honestly not understood."""

from __future__ import annotations

import pytest

from assistant.dialogue.understanding import (
    LANGUAGES,
    LONGEST,
    Either,
    NotUnderstood,
    Sure,
    exactly,
    meanings,
    understand,
)

MEANT = {
    "why": [
        "Hvorfor fikk jeg denne?",
        "kvifor fekk eg dette",
        "why do I get this",
        "hvorfor er det sånn",
        "Kan du forklare?",
        "hva er begrunnelsen",
    ],
    "facts": [
        "hva slags opplysninger har dere om meg?",
        "hvor fikk dere inntekten fra",
        "what data do you have about me",
        "kor har de opplysningane frå",
    ],
    "apply": [
        "jeg ønsker å søke om redusert betaling",
        "jeg vil gjerne søke",
        "i would like to apply",
        "eg vil søkje om redusert betaling",
    ],
    "correct": [
        "inntekten stemmer ikke",
        "inntekten min er feil",
        "the income you have is wrong",
        "jeg tjener mindre enn det",
    ],
    "status": ["har dere fått søknaden min", "when will i get an answer", "når kjem svaret"],
    "appeal": ["jeg ønsker å klage", "kan jeg klage på dette", "how can i complain"],
    "person": ["kan jeg få snakke med en saksbehandler", "snakke med menneske", "human please"],
    "stop": ["stopp!", "avbryt alt", "nei jeg vil ikke søke"],
    "help": ["help me", "hva kan du gjøre for meg", "hjelp meg"],
    "hello": ["Hei!", "hallo der"],
    "thanks": ["Tusen takk!", "takk skal du ha"],
}
NOT_OURS = [
    "asdfgh qwerty",
    "2+2",
    "min hund er syk",
    "jeg elsker pizza",
    "<script>alert(1)</script>",
    "who won the football match",
    "søppelhenting torsdag",
    "byggesak",
    "",
    "???",
    "a" * (LONGEST + 1),
    "søk " * 200,
]


@pytest.mark.parametrize(("meaning", "line"), [(m, line) for m, lines in MEANT.items() for line in lines])
def test_what_is_meant_is_answered_or_offered(meaning, line):
    match understand(line, "nb"):
        case Sure(found):
            assert found == meaning
        case Either(likely):
            assert meaning in likely
            assert len(likely) <= 2
        case NotUnderstood():
            pytest.fail("not understood")


def test_most_of_it_is_answered_at_once():
    lines = [(meaning, line) for meaning, several in MEANT.items() for line in several]
    sure = [line for meaning, line in lines if understand(line, "nb") == Sure(meaning)]
    assert len(sure) >= 0.7 * len(lines)


@pytest.mark.parametrize("line", NOT_OURS)
def test_what_is_not_ours_is_said_not_to_be_understood(line):
    assert understand(line, "nb") == NotUnderstood()


def test_only_what_can_be_meant_now_is_considered():
    assert understand("neste", "nb", ["next", "why"]) == Sure("next")
    assert understand("neste", "nb", ["why", "person"]) == NotUnderstood()


def test_a_command_is_known_word_for_word():
    assert exactly("  Tilbake! ", ["back", "stop"]) == "back"
    assert exactly("Per Tilbakemann", ["back", "stop"]) is None


def test_every_meaning_has_lines_and_a_title_in_every_language():
    for meaning in meanings().values():
        assert set(meaning.title) == set(LANGUAGES)
        assert len(meaning.lines) >= 3 * len(LANGUAGES)
