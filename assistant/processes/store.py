"""Errands as they are kept: begun once, answered step by step, submitted once, and only by who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.casework.case_rows import OPEN
from assistant.casework.submission import DisputedFact, Duration, Submission
from assistant.config import local_date
from assistant.documents import Document, Documents
from assistant.processes import filing, walker
from assistant.processes.choosing import UnknownErrand, handled_as, serving, walking
from assistant.processes.definition import ProcessDefinition
from assistant.processes.errand import (
    CaseOpening,
    Errand,
    NotOpen,
    NotReady,
    NotYours,
    Recording,
    Shown,
    errand_from,
)
from assistant.processes.gathering import Declared, Gathered, Gathering, declared, hides_home
from assistant.processes.receipt import receipt_of
from assistant.processes.state import ProcessState
from assistant.processes.steps import Upload
from assistant.store import Transaction, enqueue
from assistant.store.columns import new_id
from assistant.store.tables import case, process
from assistant.twin import (
    Provenance,
    Span,
    Statement,
    SubjectRef,
    Twin,
    Use,
    generation_of,
    log_usage,
    standing_in,
)
from rules import Catalogue

PURPOSE = "to walk through an application"
STATED_FOR = timedelta(days=365)
"""How long what a person states in an errand is taken to be true; afterwards it is asked again."""

TAX = "tax_administration"


@dataclass(frozen=True)
class Processes:
    """The face of the room. Everything runs in the caller's transaction, and every reading is logged."""

    definitions: Mapping[str, ProcessDefinition]
    gathering: Gathering
    cases: CaseOpening
    recording: Recording
    documents: Documents

    @property
    def twin(self) -> Twin:
        return self.gathering.determinations.twin

    @property
    def catalogue(self) -> Catalogue:
        return self.gathering.determinations.catalogue

    @property
    def home(self) -> str:
        """The municipality this assistant serves."""
        return self.gathering.determinations.home

    @property
    def errands(self) -> tuple[str, ...]:
        """What can be applied for here: ids of casework/errands.yaml."""
        return tuple(dict.fromkeys(one.errand for one in self.definitions.values()))

    def is_about(self, errand: Errand, name: str) -> bool:
        """Whether the person walks, or has walked, through that errand, by whichever definition."""
        return self.definition(errand.definition).errand == name

    async def start(
        self, tx: Transaction, errand: str, person_id: str, child_id: str, now: datetime
    ) -> Errand:
        """Begin an errand, or return the one the person already has open about the child.

        It is walked by the definition for how the child's municipality handles it (its generation); one that
        is begun is finished by the definition it was begun by. Raises UnknownErrand, and NotYours where the
        person is not a guardian of the child.
        """
        walked_by = walking(self.definitions, errand)
        await self._may_act(tx, person_id, child_id, now)
        if (already := await self._open(tx, walked_by, person_id, child_id)) is not None:
            return already
        place = await self.gathering.municipality_of(tx, child_id, local_date(now))
        definition = serving(walked_by, errand, generation_of(place.settings, errand))
        gathered = await self._gather(tx, definition, ProcessState(), person_id, child_id, now, "nb")
        made = Errand(
            id=new_id(),
            definition=definition.id,
            person_id=person_id,
            subject_id=child_id,
            municipality=gathered.municipality.number,
            state=ProcessState(),
            status="open",
            case_id=None,
            opened_at=now,
            changed_at=now,
        )
        values = made.__dict__ | {"state": made.state.as_json(), "definition_version": definition.version}
        try:
            async with tx.connection.begin_nested():
                await tx.execute(insert(process).values(**values))
        except IntegrityError:  # begun at the same moment in another window
            already = await self._open(tx, walked_by, person_id, child_id)
            assert already is not None
            return already
        return made

    async def errands_of(self, tx: Transaction, person_id: str) -> Sequence[Errand]:
        """The person's errands, the last touched first."""
        question = (
            select(process).where(process.c.person_id == person_id).order_by(process.c.changed_at.desc())
        )
        return [errand_from(row) for row in await tx.all(question)]

    async def show(
        self, tx: Transaction, errand_id: str, person_id: str, language: str, now: datetime
    ) -> Shown:
        """Where the person is in the errand. Raises NotYours."""
        errand = await self.mine(tx, errand_id, person_id, now)
        return await self.shown(tx, errand, language, now)

    async def answer(
        self,
        tx: Transaction,
        errand_id: str,
        person_id: str,
        step: str,
        values: Mapping[str, str],
        language: str,
        now: datetime,
    ) -> Shown:
        """Take an answer to a step; `refused` with the errors in the step where it cannot be taken."""
        errand = await self.mine(tx, errand_id, person_id, now, open_only=True)
        definition = self.definition(errand.definition)
        found = await self.gathered(tx, errand, language, now)
        answered = walker.apply_answer(
            definition, errand.state, found.determination, found.view, step, values
        )
        if isinstance(answered, walker.Errors):
            shown = walker.step_of(
                definition, errand.state, found.determination, found.view, answered, values
            )
            return Shown(errand, definition.title[language], shown, None, refused=True)
        return await self._moved(tx, errand, answered, language, now)

    async def back(
        self, tx: Transaction, errand_id: str, person_id: str, language: str, now: datetime
    ) -> Shown:
        errand = await self.mine(tx, errand_id, person_id, now, open_only=True)
        found = await self.gathered(tx, errand, language, now)
        definition = self.definition(errand.definition)
        state = walker.one_back(definition, errand.state, found.determination, found.view)
        return await self._moved(tx, errand, state, language, now)

    async def change(
        self, tx: Transaction, errand_id: str, person_id: str, step: str, language: str, now: datetime
    ) -> Shown:
        """Back to an earlier step, to answer it anew."""
        errand = await self.mine(tx, errand_id, person_id, now, open_only=True)
        found = await self.gathered(tx, errand, language, now)
        definition = self.definition(errand.definition)
        state = walker.moved_to(definition, errand.state, found.determination, found.view, step)
        return await self._moved(tx, errand, state, language, now)

    async def submit(
        self, tx: Transaction, errand_id: str, person_id: str, language: str, now: datetime
    ) -> Shown:
        """Send the errand in: what was stated becomes facts, and a case is opened. Sent twice is sent once.

        Raises NotReady where something is not answered or confirmed yet, NotOpen where it was withdrawn.
        """
        errand = await self.mine(tx, errand_id, person_id, now)
        if errand.status == "submitted":
            return await self.shown(tx, errand, language, now)
        if errand.status != "open":
            raise NotOpen(f"the errand is {errand.status}")
        definition = self.definition(errand.definition)
        found = await self.gathered(tx, errand, language, now)
        if not walker.is_ready(definition, errand.state, found.determination, found.view):
            raise NotReady("a step before the summary is not answered")
        await self._record(tx, errand, definition, found, now)
        await self._fetch_what_registers_know(tx, found, now)
        case_id = await self.cases.open_case(tx, self._submission(errand, definition, found, language), now)
        await self.documents.hand_over(tx, errand.id, case_id)
        await tx.execute(
            update(process)
            .where(process.c.id == errand.id)
            .values(status="submitted", case_id=case_id, changed_at=now)
        )
        return await self.show(tx, errand_id, person_id, language, now)

    async def withdraw(self, tx: Transaction, errand_id: str, person_id: str, now: datetime) -> None:
        """Drop an errand that is not sent; what was answered is forgotten."""
        errand = await self.mine(tx, errand_id, person_id, now)
        if errand.status == "withdrawn":
            return
        if errand.status != "open":
            raise NotOpen(f"the errand is {errand.status}")
        await self.documents.forget_errand(tx, errand.id)
        empty = ProcessState().as_json()
        await tx.execute(
            update(process)
            .where(process.c.id == errand.id)
            .values(status="withdrawn", state=empty, changed_at=now)
        )

    async def hides_home(self, tx: Transaction, person_id: str, child_id: str, now: datetime) -> bool:
        """Whether what we know of the child could tell the person of a protected home they do not live in."""
        return await hides_home(self.twin, tx, person_id, child_id, local_date(now))

    # ---- who may --------------------------------------------------------------------------------

    async def _may_act(self, tx: Transaction, person_id: str, child_id: str, now: datetime) -> None:
        """Only a guardian acts for a child: the one place errands ask."""
        if not await self.twin.is_guardian(tx, person_id, child_id, local_date(now)):
            raise NotYours(child_id)

    async def mine(
        self, tx: Transaction, errand_id: str, person_id: str, now: datetime, *, open_only: bool = False
    ) -> Errand:
        row = await tx.first(select(process).where(process.c.id == errand_id))
        if row is None:
            raise NotYours(person_id)
        errand = errand_from(row)
        if errand.person_id != person_id:
            raise NotYours(errand.person_id)
        if errand.status == "open":  # what was sent remains the sender's to read
            await self._may_act(tx, person_id, errand.subject_id, now)
        elif open_only:
            raise NotOpen(f"the errand is {errand.status}")
        return errand

    # ---- reading and writing ----------------------------------------------------------------------

    def definition(self, definition_id: str) -> ProcessDefinition:
        if (definition := self.definitions.get(definition_id)) is None:
            known = ", ".join(sorted(self.definitions))
            raise UnknownErrand(f"no errand is called {definition_id!r}; there are {known}")
        return definition

    async def _open(
        self, tx: Transaction, walked_by: Sequence[ProcessDefinition], person_id: str, child_id: str
    ) -> Errand | None:
        row = await tx.first(
            select(process).where(
                process.c.definition.in_([one.id for one in walked_by]),
                process.c.person_id == person_id,
                process.c.subject_id == child_id,
                process.c.status == "open",
            )
        )
        return None if row is None else errand_from(row)

    async def gathered(self, tx: Transaction, errand: Errand, language: str, now: datetime) -> Gathered:
        definition = self.definition(errand.definition)
        sent = await self.documents.sent_in(tx, errand.id) if definition.asks_for else ()
        return await self._gather(
            tx, definition, errand.state, errand.person_id, errand.subject_id, now, language, sent
        )

    async def _gather(
        self,
        tx: Transaction,
        definition: ProcessDefinition,
        state: ProcessState,
        person_id: str,
        child_id: str,
        now: datetime,
        language: str,
        documents: tuple[Document, ...] = (),
    ) -> Gathered:
        """What the errand is walked with. NotYours where it would tell of a protected home elsewhere."""
        found = await self.gathering.gather(
            tx, definition, state, person_id, child_id, local_date(now), language, documents
        )
        if found.hides_home:
            raise NotYours(child_id)
        concepts = tuple(sorted({fact.words.concept for fact in found.view.held}))
        uses = [
            Use(subject, "person", person_id, "read", PURPOSE, definition.basis, concepts)
            for subject in sorted(found.subjects)
        ]
        await log_usage(tx, uses, now)
        return found

    async def shown(
        self,
        tx: Transaction,
        errand: Errand,
        language: str,
        now: datetime,
        error: Mapping[str, str] | None = None,
    ) -> Shown:
        """What there is to show of an errand; `error`: why a file with more for its case was not taken, by topic."""
        definition = self.definition(errand.definition)
        title = definition.title[language]
        if errand.status == "open":
            found = await self.gathered(tx, errand, language, now)
            step = walker.step_of(definition, errand.state, found.determination, found.view)
            return Shown(errand, title, step, None)
        if errand.case_id is None:
            return Shown(errand, title, None, None)
        row = await tx.first(select(case).where(case.c.id == errand.case_id))
        assert row is not None
        uploads: tuple[Upload, ...] = ()
        if definition.asks_for:
            sent, may_add = await self.documents.sent_in(tx, errand.id), row["status"] in OPEN
            uploads = tuple(
                filing.upload_of(
                    one,
                    sent,
                    language,
                    error=(error or {}).get(one.topic, ""),
                    may_add=may_add,
                    may_remove=False,
                )
                for one in definition.asks_for
            )
        return Shown(errand, title, None, receipt_of(definition, row, language), bool(error), uploads)

    async def _moved(
        self, tx: Transaction, errand: Errand, state: ProcessState, language: str, now: datetime
    ) -> Shown:
        if state != errand.state:
            await tx.execute(
                update(process).where(process.c.id == errand.id).values(state=state.as_json(), changed_at=now)
            )
        return await self.show(tx, errand.id, errand.person_id, language, now)

    async def _record(
        self,
        tx: Transaction,
        errand: Errand,
        definition: ProcessDefinition,
        found: Gathered,
        now: datetime,
    ) -> None:
        stated = declared(definition, errand.state, errand.person_id, found.view.gaps)
        if not stated:
            return
        statements = [_statement(one, now) for one in stated]
        source = Provenance("person", definition.basis)
        await self.recording.record(tx, [(source, statements)], f"process:{errand.id}", now)

    async def _fetch_what_registers_know(self, tx: Transaction, found: Gathered, now: datetime) -> None:
        """An application lets the municipality fetch the income where it does not do so beforehand."""
        for gap in found.view.gaps:
            if gap.register == TAX and gap.path in found.determination.missing:
                args = {"subject_id": gap.about.id}
                receipt = f"income:{gap.about.id}"
                await enqueue(tx, "fetch_income", args, now=now, key=gap.about.id, receipt=receipt)

    def _submission(
        self, errand: Errand, definition: ProcessDefinition, found: Gathered, language: str
    ) -> Submission:
        state = errand.state
        duration = state.answers.get("duration")
        return Submission(
            errand=definition.errand,
            person_id=errand.person_id,
            subject_id=errand.subject_id,
            municipality=errand.municipality,
            generation=handled_as(definition, found.municipality),
            duration=cast(Duration, duration.value) if duration else "this_year",
            language=language,
            process_id=errand.id,
            answers={name: answer.as_json() for name, answer in state.answers.items()},
            disputed=tuple(DisputedFact(**correction.as_json()) for correction in state.corrections),
            for_worker=walker.for_worker(definition, state, found.determination, found.view),
            evidence=evidence_of(errand),
        )


def evidence_of(errand: Errand) -> Mapping[str, Any]:
    """What lets this be sent in the person's name, where they do not send it themselves."""
    who = standing_in()
    if who is not None and who.principal == errand.person_id:
        return {"acted_by": who.actor, "basis": who.basis, **who.evidence}
    return {}


def _statement(one: Declared, now: datetime) -> Statement:
    today = local_date(now)
    kind = one.concept.partition(".")[0]
    value = one.value if isinstance(one.value, bool) else str(one.value)
    span = Span(value, valid_from=today, valid_to=today + STATED_FOR)
    return Statement(SubjectRef(kind, id=one.subject_id), one.concept, (span,))
