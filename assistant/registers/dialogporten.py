"""Dialogporten: the common inbox where a person finds errands with every public body. Off unless it is configured.

Interface: digdir/dialogporten v1.55.0, `POST /api/v1/serviceowner/dialogs`. The base URL ends before `/api/v1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.registers.errors import MalformedAnswer, RegisterRefused
from assistant.registers.transport import Transport

REGISTER = "dialogporten"
SCOPE = "digdir:dialogporten.serviceprovider"
DIALOGS = "/api/v1/serviceowner/dialogs"
ALREADY_THERE = 409  # a dialog with that idempotentKey was made before
PERSON = "urn:altinn:person:identifier-no:"
TASK = "new dialog"


@dataclass(frozen=True)
class DialogportenClient:
    """Making dialogs. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    async def create(self, dialog: Mapping[str, Any]) -> str | None:
        """Make the dialog; its id there, or None where the same idempotentKey has made it before."""
        try:
            answer = await self.transport.post(DIALOGS, TASK, dialog)
        except RegisterRefused as refused:
            if refused.status == ALREADY_THERE:
                return None
            raise
        if not isinstance(answer.body, str) or not answer.body:
            raise MalformedAnswer(REGISTER, TASK, "", "the answer is not the dialog's id")
        return answer.body
