"""Which emails that come back are reports, what they say, and what in them may be a mark of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.demo.mailbox import ReceivedMail
from assistant.demo.returning import bounce, complaint, out_of_office
from channels.returned import Report, read_report

MAIL = ReceivedMail(
    "1",
    "kari@post.example",
    "varde@kommune.example",
    "Du har en melding",
    datetime(2026, 9, 1, tzinfo=UTC),
    1,
    "",
    "",
    (("Message-ID", "<quoted234@kommune.example>"),),
)
ORIGINAL = b"Message-ID: <quoted234@kommune.example>\r\nSubject: Du har en melding\r\n\r\nHei\r\n"
CAME_TO = ("returned+envelope234@kommune.example",)
MARKS = ("envelope234", "quoted234")


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", "gone"),
        ("failed", "5.1.10", "gone"),
        ("failed", "5.0.0", "gone"),
        ("failed", "5.2.1", "gone"),
        ("failed", "5.2.2", "undelivered"),  # a full mailbox is not an address of no use
        ("failed", "5.7.1", "undelivered"),
        ("failed", "4.4.7", "undelivered"),  # given up
        ("failed", "", "undelivered"),
        ("delayed", "4.2.2", "delayed"),
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
    ],
)
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_notification_of_what_became_of_a_message(
    action: str, status: str, kind: str | None, headers_only: bool
) -> None:
    report = bounce(MAIL, ORIGINAL, status, action, headers_only=headers_only).as_bytes(policy=SMTP)
    expected = None if kind is None else Report(kind, status, MARKS)  # type: ignore[arg-type]
    assert read_report(report, CAME_TO) == expected


@pytest.mark.parametrize(("feedback", "counts"), [("abuse", True), ("opt-out", True), ("not-spam", False)])
def test_a_complaint(feedback: str, counts: bool) -> None:
    report = complaint(MAIL, ORIGINAL, feedback).as_bytes(policy=SMTP)
    expected = Report("complaint", feedback, ("quoted234",)) if counts else None
    assert read_report(report, ("returned@kommune.example",)) == expected


def test_an_answer_of_a_machine_is_no_report_whatever_it_says() -> None:
    assert read_report(out_of_office(MAIL).as_bytes(policy=SMTP), CAME_TO) is None


def test_a_report_repeats_no_address() -> None:
    report = read_report(bounce(MAIL, ORIGINAL, "5.1.1 kari@post.example").as_bytes(policy=SMTP), CAME_TO)
    assert report == Report("gone", "5.1.1", MARKS)


FIELDS = st.sampled_from(
    [
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n",
        "Content-Type: message/delivery-status\r\n",
        "Content-Type: message/feedback-report\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Type: text/rfc822-headers; charset=klingon\r\n",
        "Content-Type: =?x?\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Action: failed\r\n",
        "Status: 5.1.1\r\n",
        "Feedback-Type: abuse\r\n",
        "Message-ID: <" + "a" * 3000 + "@b>\r\n",
        "--b\r\n",
        "--b--\r\n",
        "\r\n",
        "\x00",
    ]
)


@given(st.lists(FIELDS, max_size=30).map("".join).map(str.encode) | st.binary(max_size=300))
def test_nothing_that_is_sent_us_stops_the_reading(content: bytes) -> None:
    report = read_report(content, ("", "returned+@b", "returned+a+b@c"))
    assert report is None or all(len(mark) < 200 for mark in report.marks)


def test_what_is_packed_deeper_than_python_can_read_is_no_report() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    )
    assert read_report(nested, ()) is None
