"""What mail servers and readers send back: bounces, complaints and automatic answers, as the standards have them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import aiosmtplib

from assistant.demo.mailbox import Mailbox, ReceivedMail


def bounce(
    mail: ReceivedMail,
    original: bytes,
    status: str = "5.1.1",
    action: str = "failed",
    *,
    headers_only: bool = False,
) -> EmailMessage:
    """A delivery status notification (RFC 3464) about a message, as its receiving server sends it."""
    report = _report(
        "delivery-status", "Undelivered Mail Returned to Sender", "The mail could not be delivered."
    )
    told = (
        "Reporting-MTA: dns; mailbox.example\r\n\r\n"
        f"Final-Recipient: rfc822; {mail.recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 No such user\r\n"
    )
    _attach(report, "message/delivery-status", told.encode())
    if headers_only:
        _attach(report, "text/rfc822-headers", original.partition(b"\r\n\r\n")[0] + b"\r\n")
    else:
        _attach(report, "message/rfc822", original)
    return report


def complaint(mail: ReceivedMail, original: bytes, feedback: str = "abuse") -> EmailMessage:
    """A feedback report (RFC 5965): a reader pressed "this is spam"."""
    report = _report("feedback-report", "FW: Du har en melding", "This is an email abuse report.")
    told = f"Feedback-Type: {feedback}\r\nUser-Agent: Mailbox/1\r\nVersion: 1\r\n"
    _attach(report, "message/feedback-report", told.encode())
    _attach(report, "message/rfc822", original)
    return report


def out_of_office(mail: ReceivedMail) -> EmailMessage:
    """An answer of a machine on behalf of somebody who is away (RFC 3834)."""
    answer = EmailMessage()
    answer["From"], answer["To"] = mail.recipient, "varde@kommune.example"
    answer["Subject"] = "Ikke til stede: 5.1.1 failed"
    answer["Auto-Submitted"] = "auto-replied"
    answer["In-Reply-To"] = dict(mail.headers)["Message-ID"]
    answer.set_content("Jeg er på ferie.\nAction: failed\nStatus: 5.1.1\n")
    return answer


async def send_back(report: EmailMessage, to: str, port: int, host: str = "127.0.0.1") -> str:
    """Hand a report to the server that takes returned mail, from nobody, as reports go; what it answered.

    Raises aiosmtplib.SMTPResponseException where it is not taken.
    """
    async with aiosmtplib.SMTP(hostname=host, port=port, timeout=5) as client:
        await client.mail("")
        await client.rcpt(to)
        return (await client.data(report.as_bytes(policy=SMTP))).message


async def bounce_later(mailbox: Mailbox, mail: ReceivedMail, port: int, status: str = "5.1.1") -> str:
    """The mailbox took a message and finds out that there is nobody to give it to."""
    return await send_back(bounce(mail, mailbox.content(mail.id), status), mail.envelope_sender, port)


def _report(kind: str, subject: str, words: str) -> EmailMessage:
    report = EmailMessage()
    report["From"] = "MAILER-DAEMON@mailbox.example"
    report["To"] = "returned@kommune.example"
    report["Subject"] = subject
    report["Auto-Submitted"] = "auto-replied"
    report.set_content(words)
    report.make_mixed()
    report.replace_header("Content-Type", f'multipart/report; report-type={kind}; boundary="=_report"')
    return report


def _attach(report: EmailMessage, media_type: str, content: bytes) -> None:
    head = f"Content-Type: {media_type}\r\n\r\n".encode()
    report.attach(message_from_bytes(head + content, policy=default))
