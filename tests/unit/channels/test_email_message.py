"""What an email of ours looks like, and that no text anybody gives can make it two, or send it elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.email import WIRE, SmtpServer, UnusableAddress, compose, one_address
from channels.interface import Outgoing

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
SERVER = SmtpServer("127.0.0.1", sender="varde@kommune.example", sender_name="Eksempel kommune")
OURS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}


def outgoing(**changed: str) -> Outgoing:
    values = {
        "id": "0b0e8a8a-7a2e-4d0c-9df3-111111111111",
        "recipient": "kari@post.example",
        "language": "nb",
        "title": "Du har en melding fra Eksempel kommune",
        "body": "Du har en melding.\n\nLogg inn for å lese den.",
        "link": "https://varde.example/me",
    }
    return Outgoing(**(values | changed))  # type: ignore[arg-type]


def test_the_same_message_is_byte_for_byte_the_same_when_sent_again() -> None:
    first = compose(outgoing(), SERVER, NOW).as_bytes(policy=WIRE)
    assert first == compose(outgoing(), SERVER, NOW).as_bytes(policy=WIRE)
    later = compose(outgoing(), SERVER, NOW.replace(hour=20))
    assert later["Message-ID"] == "<0b0e8a8a-7a2e-4d0c-9df3-111111111111@kommune.example>"


def test_it_has_a_text_and_an_html_part_and_says_that_a_machine_sent_it() -> None:
    email = message_from_bytes(compose(outgoing(), SERVER, NOW).as_bytes(policy=WIRE), policy=default)
    assert email.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in email.iter_parts()] == ["text/plain", "text/html"]
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Content-Language"] == "nb"
    plain = email.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == (
        "Du har en melding.\n\nLogg inn for å lese den.\n\nhttps://varde.example/me\n"
    )


def test_the_html_part_shows_markup_as_text() -> None:
    email = compose(outgoing(body="<script>alert(1)</script> & <b>"), SERVER, NOW)
    html = email.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kari",
        "kari@",
        "@post.example",
        "kari@post.example, ola@evil.example",
        "Ola <ola@post.example>, evil@evil.example",
        "Ola <ola@post.example>",
        "kari@post.example;ola@evil.example",
        "kari@post.example\r\nBcc: ola@evil.example",
        "kari@post.example\nBcc: ola@evil.example",
        "kari@post.example\x00",
        " kari@post.example",
        "kari@post .example",
        "kari@post@evil.example",
        '"kari@post.example"@evil.example',
        "kari..n@post.example",
        ".kari@post.example",
        "kari@-post.example",
        "kari@post..example",
        "kari@[127.0.0.1]",
        "k" * 65 + "@post.example",
    ],
)
def test_what_is_not_one_plain_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UnusableAddress) as refused:
        one_address(address)
    assert not address or address not in str(refused.value)


def test_a_list_of_addresses_is_called_a_list() -> None:
    with pytest.raises(UnusableAddress, match="one recipient, and this is a list"):
        one_address("kari@post.example,ola@post.example")


@pytest.mark.parametrize("header", ["Bcc", "To", "Message-ID", "Content-Type", "x", "X-A: b\r\nBcc"])
def test_a_message_brings_no_headers_but_list_and_x(header: str) -> None:
    message = Outgoing("id", "kari@post.example", "nb", "t", "b", headers={header: "value"})
    with pytest.raises(ValueError, match="only List-… and X-… are"):
        compose(message, SERVER, NOW)


hostile = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    [
        "a\r\nBcc: x@evil.example",
        "a\n\nhei",
        "=?utf-8?q?=0ABcc:_x=40evil.example?=",
        "a\x0b\x0cb",
        "\u2028Bcc: x@e",
    ]
)


@given(
    hostile
    | st.sampled_from(["<https://varde.example/u>\r\nBcc: x@evil.example", "<æ>", "=?utf-8?q?=0D=0A?="])
)
def test_no_text_gets_out_of_a_header_that_is_not_folded(value: str) -> None:
    message = Outgoing("id", "kari@post.example", "nb", "t", "b", headers={"List-Unsubscribe": value})
    try:
        sent = compose(message, SERVER, NOW).as_bytes(policy=WIRE)
    except ValueError:  # not ASCII, or a line break: a fault of ours, and nothing is sent
        return
    assert set(message_from_bytes(sent, policy=default).keys()) == OURS | {"List-Unsubscribe"}


@given(title=hostile, body=hostile, recipient=hostile | st.emails(), id=hostile)
@example(title="a\rBcc: x@evil.example", body="", recipient="kari@post.example", id="\r\nX: y")
@example(title="=?utf-8?q?=0D=0ABcc:_x=40evil.example?=", body="", recipient="a@b.example", id="1")
def test_no_text_becomes_a_header_or_a_second_recipient(
    title: str, body: str, recipient: str, id: str
) -> None:
    try:
        email = compose(outgoing(title=title, body=body, recipient=recipient, id=id), SERVER, NOW)
    except ValueError:  # UnusableAddress is one; so is the policy's answer to a line break in a header
        return
    read = message_from_bytes(email.as_bytes(policy=WIRE), policy=default)
    assert set(read.keys()) <= OURS
    assert len(read.keys()) == len(set(read.keys()))
    assert len(read["To"].addresses) == 1
    assert len(list(read.iter_parts())) == 2
