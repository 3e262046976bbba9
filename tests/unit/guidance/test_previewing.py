"""The preview says what would be sent, and names what is missing by file, line and name."""

from __future__ import annotations

import pytest

from assistant.guidance.people import LANGUAGES
from assistant.guidance.previewing import CHANNELS, faults_with_samples, preview, samples_of
from assistant.guidance.sandbox import Missing, TemplateFault, safe_template
from assistant.guidance.writing import KINDS

SENDER, LINK = "Eksempel kommune", "https://varde.example/me"


def test_every_template_can_be_written_from_every_sample() -> None:
    assert faults_with_samples(SENDER, LINK) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_channel_and_language_stands_side_by_side(kind: str) -> None:
    for content in samples_of(kind):
        shown = preview(kind, content, SENDER, LINK)
        assert [(one.channel, one.language) for one in shown] == [
            (channel, language) for channel in CHANNELS for language in LANGUAGES
        ]
        assert all(one.written and one.written.title for one in shown)


def test_a_text_message_is_measured_as_it_is_sent() -> None:
    (sms,) = (
        one
        for one in preview("right_found", samples_of("right_found")[0], SENDER, LINK)
        if (one.channel, one.language) == ("sms", "nb")
    )
    assert sms.written is not None
    assert sms.characters == len(f"{sms.written.body}\n{LINK}")
    assert sms.segments is not None
    assert (sms.segments.encoding, sms.segments.count) == ("gsm7", 1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "without", "line", "name"),
    [
        ("right_found", "subject_name", 1, "name"),
        ("right_found", "summary", 2, "summary"),
        ("appeal_received", "case_number", 2, "case_number"),
        ("facts_missing", "asked", 5, "asked"),
        ("deadline_near", "due_on", 1, "due_on"),
    ],
)
def test_a_missing_value_is_named_with_file_and_line(
    kind: str, without: str, line: int, name: str, language: str
) -> None:
    content = {key: value for key, value in samples_of(kind)[0].items() if key != without}
    faults = [one.fault for one in preview(kind, content, SENDER, LINK) if one.channel == "chat"]
    assert faults[LANGUAGES.index(language)] == f"{kind}.chat.{language}.j2:{line}: {name} has no value"


def test_an_edited_text_is_tried_in_the_place_of_the_one_that_comes_with_varde() -> None:
    edited = {"easier_now.chat.nb.j2": "Enklere nå\nDet gjelder {{ titel }}."}
    faults = faults_with_samples(SENDER, LINK, edited, ("easier_now",))
    assert faults == ("easier_now.chat.nb.j2:2: titel has no value",)
    assert faults_with_samples(SENDER, LINK, {"easier_now.chat.nb.j2": "Bare en tittel"}, ("easier_now",))


def test_a_fault_outside_the_preview_has_its_line_too() -> None:
    with pytest.raises(TemplateFault, match=r"^x\.j2:3: 'b' is undefined$"):
        safe_template("a\n\n{{ b }}", "x.j2").render({})


def test_a_name_without_a_value_may_be_asked_for_and_compared_but_not_written() -> None:
    asked = "{% if a %}a{% else %}no a{% endif %}{% if a == 'x' %}x{% endif %}"
    assert safe_template(asked, "x.j2", undefined=Missing).render({}) == "no a"
    for writes in ("{{ a }}", "{{ a | lower_first }}", "{% for b in a %}{{ b }}{% endfor %}"):
        with pytest.raises(TemplateFault, match="a has no value"):
            safe_template(writes, "x.j2", undefined=Missing).render({})


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_says_why_in_each_language_and_a_notice_says_nothing(kind: str) -> None:
    """Event, facts, rule and law. A second notice is of the same message, so the reasons are where it leads."""
    for content in samples_of(kind):
        for one in preview(kind, content, SENDER, LINK):
            assert one.written is not None
            why = one.written.why
            if one.channel == "chat":
                assert all(why[part] for part in ("event", "facts", "rule", "law")), (kind, one.language)
            else:
                assert why == {}
