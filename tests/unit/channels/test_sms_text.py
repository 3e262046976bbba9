"""How an SMS is counted, whom it may go to, and what is taken out of its text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.interface import Outgoing, Refused
from channels.sms import Segments, SmsChannel, SmsGateway, clean, norwegian_mobile, seconds_to_wait, segments

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, Segments("gsm7", 1)),
        ("a" * 161, Segments("gsm7", 2)),
        ("æøåÆØÅé" * 22, Segments("gsm7", 1)),
        ("a" * 306, Segments("gsm7", 2)),
        ("a" * 307, Segments("gsm7", 3)),
        ("€" * 80, Segments("gsm7", 1)),
        ("€" * 81, Segments("gsm7", 2)),
        ("č" + "a" * 69, Segments("ucs2", 1)),
        ("č" + "a" * 70, Segments("ucs2", 2)),
        ("😀" * 35, Segments("ucs2", 1)),
        ("😀" * 36, Segments("ucs2", 2)),
        ("a" * 152 + "€" + "a" * 153, Segments("gsm7", 3)),  # 308 places: the € begins the second part
        ("a" * 152 + "€" + "a" * 151, Segments("gsm7", 2)),
        ("č" + "a" * 65 + "😀" + "a" * 65, Segments("ucs2", 2)),
        ("č" + "a" * 65 + "😀" + "a" * 66, Segments("ucs2", 3)),  # 134 places would fit, if 😀 could be cut
    ],
)
def test_segments(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+4793456789", "+4793456789"),
        ("93456789", "+4793456789"),
        ("0047 934 56 789", "+4793456789"),
        ("+47 41 23 45 67", "+4741234567"),
        ("+4722123456", None),  # a landline
        ("+4782912345", None),  # a premium number
        ("+46701234567", None),
        ("+447911123456", None),
        ("112", None),
        ("934567890", None),
        ("9345678", None),
        ("+4793456789;ext=1", None),
        ("+4793456789,+46701234567", None),
        ("", None),
        ("kari", None),
    ],
)
def test_only_norwegian_mobiles(number: str, expected: str | None) -> None:
    assert norwegian_mobile(number) == expected


@given(st.text())
def test_clean_leaves_no_character_that_cannot_be_seen(text: str) -> None:
    assert not any(ord(c) < 32 and c != "\n" for c in clean(text))
    assert "\u202e" not in clean(text)
    assert "\u200b" not in clean(text)


@pytest.mark.parametrize("sender", ["", "Eksempel kommune", "kommunen-er-lang", "Åmot", "a b"])
def test_a_sender_no_telephone_can_show_is_refused_at_start(sender: str) -> None:
    with pytest.raises(ValueError, match=r"sms\.sender"):
        SmsChannel(SmsGateway("http://127.0.0.1:1/", sender=sender), lambda: NOW)


@pytest.mark.parametrize(
    "link",
    [
        "https://varde.example/me?token=abc",
        "https://varde.example/me#abc",
        "javascript:alert(1)",
        "https://vårde.example/me",
        "https://varde.example/me hei",
        "/me",
    ],
)
async def test_a_link_holds_no_token_and_nothing_a_person_wrote(link: str) -> None:
    channel = SmsChannel(SmsGateway("http://127.0.0.1:1/"), lambda: NOW)
    with pytest.raises(ValueError, match="a link in an SMS"):
        await channel.send(Outgoing("id", "+4793456789", "nb", "", "Hei", link))


async def test_a_text_of_many_parts_is_refused() -> None:
    channel = SmsChannel(SmsGateway("http://127.0.0.1:1/"), lambda: NOW)
    assert isinstance(await channel.send(Outgoing("id", "+4793456789", "nb", "", "a" * 700)), Refused)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("30", 30.0),
        ("Tue, 01 Sep 2026 08:01:00 GMT", 60.0),
        ("Tue, 01 Sep 2026 07:00:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after(header: str | None, expected: float | None) -> None:
    assert seconds_to_wait(header, NOW) == expected
