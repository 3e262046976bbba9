"""A row of the usage log in words: who did what with which facts, what for, and by which law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.casework.access import opened_for
from assistant.casework.wording import handling_text
from assistant.guidance.letter_desk import letter_opened_for
from assistant.guidance.preview_rows import PURPOSE as TRIED_A_MESSAGE
from assistant.guidance.preview_rows import words_of_purpose
from assistant.mydata.opening import request_opened_for
from assistant.processes.picture import text_of
from assistant.twin import UsageRow
from rules import Catalogue

PURPOSES: Mapping[str, str] = {
    "to find rights and duties": "me.purpose_rights",
    "to walk through an application": "me.purpose_errand",
    "to answer in the chat": "me.purpose_chat",
    "to decide a case": "me.purpose_case",
    "to tell people of their rights and duties": "me.purpose_tell",
    "to handle case": "me.purpose_desk",
    "to handle a case of another municipality": "mydata.purpose_elsewhere",
    "to bill the fee that was decided": "me.purpose_bill",
    "to show your page": "me.purpose_page",
    "to read a case": "me.purpose_page",
    "to read a decision": "me.purpose_page",
    "to show what a correction would change": "mydata.purpose_effect",
    "to handle data request": "mydata.purpose_request",
    "to handle a data request of another municipality": "mydata.purpose_elsewhere",
    "to hand over the usage log": "mydata.purpose_find_usage",
    "to see to a letter": "letters.purpose",
    "to send a letter by hand": "letters.purpose_sent",
    "to see to a letter of another municipality": "mydata.purpose_elsewhere",
    "to read a document of another municipality's case": "mydata.purpose_elsewhere",
    "to read a document one has sent": "mydata.purpose_document",
    "to follow how a case goes": "mydata.purpose_flow",
    "to forward the appeal in case": "mydata.purpose_appeal",
    "to make a decision known in Altinn's inbox": "mydata.purpose_dialog",
    "to act for another": "me.purpose_acting",
    "to act for another: overview": "me.purpose_acting_overview",
    "to act for another: message": "me.purpose_acting_message",
    "to act for another: decision": "me.purpose_acting_decision",
    "to act for another: errand": "me.purpose_acting_errand",
    "to show who may act for whom": "acting.title",
    "to choose how much is done for you": "wishes.title",
    "to stop email by the address in an email": "me.purpose_unsubscribe",
    "to choose notices in the browser": "wishes.push_title",
    TRIED_A_MESSAGE: "messages.purpose",
}


@dataclass(frozen=True)
class ShownUse:
    """A row in words. Keys are of texts; `purpose` stands, in English, where a purpose has no text yet."""

    number: int
    at: datetime
    who_key: str
    who_name: str
    did_key: str
    purpose_key: str
    purpose: str
    purpose_number: str
    basis: str
    concepts: tuple[str, ...]


def in_words(
    use: UsageRow, catalogue: Catalogue, language: str, reader: str, *, own: bool = True
) -> ShownUse:
    """The row for a reader. In somebody else's log (`own` is false) the number of a case is not repeated."""
    rule = catalogue.rules.get(use.actor) if use.actor_kind == "rule" else None
    concepts = set()
    for name in use.concepts:
        concept = catalogue.model.concepts.get(name) or catalogue.model.concepts.get(f"person.{name}")
        concepts.add(text_of(concept.title, language) if concept else name)
    # The purpose of one who handles a case ends with its number.
    said = use.purpose.rstrip("0123456789")
    number = use.purpose.removeprefix(said)
    purpose_key = PURPOSES.get(said.rstrip(), "")
    if (opened := opened_for(use.purpose)) is not None:
        purpose_key = f"handling.purpose_{opened.reason}"
        number = opened.number
        if opened.facts:
            number = handling_text("with_facts", language, number=number)
        if opened.words:
            number = f"{number} (“{opened.words}”)"
    if (words := words_of_purpose(use.purpose)) is not None:
        purpose_key, number = "messages.purpose", f"(“{words}”)"
    if (asked := request_opened_for(use.purpose)) is not None:
        purpose_key = f"sight.purpose_{asked.reason}"
        number = f"{asked.number} (“{asked.words}”)" if asked.words else asked.number
    if (letter := letter_opened_for(use.purpose)) is not None:
        purpose_key = f"letters.purpose_{letter.reason}"
        number = f"(“{letter.words}”)" if letter.words else ""
    name = "" if use.actor_kind == "person" else use.actor
    return ShownUse(
        number=use.number,
        at=use.at,
        who_key="me.who_me" if use.actor == reader else f"me.who_{use.actor_kind}",
        who_name=text_of(rule.title, language) if rule else name,
        did_key=f"me.did_{use.action}",
        purpose_key=purpose_key,
        purpose=said.strip(),
        purpose_number=number if own else "",
        basis=use.basis,
        concepts=tuple(sorted(concepts)),
    )
