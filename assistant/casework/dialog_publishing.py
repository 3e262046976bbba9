"""Making a decision known in Dialogporten as well: noted when the person is told, done by a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from assistant.casework import case_rows
from assistant.casework.dialogs import dialog_of
from assistant.casework.telling import Telling
from assistant.config import Clock, Config, local_date
from assistant.guidance.trial import Trial
from assistant.registers import RegisterUnavailable
from assistant.registers.bases import NOTICE_BASIS
from assistant.registers.dialogporten import DialogportenClient
from assistant.store import Database, Postpone, Transaction, enqueue
from assistant.store.work import Handler
from assistant.twin import Twin, Use, log_usage

log = structlog.get_logger()

TASK = "publish_dialog"
PURPOSE = "to make a decision known in Altinn's inbox"


@dataclass(frozen=True)
class AlsoInDialogporten:
    """A `Telling` that tells as before, and notes each decision for Dialogporten in the same transaction."""

    telling: Telling

    async def tell(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        rule: str,
        kind: str,
        cause: str,
        content: Mapping[str, Any],
        now: datetime,
    ) -> str | None:
        told = await self.telling.tell(tx, person_id, subject_id, rule, kind, cause, content, now)
        if decision_id := content.get("decision_id"):
            about = {"decision_id": decision_id}
            # A line of its own: while the inbox is away, nothing else about the person waits for it.
            line, receipt = f"dialog:{person_id}", f"dialog:{decision_id}"
            await enqueue(tx, TASK, about, now=now, key=line, receipt=receipt)
        return told


@dataclass(frozen=True)
class DialogPublishing:
    """The handler of the task. It may run twice: the dialog's key is the decision's id."""

    database: Database
    twin: Twin
    client: DialogportenClient
    config: Config
    clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {TASK: self.publish}

    async def publish(self, args: Mapping[str, Any]) -> None:
        """Make the dialog of a decision, unless the applicant is reserved, or nobody has said that they are not."""
        now = self.clock()
        async with self.database.begin() as tx:
            decision = await case_rows.decision_by_id(tx, args["decision_id"])
            if decision is None:
                return
            case = await case_rows.case_by_id(tx, decision.case_id)
            assert case is not None  # a decision's case is never deleted before it
            person, on = case.person_id, local_date(now)
            if not Trial.from_config(self.config).lets("dialogporten", person):
                log.info("dialog.not_made", decision=decision.id, because="not in the trial")
                return
            reserved = await self.twin.value(tx, person, "person.reserved", on)
            died = await self.twin.value(tx, person, "person.death_date", on)
            if reserved is not False or isinstance(died, str):
                log.info("dialog.not_made", decision=decision.id, because="reserved, dead, or not known")
                return
            number = await self.twin.identities.reveal(tx, person, "national_id")
            told = Use(person, "service", "dialogporten", "disclosed", PURPOSE, NOTICE_BASIS, ())
            await log_usage(tx, [told], now)
        site, resource = self.config.public_url.rstrip("/"), self.config.dialogporten.service_resource
        try:
            made = await self.client.create(dialog_of(case, decision, number, resource, site))
        except RegisterUnavailable as silent:
            raise Postpone(str(silent), timedelta(seconds=silent.retry_after or 60)) from silent
        log.info("dialog.made", decision=decision.id, dialog=made or "made before")
