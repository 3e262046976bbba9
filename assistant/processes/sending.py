"""Files sent in an errand, and with a case that is being handled: by the one who applies, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.casework import case_rows
from assistant.documents import MOST_BYTES, MOST_DOCUMENTS, About, Checked, Document, Refused, TooMany
from assistant.processes import filing, walker
from assistant.processes.definition import DocumentsDefinition
from assistant.processes.errand import Errand, NotOpen, NotYours, Shown
from assistant.processes.store import Processes
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.twin import Use, log_usage

PURPOSE = "to read a document one has sent"


class NoSuchDocument(LookupError):
    """There is no such document in the errand."""


@dataclass(frozen=True)
class Sending:
    """Everything runs in the caller's transaction; a file has been checked before it begins."""

    processes: Processes

    async def send(
        self,
        tx: Transaction,
        errand_id: str,
        person_id: str,
        topic: str,
        file: Checked,
        name: str,
        now: datetime,
    ) -> None:
        """Keep a file with the errand, or with its case while that is handled.

        Raises NotYours, NotOpen (decided or dropped), TooMany, and NoSuchDocument where nothing of that topic is
        asked for.
        """
        errand = await self._taking(tx, errand_id, person_id, now)
        asked = self._asked(errand, topic)
        about = About(
            person_id=person_id,
            subject_id=errand.subject_id,
            municipality=errand.municipality,
            topic=asked.topic,
            process_id=errand.id,
            case_id=errand.case_id,
        )
        await self.processes.documents.keep(tx, file, name, about, now)

    async def remove(
        self, tx: Transaction, errand_id: str, person_id: str, document_id: str, now: datetime
    ) -> None:
        """Take a file back, as long as the errand is not sent. Raises NotYours and NotOpen.

        One that is gone already is no error: the button was pressed twice.
        """
        errand = await self.processes.mine(tx, errand_id, person_id, now, open_only=True)
        found = await self.processes.documents.find(tx, document_id)
        if found is None:
            return
        if found.process_id != errand.id:
            raise NotYours(found.person_id)
        await self.processes.documents.remove(tx, document_id)

    async def read(
        self, tx: Transaction, person_id: str, document_id: str, now: datetime
    ) -> tuple[Document, bytes]:
        """A file for its sender; the reading is logged. Raises NotYours and NoSuchDocument."""
        found = await self.processes.documents.find(tx, document_id)
        if found is None:
            raise NoSuchDocument(f"no document has id {document_id}")
        if found.person_id != person_id:
            raise NotYours(found.person_id)
        use = Use(person_id, "person", person_id, "read", PURPOSE, "", ("document",))
        await log_usage(tx, [use], now)
        return found, await self.processes.documents.content_of(tx, found)

    async def not_taken(
        self,
        tx: Transaction,
        errand_id: str,
        person_id: str,
        topic: str,
        why: Refused | TooMany,
        language: str,
        now: datetime,
    ) -> Shown:
        """The step again, or the receipt, with why the file was not taken. Raises NotYours."""
        errand = await self.processes.mine(tx, errand_id, person_id, now)
        fault = why.fault if isinstance(why, Refused) else "too_many"
        megabytes, most = str(MOST_BYTES // 1024 // 1024), str(MOST_DOCUMENTS)
        error = word("errors", f"file_{fault}", language, megabytes=megabytes, most=most)
        definition = self.processes.definition(errand.definition)
        if errand.status != "open":
            return await self.processes.shown(tx, errand, language, now, error={topic: error})
        found = await self.processes.gathered(tx, errand, language, now)
        step = next(one.id for one in definition.steps if one.documents and one.documents.topic == topic)
        errors = walker.Errors(step, {filing.FIELD: error})
        made = walker.step_of(definition, errand.state, found.determination, found.view, errors)
        return Shown(errand, definition.title[language], made, None, refused=True)

    async def _taking(self, tx: Transaction, errand_id: str, person_id: str, now: datetime) -> Errand:
        errand = await self.processes.mine(tx, errand_id, person_id, now)
        if errand.status == "open":
            return errand
        case = None if errand.case_id is None else await case_rows.case_by_id(tx, errand.case_id)
        if case is None or not case.is_open:
            raise NotOpen(f"the errand is {errand.status}, and nothing more can be sent with it")
        return errand

    def _asked(self, errand: Errand, topic: str) -> DocumentsDefinition:
        for asked in self.processes.definition(errand.definition).asks_for:
            if asked.topic == topic:
                return asked
        raise NoSuchDocument(f"no documents about {topic!r} are asked for")
