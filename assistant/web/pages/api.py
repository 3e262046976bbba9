"""The API under /api/v1: a resident's own determinations, errands and decisions; the biller's flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import select

from assistant.casework import case_rows, flags, invoice
from assistant.casework.case_rows import Case, Decision
from assistant.casework.errands import billing_basis, errand_of
from assistant.casework.monthly_basis import monthly_basis
from assistant.casework.status import Status
from assistant.config import local_date
from assistant.determinations import history
from assistant.guidance.reading import IS_READABLE, may_read
from assistant.processes.gathering import hides_home
from assistant.store import Transaction
from assistant.store.tables import guidance, message, process
from assistant.twin import Use, log_usage
from assistant.web import api_models as models
from assistant.web.faults import BadRequest, Denied, NotHere
from assistant.web.openapi import Operation, describes, read_query
from assistant.web.pages import me_reading
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import ID, RESIDENT, SERVICE, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

BILLER = "biller"
ONE_DAY = timedelta(days=1)


def routes(parts: Parts) -> list[Route]:
    biller = SERVICE(BILLER) | STAFF("invoicing")
    return [
        Route("GET", "/api/v1/determinations", list_determinations, RESIDENT),
        Route("GET", "/api/v1/guidance", list_guidance, RESIDENT),
        Route("GET", "/api/v1/processes", list_processes, RESIDENT),
        Route("GET", "/api/v1/cases", list_cases, RESIDENT),
        Route("GET", f"/api/v1/cases/{{case_id:{ID}}}", get_case, RESIDENT),
        Route("GET", "/api/v1/decisions", list_decisions, RESIDENT),
        Route("GET", f"/api/v1/decisions/{{decision_id:{ID}}}", get_decision, RESIDENT),
        Route("GET", "/api/v1/flags", list_flags, biller),
        Route("GET", "/api/v1/invoice-basis", get_invoice_basis, biller),
    ]


def _answer(model: BaseModel, headers: Mapping[str, str] | None = None) -> web.Response:
    return json_answer(model.model_dump(mode="json", by_alias=True), headers=headers)


def _person(request: web.Request) -> str:
    person_id = visitor_of(request).person_id
    if person_id is None:
        raise NotHere("only a resident has anything here")
    return person_id


async def _own_subjects(parts: Parts, tx: Transaction, person_id: str) -> tuple[str, ...]:
    """The person and their children today, but for those in a protected home that the person does not share."""
    twin, today = parts.casework.assessor.twin, local_date(parts.clock())
    wards = await twin.wards_of(tx, person_id, today)
    return (
        person_id,
        *[ward for ward in wards if not await hides_home(twin, tx, person_id, ward, today)],
    )


async def _log_reading(
    request: web.Request, tx: Transaction, subjects: Iterable[str], concepts: Iterable[str]
) -> None:
    """Fail closed, as the pages do: where the log cannot be written, nothing is answered."""
    await me_reading.log_reading(tx, me_reading.me_of(request), subjects, concepts)


@describes(Operation("What your rights and duties are now", models.DeterminationsOut))
async def list_determinations(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        subjects = await _own_subjects(parts, tx, person_id)
        near = await parts.casework.assessor.twin.near(tx, subjects)
        today = local_date(parts.clock())
        rows = [
            row
            for subject in subjects
            for row in await history(tx, subject)
            if row["current"]
            and (rule := parts.catalogue.rules.get(row["rule"])) is not None
            and may_read(parts.catalogue, near, rule, subject, person_id, today)
        ]
        await _log_reading(request, tx, {row["subject_id"] for row in rows}, ["determination"])
    found = [_determination(parts, row) for row in rows]
    return _answer(models.DeterminationsOut(determinations=found))


def _determination(parts: Parts, row: Mapping[str, Any]) -> models.DeterminationOut:
    record = row["record"]
    rule = parts.catalogue.rules.get(row["rule"])
    return models.DeterminationOut(
        id=row["id"],
        rule=row["rule"],
        title={} if rule is None else dict(rule.title),
        rule_version=row["rule_version"],
        subject=row["subject_id"],
        on=row["on_date"],
        answer=row["answer"],
        values=record["values"],
        missing=record["missing"],
        conditions=record["conditions"],
        law=record["law"],
        changes_on=row["changes_on"],
        made_at=row["made_at"],
    )


@describes(Operation("What the assistant has told you", models.GuidanceListOut))
async def list_guidance(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        told = await tx.all(
            select(guidance)
            .where(guidance.c.person_id == person_id, guidance.c.withdrawn_at.is_(None))
            .order_by(guidance.c.created_at.desc())
        )
        written = await tx.all(
            select(message)
            .where(message.c.person_id == person_id, IS_READABLE)
            .order_by(message.c.created_at)
        )
        await _log_reading(request, tx, {row["subject_id"] for row in told}, ["guidance"])
    messages: dict[str, list[models.MessageOut]] = {}
    for row in written:
        messages.setdefault(row["guidance_id"], []).append(
            models.MessageOut(**{name: row[name] for name in models.MessageOut.model_fields})
        )
    found = [
        models.GuidanceOut(
            id=row["id"],
            kind=row["kind"],
            rule=row["rule"],
            subject=row["subject_id"],
            created_at=row["created_at"],
            expires_on=row["expires_on"],
            messages=messages[row["id"]],
        )
        for row in told
        if row["id"] in messages
    ]
    return _answer(models.GuidanceListOut(guidance=found))


@describes(Operation("The errands you have begun", models.ProcessesOut))
async def list_processes(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        rows = await tx.all(
            select(process).where(process.c.person_id == person_id).order_by(process.c.opened_at.desc())
        )
        await _log_reading(request, tx, {row["subject_id"] for row in rows}, ["process"])
    found = [
        models.ProcessOut(
            id=row["id"],
            definition=row["definition"],
            subject=row["subject_id"],
            municipality=row["municipality"],
            status=row["status"],
            case=row["case_id"],
            opened_at=row["opened_at"],
            changed_at=row["changed_at"],
        )
        for row in rows
    ]
    return _answer(models.ProcessesOut(processes=found))


def _case(opened: Case, decisions: Iterable[Decision]) -> models.CaseOut:
    reasons = [
        models.ReasonOut(id=reason["id"], text=reason["text"], law=reason["law"])
        for reason in opened.content["reasons"]
    ]
    return models.CaseOut(
        id=opened.id,
        number=opened.number,
        kind=opened.kind,
        title=dict(errand_of(opened.kind).title),
        subject=opened.subject_id,
        municipality=opened.municipality,
        status=cast(Status, opened.status),  # one of these as kept; pydantic refuses any other
        needs_case_worker_because=reasons,
        received_at=opened.received_at,
        due_on=opened.due_on,
        decisions=[made.id for made in decisions],
    )


@describes(Operation("Your cases", models.CasesOut))
async def list_cases(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        cases = await case_rows.cases_of(tx, person_id)
        await _log_reading(request, tx, {opened.subject_id for opened in cases}, ["case"])
        found = [_case(opened, await case_rows.decisions_in(tx, opened.id)) for opened in cases]
    return _answer(models.CasesOut(cases=found))


@describes(Operation("One of your cases", models.CaseOut))
async def get_case(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        opened = await case_rows.case_by_id(tx, request.match_info["case_id"])
        if opened is None:
            raise NotHere("case")
        if opened.person_id != person_id:
            raise Denied(opened.person_id, purpose="to read a case")
        await _log_reading(request, tx, {opened.subject_id, person_id}, ["case"])
        decisions = await case_rows.decisions_in(tx, opened.id)
    return _answer(_case(opened, decisions))


def _decision(made: Decision) -> dict[str, Any]:
    return {
        "id": made.id,
        "case": made.case_id,
        "outcome": made.outcome,
        "automatic": made.automatic,
        "decided_at": made.decided_at,
        "from": made.valid_from,
        "to": made.valid_to - ONE_DAY,
        "full_fee": made.content["full_fee"],
        "monthly_fee": made.content["monthly_fee"],
        "language": made.language,
    }


@describes(Operation("The decisions made about you", models.DecisionsOut))
async def list_decisions(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        made = await case_rows.decisions_for(tx, person_id)
        await _log_reading(request, tx, [person_id] if made else [], ["decision"])
    found = [models.DecisionOut.model_validate(_decision(one)) for one in made]
    return _answer(models.DecisionsOut(decisions=found))


@describes(Operation("One decision, with its letter", models.DecisionWithLetterOut))
async def get_decision(request: web.Request) -> web.StreamResponse:
    parts, person_id = request.app[PARTS], _person(request)
    async with parts.database.begin() as tx:
        found = await case_rows.decision_with_case(tx, request.match_info["decision_id"])
        if found is None:
            raise NotHere("decision")
        made, opened = found
        if opened.person_id != person_id:
            raise Denied(opened.person_id, purpose="to read a decision")
        await _log_reading(request, tx, {opened.subject_id, person_id}, ["decision"])
    return _answer(models.DecisionWithLetterOut.model_validate({**_decision(made), "letter": made.letter}))


async def log_disclosure(
    parts: Parts, tx: Transaction, visitor: Visitor, disclosed: Iterable[flags.Flag]
) -> None:
    """Tell the usage log whose fee was handed to a biller."""
    fees = {(flag.subject_id, flag.fee) for flag in disclosed}
    uses = [
        Use(
            subject_id=subject_id,
            actor_kind="service" if visitor.kind == "service" else "staff",
            actor=visitor.service or visitor.staff or "",
            action="disclosed",
            purpose="to bill the fee that was decided",
            basis=billing_basis(fee),
            concepts=("flag.monthly_amount",),
        )
        for subject_id, fee in sorted(fees)
    ]
    await log_usage(tx, uses, parts.clock())


@describes(
    Operation(
        "Flags written after a sequence number", models.FlagsOut, models.FlagsQuery, "biller", etag=True
    )
)
async def list_flags(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    query = read_query(request, models.FlagsQuery)
    async with parts.database.begin() as tx:
        newest = await flags.last_sequence(tx, visitor.municipality)
        etag = f'"{visitor.municipality}-{newest}-{query.since}-{query.limit}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        page = await flags.flags_since(tx, visitor.municipality, query.since, query.limit)
        await log_disclosure(parts, tx, visitor, page.flags)
    answer = models.FlagsOut(
        flags=[models.FlagOut.model_validate(flag.as_json()) for flag in page.flags],
        next_since=page.next_since,
        more=page.more,
    )
    return _answer(answer, headers={"ETag": etag})


async def basis_of(parts: Parts, visitor: Visitor, month: str) -> tuple[invoice.KindergartenBasis, ...]:
    """The invoice basis of the visitor's municipality; the disclosure is logged."""
    period = invoice.month_of(month)
    async with parts.database.begin() as tx:
        found = await monthly_basis(tx, visitor.municipality, period)
        await log_disclosure(parts, tx, visitor, found.disclosed)
    return found.kindergartens


def json_basis(
    basis: tuple[invoice.KindergartenBasis, ...],
    municipality: str,
    month: str,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    return _answer(
        models.InvoiceBasisOut(
            municipality=municipality,
            month=month,
            currency="NOK",
            total=sum((one.total for one in basis), Decimal(0)),
            kindergartens=[models.KindergartenOut.model_validate(one.as_json()) for one in basis],
        ),
        headers,
    )


def csv_answer(basis: tuple[invoice.KindergartenBasis, ...], month: str) -> web.Response:
    return web.Response(
        text=invoice.as_csv(basis, month),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="invoice-basis-{month}.csv"'},
    )


@describes(
    Operation(
        "What to bill in a month",
        models.InvoiceBasisOut,
        models.InvoiceQuery,
        "biller",
        also=("text/csv",),
    )
)
async def get_invoice_basis(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    query = read_query(request, models.InvoiceQuery)
    try:
        basis = await basis_of(parts, visitor, query.month)
    except invoice.NoSuchMonth as fault:
        raise BadRequest(f"month: {fault}") from None
    accepts_csv = "text/csv" in request.headers.get("Accept", "")
    if query.format == "csv" or (query.format is None and accepts_csv):
        return csv_answer(basis, query.month)
    return json_basis(basis, visitor.municipality, query.month)
