"""What messages say in each language, and what email and SMS never say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from assistant.guidance.people import LANGUAGES
from assistant.guidance.sandbox import TemplateFault
from assistant.guidance.text_writing import ASK_PAPER, Answer, write_answer, write_question
from assistant.guidance.writing import KINDS, TEMPLATES, language_for, template_of, write, write_withheld
from channels.sms import segments

TITLE = {
    "nb": "Redusert foreldrebetaling i barnehage",
    "nn": "Redusert foreldrebetaling i barnehage",
    "en": "Reduced kindergarten fee",
}
NAME, INCOME, FEE = "Lise", 300_000, 1636
CONTENT: dict[str, Any] = {
    "title": TITLE,
    "summary": {"nb": "Sammendraget.", "nn": "Samandraget.", "en": "The summary."},
    "also": [{"nb": "Gratis kjernetid", "nn": "Gratis kjernetid", "en": "Free core time"}],
    "subject_name": NAME,
    "process": "apply_reduced_fee",
    "on": "2026-09-01",
    "values": {
        "monthly_fee": {"value": FEE, "unit": "NOK/month", "title": TITLE},
        "full_fee": {"value": 2000, "unit": "NOK/month", "title": TITLE},
        "free_hours": {"value": 20, "unit": "hours/week", "title": TITLE},
    },
    "asked": [{"path": "child.x", "title": {"nb": "Utsatt skolestart", "nn": "Utsett", "en": "Deferred"}}],
    "discretion": True,
    "conditions": [
        {"id": "a", "holds": True, "text": {"nb": "Har plass", "nn": "Har plass", "en": "Has a place"}},
        {"id": "b", "holds": False, "text": {"nb": "Under grensen", "nn": "Under grensa", "en": "Below"}},
    ],
    "law": [{"act": "FOR-2005-12-16-1478", "section": "§ 3b", "url": "https://lovdata.no/x", "title": ""}],
    "facts": [
        {
            "title": {"nb": "Inntekt", "nn": "Inntekt", "en": "Income"},
            "source": "tax_administration",
            "recorded_at": "2026-08-29T22:30:00+00:00",
            "others": False,
            "value": INCOME,
            "unit": "NOK/year",
        },
        {
            "title": {"nb": "Inntekt", "nn": "Inntekt", "en": "Income"},
            "source": "tax_administration",
            "recorded_at": "2026-08-01T08:00:00+00:00",
            "others": True,
        },
    ],
    "opening": {"nb": "Barnet er født", "nn": "Barnet er født", "en": "The child is born"},
    "items": [
        {
            "rule": "having_a_child.name_choice",
            "title": TITLE,
            "summary": TITLE,
            "next_step": {},
            "answer": answer,
            "deadline": deadline,
            "values": {"monthly_fee": {"value": 100, "unit": "NOK/month", "title": TITLE}},
            "human": True,
        }
        for answer, deadline in (("yes", "2026-10-01"), ("undetermined", None))
    ],
    "cause": "inbox:1",
    "case_number": 20260001,
    "outcome": "granted",
    "due_on": "2026-10-01",
    "monthly_fee": FEE,
    "full_fee": 2000,
    "valid_from": "2026-10-01",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_in_every_language(kind: str, language: str) -> None:
    written = write(kind, "chat", language, CONTENT, "Eksempel kommune")
    assert written.title
    assert written.body
    assert "\n\n\n" not in written.body
    assert "{" not in written.title + written.body
    assert all(written.why[part] for part in ("facts", "rule", "law"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_from_the_least_there_is(kind: str, language: str) -> None:
    written = write(kind, "chat", language, {"title": TITLE}, "Eksempel kommune")
    assert written.title
    assert "None" not in written.title + written.body


def test_what_a_life_event_brings_is_told_thing_by_thing() -> None:
    written = write("life_event", "chat", "en", CONTENT, "Eksempel kommune")
    assert written.title == "The child is born"
    first, second = written.body.split("\n\n")
    assert "Deadline: 1 October 2026" in first
    assert first.splitlines()[0] == TITLE["en"]
    assert second.splitlines()[0] == f"{TITLE['en']} (may apply)"
    assert "(may apply)" not in first


def test_a_deadline_stands_in_the_title() -> None:
    written = write("deadline_near", "chat", "nb", CONTENT, "Eksempel kommune")
    assert written.title.startswith("Frist 1. oktober 2026: ")


def test_every_template_belongs_to_a_kind_a_channel_and_a_language() -> None:
    expected = {f"{kind}.chat.{language}.j2" for kind in KINDS for language in LANGUAGES}
    expected |= {
        f"notice.{channel}.{language}.j2" for channel in ("email", "sms", "push") for language in LANGUAGES
    }
    texts = (ASK_PAPER, *(f"reply_{answer}" for answer in get_args(Answer)))
    expected |= {f"{text}.sms.{language}.j2" for text in texts for language in LANGUAGES}
    expected |= {f"withheld.letter.{language}.j2" for language in LANGUAGES}
    assert {path.name for path in TEMPLATES.iterdir()} == expected


def test_a_right_found_reads_as_one_would_say_it() -> None:
    written = write("right_found", "chat", "nb", CONTENT, "Eksempel kommune")
    assert written.title == "Lise ser ut til å ha rett til redusert foreldrebetaling i barnehage"
    assert written.body == (
        "Sammendraget.\n\n"
        "Etter det vi vet, blir prisen 1\xa0636\xa0kr i måneden i stedet for 2\xa0000\xa0kr. "
        "Mat kommer i tillegg.\n\n"
        "Barnet får 20 timer gratis i uken.\n\n"
        "Det gjelder også: Gratis kjernetid.\n\n"
        "Du må søke én gang. Vi har fylt ut det vi vet, så du trenger bare å se over og sende inn."
    )


@pytest.mark.parametrize(
    ("documented", "asks"),
    [
        (True, "må du sende dokumentasjon på inntekten"),
        (False, "henter vi opplysningene vi har lov til å hente"),
    ],
)
def test_one_who_may_have_a_right_is_told_who_brings_the_facts(documented: bool, asks: str) -> None:
    content = {**CONTENT, "documented": documented}
    assert f"Hvis du søker, {asks}" in write("right_possible", "chat", "nb", content, "Eksempel kommune").body


def test_every_message_says_why_in_words() -> None:
    why = write("right_found", "chat", "nb", CONTENT, "Eksempel kommune").why
    assert why["event"] == "Skatteetaten ga oss nye opplysninger: inntekt (30. august 2026)."
    assert why["facts"] == [
        "Inntekt: 300\xa0000\xa0kr (Skatteetaten)",
        "Inntekt for andre i husholdningen (Skatteetaten)",
    ]
    assert why["law"] == [
        {"text": "forskrift om foreldrebetaling i barnehager § 3b", "url": "https://lovdata.no/x"}
    ]
    assert why["conditions"][1] == {"text": "Under grensen", "holds": False}


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("clock:2026-08-01:d1", "Det ble 1. august 2026, og da endrer svaret seg."),
        ("decision:1", "Kommunen har arbeidet med saken din."),
    ],
)
def test_the_event_behind_other_causes(cause: str, expected: str) -> None:
    assert write("right_found", "chat", "nb", CONTENT | {"cause": cause}, "E").why["event"] == expected


def test_the_life_event_is_named_first() -> None:
    happened = CONTENT | {"happened": [{"nb": "Inntekt fastsatt"}]}
    assert (
        write("right_found", "chat", "nb", happened, "E").why["event"].startswith("Inntekt fastsatt. Skatte")
    )


NOTICES = {
    ("email", "nb"): (
        "Du har en melding fra Eksempel kommune",
        "Du har en melding fra Eksempel kommune.\n\n"
        "Logg inn for å lese den. Vi sender aldri lenker som logger deg inn, og vi ber aldri om passord.",
    ),
    ("email", "nn"): (
        "Du har ei melding frå Eksempel kommune",
        "Du har ei melding frå Eksempel kommune.\n\n"
        "Logg inn for å lese henne. Vi sender aldri lenkjer som loggar deg inn, og vi ber aldri om passord.",
    ),
    ("email", "en"): (
        "You have a message from Eksempel kommune",
        "You have a message from Eksempel kommune.\n\n"
        "Log in to read it. We never send links that log you in, and we never ask for passwords.",
    ),
    ("sms", "nb"): ("Melding", "Du har en melding fra Eksempel kommune. Logg inn for å lese den."),
    ("sms", "nn"): ("Melding", "Du har ei melding frå Eksempel kommune. Logg inn for å lese henne."),
    ("sms", "en"): ("Message", "You have a message from Eksempel kommune. Log in to read it."),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("channel", "language"), NOTICES)
def test_email_and_sms_say_that_a_message_waits_and_from_whom_and_nothing_else(
    kind: str, channel: str, language: str
) -> None:
    written = write(kind, channel, language, CONTENT, "Eksempel kommune")
    assert (written.title, written.body) == NOTICES[channel, language]
    assert written.why == {}


def test_a_notice_is_one_sms() -> None:
    for language in LANGUAGES:
        written = write("right_found", "sms", language, CONTENT, "Aurskog-Høland kommune")
        assert segments(f"{written.body}\nhttps://varde.aurskog-holand.kommune.no/me").count == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_and_the_answers_fit_in_two_parts_and_tell_nothing(language: str) -> None:
    sender, number = "Aurskog-Høland kommune", "12345"
    texts = {answer: write_answer(answer, language, sender, number) for answer in get_args(Answer)}
    texts["question"] = write_question(language, sender, number)
    for name, written in texts.items():
        parts = segments(f"{written.body}\nhttps://varde.aurskog-holand.kommune.no/me")
        assert (parts.encoding, parts.count <= 2) == ("gsm7", True), name
        assert sender in written.body or name == "not_understood", name
        assert written.language == language
    assert "JA til 12345" in texts["question"].body or "YES to 12345" in texts["question"].body


def test_what_may_not_be_said_is_not_written() -> None:
    for language in LANGUAGES:
        written = write_withheld(language, "Eksempel kommune")
        assert NAME not in written.title + written.body
        assert written.why == {}


def test_who_wants_sami_is_written_to_in_bokmal_and_told_so() -> None:
    written = write("right_found", "chat", "se", CONTENT, "Eksempel kommune", default="nn")
    assert written.language == "nb"
    assert written.body.endswith("Du har valgt samisk. Dette kan vi foreløpig bare skrive på bokmål.")
    assert write("right_found", "sms", "se", CONTENT, "E").body == NOTICES["sms", "nb"][1].replace(
        "Eksempel kommune", "E"
    )


@pytest.mark.parametrize(
    ("wish", "default", "language"),
    [
        ("nn", "nb", "nn"),
        ("", "nn", "nn"),
        ("", "nb", "nb"),
        ("se", "nn", "nb"),
        ("xx", "en", "en"),
        ("", "xx", "nb"),
    ],
)
def test_the_language_is_the_persons_wish_or_the_municipalitys(
    wish: str, default: str, language: str
) -> None:
    assert language_for(wish, default) == language


def test_a_hostile_template_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "right_found.chat.nb.j2").write_text("Hei\n{{ name.__class__ }}")
    with pytest.raises(TemplateFault, match=r"^right_found\.chat\.nb\.j2:2: __class__"):
        template_of("right_found", "chat", "nb", tmp_path)
    with pytest.raises(TemplateFault, match="there is no such template"):
        template_of("right_found", "chat", "nn", tmp_path)


def test_hostile_names_are_only_text() -> None:
    hostile = CONTENT | {"subject_name": "{{ 7*7 }}<script>"}
    assert write("right_found", "chat", "nb", hostile, "E").title.startswith("{{ 7*7 }}<script> ser ut")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "statsforvalteren innen tre uker"),
        ("nn", "statsforvaltaren innan tre veker"),
        ("en", "within three weeks"),
    ],
)
def test_who_has_an_appeal_refused_reads_where_to_appeal_against_that(language: str, said: str):
    content = CONTENT | {"outcome": "dismissed", "body": "county_governor", "case_number": 202600001}
    body = write("appeal_settled", "chat", language, content, "Varden kommune").body
    assert said in body
    assert "28, 29" in body
    upheld = write("appeal_settled", "chat", language, content | {"outcome": "upheld"}, "Varden kommune").body
    assert said not in upheld
