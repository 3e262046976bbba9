"""An errand and its decision as a dialog in Dialogporten: the documented body, made of values alone.

It tells that there is something and where to read it. What was decided, and why, stays here behind the login.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from assistant.casework.case_rows import Case, Decision
from assistant.casework.errands import errand_of
from assistant.casework.wording import LANGUAGES, dialog_text, of
from assistant.registers.dialogporten import PERSON

SERVICE_OWNER = {"actorType": "ServiceOwner"}
OPEN, DECIDED = "InProgress", "Completed"


def dialog_of(
    case: Case, decision: Decision | None, identifier: str, resource: str, site: str
) -> dict[str, Any]:
    """The body of a new dialog. `identifier`: the applicant's; `resource`: our service; `site`: our public address.

    Its key is the decision's id, or the case's where nothing is decided yet: the same again is the same dialog.
    """
    kind = "open" if decision is None else "decided"
    title = of_errand(case, f"title_{kind}")
    where = f"{site}/me" if decision is None else f"{site}/me/decisions/{decision.id}"
    dialog: dict[str, Any] = {
        "idempotentKey": case.id if decision is None else decision.id,
        "serviceResource": resource,
        "party": f"{PERSON}{identifier}",
        "externalReference": str(case.number),
        "createdAt": _moment(case.received_at),
        "status": OPEN if decision is None else DECIDED,
        "content": {
            "title": _content(title),
            "summary": _content(_texts(f"summary_{kind}", number=str(case.number))),
            "nonSensitiveTitle": _content(_texts(f"plain_{kind}")),
        },
        "guiActions": [
            {
                "action": "read",
                "url": where,
                "priority": "Primary",
                "title": _texts("follow" if decision is None else "read"),
            }
        ],
        "activities": [
            {
                "type": "FormSubmitted",
                "performedBy": {"actorType": "PartyRepresentative", "actorId": f"{PERSON}{identifier}"},
                "description": _texts("submitted"),
            }
        ],
    }
    if decision is None:
        return dialog
    letter = {"displayName": _texts("letter"), "urls": [{"url": where, "consumerType": "Gui"}]}
    sent = {
        "type": "Decision",
        "sender": SERVICE_OWNER,
        "content": {"title": dialog["content"]["title"], "summary": dialog["content"]["summary"]},
        "attachments": [letter],
    }
    dialog["activities"].append(
        {"type": "Information", "performedBy": SERVICE_OWNER, "description": _texts("decided")}
    )
    return dialog | {
        "updatedAt": _moment(decision.decided_at),
        "attachments": [letter],
        "transmissions": [sent],
    }


def of_errand(case: Case, key: str) -> list[dict[str, str]]:
    """A text that names the errand, in each language."""
    titles = errand_of(case.kind).title
    return [
        {"value": dialog_text(key, language, errand=of(titles, language)), "languageCode": language}
        for language in LANGUAGES
    ]


def _texts(key: str, **values: str) -> list[dict[str, str]]:
    return [
        {"value": dialog_text(key, language, **values), "languageCode": language} for language in LANGUAGES
    ]


def _content(texts: list[dict[str, str]]) -> dict[str, Any]:
    return {"value": texts, "mediaType": "text/plain"}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
