"""A Dialogporten that takes dialogs of the documented shape, once for each idempotent key."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.dialogporten import DIALOGS, SCOPE
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated

MEMBERS = frozenset(
    [
        "id",
        "idempotentKey",
        "serviceResource",
        "party",
        "progress",
        "extendedStatus",
        "externalReference",
        "visibleFrom",
        "dueAt",
        "process",
        "precedingProcess",
        "expiresAt",
        "createdAt",
        "updatedAt",
        "status",
        "systemLabel",
        "content",
        "searchTags",
        "attachments",
        "transmissions",
        "guiActions",
        "apiActions",
        "activities",
    ]
)
CONTENT = frozenset(
    [
        "title",
        "summary",
        "senderName",
        "additionalInfo",
        "extendedStatus",
        "nonSensitiveTitle",
        "nonSensitiveSummary",
        "mainContentReference",
    ]
)
STATUSES = ("New", "InProgress", "Draft", "Sent", "RequiresAttention", "Completed")
TRANSMISSIONS = (
    "Information", "Acceptance", "Rejection", "Request", "Alert", "Decision", "Submission", "Correction",
)  # fmt: skip
PRIORITIES = ("Primary", "Secondary", "Tertiary")
ACTIVITIES = (
    "DialogCreated", "DialogClosed", "Information", "TransmissionOpened", "PaymentMade", "SignatureProvided",
    "DialogOpened", "DialogDeleted", "DialogRestored", "SentToSigning", "SentToFormFill", "SentToSendIn",
    "SentToPayment", "FormSubmitted", "FormSaved",
)  # fmt: skip
LONGEST_KEY = 36


@dataclass
class DialogportenSimulator(Simulated):
    """`dialogs()`: what was made, the newest last."""

    path: Path | None = None
    scope: str = SCOPE
    base_path: str = "/dialogporten"
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"dialogs": {}})

    def dialogs(self) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.kept.values["dialogs"]
        return list(found.values())

    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"{self.base_path}{DIALOGS}", self._create)]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"status": status, "errors": {code or "Dialog": ["refused"]}}

    async def _create(self, request: web.Request) -> web.Response:
        try:
            dialog = await request.json()
        except ValueError:
            return self.refuse(400)
        if fault := fault_in(dialog):
            return self.refuse(400, fault)
        key = dialog.get("idempotentKey", str(uuid.uuid4()))
        if key in self.kept.values["dialogs"]:
            return self.refuse(409, "IdempotentKey")
        self.kept.values["dialogs"][key] = dialog
        self.kept.save()
        return web.json_response(str(uuid.uuid4()), status=201)


def fault_in(dialog: Any) -> str:
    """The member of a dialog that is not of the documented shape; '' where all are."""
    if not isinstance(dialog, dict):
        return "dialog"
    content = dialog.get("content", {})
    if unknown := sorted((set(dialog) - MEMBERS) | (set(content) - CONTENT)):
        return str(unknown[0])
    texts = [part.get("value", []) for part in content.values()]
    lists = [
        *(one.get("displayName", []) for one in dialog.get("attachments", [])),
        *(one.get("title", []) for one in dialog.get("guiActions", [])),
        *(one.get("description", []) for one in dialog.get("activities", [])),
    ]
    checks = {
        "serviceResource": str(dialog.get("serviceResource", "")).startswith("urn:altinn:resource:"),
        "party": str(dialog.get("party", "")).startswith("urn:altinn:"),
        "status": dialog.get("status") in STATUSES,
        "idempotentKey": len(dialog.get("idempotentKey", "")) <= LONGEST_KEY,
        "content": "title" in content and "summary" in content,
        "languageCode": all(set(one) == {"value", "languageCode"} for said in texts + lists for one in said),
        "transmissions": all(one.get("type") in TRANSMISSIONS for one in dialog.get("transmissions", [])),
        "guiActions": all(
            one.get("priority") in PRIORITIES and one.get("action") and one.get("url")
            for one in dialog.get("guiActions", [])
        ),
        "activities": all(one.get("type") in ACTIVITIES for one in dialog.get("activities", [])),
    }
    for name, holds in checks.items():
        if not holds:
            return name
    return ""
