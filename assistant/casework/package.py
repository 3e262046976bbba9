"""An appeal with the documents of its case as one package, for the body that decides it: a ZIP of letters and data.

Forvaltningsloven § 33: the body that decided prepares the case and sends its documents with the appeal.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from assistant.casework import wording
from assistant.casework.appeals import Appeal
from assistant.casework.case_rows import Case, Decision
from assistant.casework.letter_pdf import pdf_of
from assistant.config import local_date
from assistant.documents.keeping import Document
from assistant.store.columns import to_json

MADE = (2000, 1, 1, 0, 0, 0)
"""The time every file in the package bears: the same case gives the same bytes."""


@dataclass(frozen=True)
class Enclosed:
    """The other documents of the case: its other decisions, what the person has been told, and what they have sent.

    `messages`: title, body, language and sent_at of each. `documents`: each with its content, opened.
    """

    decisions: Sequence[Decision] = ()
    messages: Sequence[Mapping[str, Any]] = ()
    documents: Sequence[tuple[Document, bytes]] = ()


def appeal_letter(one: Appeal, opened: Case, language: str) -> str:
    """The appeal as HTML, with when it came and whether that was in time."""
    say = partial(wording.handling_text, language=language)
    pairs = (
        (say("appeal_received"), wording.day(local_date(one.received_at), language)),
        (say("appeal_deadline"), wording.day(one.deadline, language)),
    )
    lines = [say("appeal_late" if one.late else "appeal_in_time")]
    if one.wants_delay:
        lines.append(say("appeal_delay"))
    return _article(
        say("appeal_title", number=str(opened.number)), pairs, lines, say("appeal_text"), one.text, language
    )


def forwarding_letter(one: Appeal, opened: Case, enclosed: Mapping[str, str], language: str) -> str:
    """The letter that goes with the appeal: the assessment, and what is enclosed (file name → what it is)."""
    say = partial(wording.handling_text, language=language)
    pairs = ((say("assessment_enclosed"), ", ".join(enclosed)),)
    lines = [
        say("assessment_to", body=wording.name_of(one.body, language)),
        say("assessment_said"),
        say("assessed_by", name=one.assessed_by or ""),
    ]
    title = say("assessment_title", number=str(opened.number))
    return _article(title, pairs, lines, say("assessment_heading"), one.assessment, language)


def _article(
    title: str,
    pairs: tuple[tuple[str, str], ...],
    lines: list[str],
    heading: str,
    written: str,
    language: str,
) -> str:
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return (
        f'<article class="letter" lang="{language}"><h2>{escape(title)}</h2><dl>{listed}</dl>{told}'
        f'<h3>{escape(heading)}</h3><p class="letter-written">{escape(written)}</p></article>'
    )


def messages_letter(messages: Sequence[Mapping[str, Any]], opened: Case, language: str) -> str:
    """What the person has been told in the case, oldest first, as HTML; each message as it was sent."""
    title = wording.handling_text("messages_title", language, number=str(opened.number))
    told = "".join(
        f"<h3>{escape(one['title'])}</h3><p>{wording.day(local_date(one['sent_at']), language)}</p>"
        f'<p class="letter-written">{escape(one["body"])}</p>'
        for one in messages
    )
    return f'<article class="letter" lang="{language}"><h2>{escape(title)}</h2>{told}</article>'


def _decided(made: Decision) -> dict[str, Any]:
    return {
        "outcome": made.outcome,
        "automatic": made.automatic,
        "decided_by": made.decided_by,
        "decided_at": made.decided_at,
        "valid_from": made.valid_from,
        "valid_to": made.valid_to,
        "content": made.content,
    }


def package(opened: Case, made: Decision, one: Appeal, sender: str, enclosed: Enclosed) -> bytes:
    """The ZIP: appeal, assessment, decisions and messages as PDF, the files the person sent, and the data as JSON.

    Takes about a quarter of a second a letter. What the errand held and what the rules said is the case's own;
    nothing is fetched for it. Files are named by us; what their senders called them stands in `saken.json`.
    """
    language = made.language
    pdf = partial(pdf_of, sender=sender)
    others = {
        f"andre-vedtak/{n}-{local_date(other.decided_at)}.pdf": other
        for n, other in enumerate(sorted(enclosed.decisions, key=lambda other: other.decided_at), 1)
    }
    sent = {
        f"dokumenter/{n}-{file.safe_name}": (file, it) for n, (file, it) in enumerate(enclosed.documents, 1)
    }
    rests_on = {
        "case": opened.number,
        "received_at": opened.received_at,
        "application": {name: opened.content[name] for name in ("answers", "disputed", "duration")},
        "decision": _decided(made),
        "other_decisions": [{"file": name} | _decided(other) for name, other in others.items()],
        "messages": [
            {name: told[name] for name in ("title", "body", "language", "sent_at")}
            for told in enclosed.messages
        ],
        "documents": [
            {"file": name, "name": file.name, "topic": file.topic, "sent_at": file.sent_at}
            for name, (file, _) in sent.items()
        ],
    }
    files = {
        "klage.pdf": pdf(
            appeal_letter(one, opened, language), language=language, on=local_date(one.received_at)
        ),
        "vedtak.pdf": pdf(made.letter, language=language, on=local_date(made.decided_at)),
    }
    for name, other in others.items():
        files[name] = pdf(other.letter, language=other.language, on=local_date(other.decided_at))
    if enclosed.messages:
        last = local_date(enclosed.messages[-1]["sent_at"])
        files["meldinger.pdf"] = pdf(
            messages_letter(enclosed.messages, opened, language), language=language, on=last
        )
    files |= {name: content for name, (_, content) in sent.items()}
    files["saken.json"] = to_json(rests_on).encode()
    if one.assessed_at is not None:
        letter = forwarding_letter(one, opened, dict.fromkeys(files, ""), language)
        files = {"oversending.pdf": pdf(letter, language=language, on=local_date(one.assessed_at)), **files}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(zipfile.ZipInfo(name, MADE), content)
    return packed.getvalue()
