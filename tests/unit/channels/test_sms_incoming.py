"""What a gateway's receipts and people's answers are taken to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_incoming import MalformedSms, Word, read_receipts, read_reply, word_of


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (
            (
                "JA",
                "ja",
                " Ja ",
                "Ja!",
                "ja takk",
                "Ja takk!",
                "JA JA",
                "\nja\n",
                "Yes",
                "yes please",
                "ＪＡ",
            ),
            "yes",
        ),
        (("NEI", "nei takk", "Nei, takk.", "No", "no thank you", "No thanks!"), "no"),
        (("STOPP", "stop", "Stopp!", "STOP ALL", "stopp meldingene, takk"), "stop"),
        (("START", "start!", "Start takk"), "start"),
        (("HJELP", "help", "Hjelp?", "hjelp meg"), "help"),
        (
            (
                "",
                "   ",
                "👍",
                "jada",
                "nope",
                "ja men ikke på papir",
                "ja nei",
                "nei ja",
                "Startet",
                "Hvem er du?",
            ),
            "other",
        ),
        (("ja" + " ja" * 1_000,), "other"),
    ],
)
def test_words(texts: tuple[str, ...], word: Word) -> None:
    assert {text: word_of(text) for text in texts} == dict.fromkeys(texts, word)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_not_and_never_a_fault(text: str) -> None:
    assert word_of(text) in ("yes", "no", "stop", "start", "help", "other")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "sent"}, "status must be one of delivered, failed, expired"),
        ({"status": ["failed"]}, "status must be one of"),
        ({"message": ""}, "message must be text of 1 to 200 characters"),
        ({"message": "x" * 201}, "message must be text"),
        ({"message": None}, "message must be text"),
        ({"segments": 0}, "segments must be a whole number from 1 to 255"),
        ({"segments": True}, "segments must be"),
        ({"price": -1}, "price must be a number from 0"),
        ({"price": "NaN"}, "price must be a number"),
        ({"price": True}, "price must be a number"),
        ({"price": "much"}, "price must be a number"),
        ({"price": 1, "currency": "kr"}, "currency must be three capital letters"),
    ],
)
def test_a_receipt_that_is_not_as_agreed_says_where(change: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedSms, match=said):
        read_receipts({"message": "m1", "status": "failed", **change})


@pytest.mark.parametrize("value", [None, "x", 1, [], [{"message": "m", "status": "failed"}] * 101, [[]]])
def test_what_is_no_receipt_is_refused(value: Any) -> None:
    with pytest.raises(MalformedSms):
        read_receipts(value)


@pytest.mark.parametrize(
    "value", [None, {}, {"id": "1", "sender": "x"}, {"id": 1, "sender": "x", "text": "ja"}]
)
def test_what_is_no_reply_is_refused_without_telling_the_number(value: Any) -> None:
    with pytest.raises(MalformedSms):
        read_reply(value)
    assert "93456789" not in repr(read_reply({"id": "1", "sender": "+4793456789", "text": "ja"}))
