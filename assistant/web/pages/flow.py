"""The flow: where each errand and case is and what it waits for, as a page and for machines. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from aiohttp import web
from sqlalchemy import select

from assistant.casework.errands import errand_of, errands
from assistant.config import local_date
from assistant.hooks.flow import WAITS_FOR, Choice, Flow, Standing, days_waited, flow_of
from assistant.hooks.flow_rows import standings
from assistant.store import Transaction
from assistant.store.columns import to_json
from assistant.store.tables import case, process
from assistant.twin import Use, log_usage
from assistant.web import hook_models as models
from assistant.web.openapi import Operation, describes, read_query
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, render
from assistant.web.routing import SERVICE, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

SHOWN = 200
SERVICE_NAME = "flow"
BAR_WIDTH = 100


def routes(parts: Parts) -> list[Route]:
    conductor = STAFF("case_worker") | STAFF("operator")
    return [
        Route("GET", "/desk/flow", show_flow, conductor),
        Route("GET", "/api/v1/flow", get_flow, SERVICE(SERVICE_NAME) | conductor),
    ]


@dataclass(frozen=True)
class Bar:
    """A row of the table, with its bar of the picture: the longest is 100 wide."""

    what: str
    count: int
    width: float


def bars(counts: Mapping[Any, int]) -> Sequence[Bar]:
    """A bar for each of what is waited for, in proportion.

    >>> [(bar.what, bar.width) for bar in bars({"person": 1, "register": 4, "appeal": 0})]
    [('person', 25.0), ('register', 100.0), ('appeal', 0.0)]
    """
    longest = max(counts.values(), default=0) or 1
    return [Bar(what, count, round(BAR_WIDTH * count / longest, 1)) for what, count in counts.items()]


@dataclass(frozen=True)
class Line:
    """A row of the page. `path` leads on only for a case, and for those who may open it."""

    standing: Standing
    title: str
    days: int
    overdue: bool
    path: str


async def _flow(parts: Parts, tx: Transaction, municipality: str, choice: Choice, limit: int) -> Flow:
    today = local_date(parts.clock())
    return flow_of(await standings(tx, municipality, today), choice, today, limit)


def _title(parts: Parts, kind: str, language: str) -> str:
    """What an errand is called: by its case's kind, or by the definition it is walked by."""
    definition = parts.processes.definitions.get(kind)
    title = definition.title if definition is not None else errand_of(kind).title
    return title[language]


async def show_flow(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    asked = read_query(request, models.FlowQuery)
    async with parts.database.read() as tx:
        flow = await _flow(parts, tx, visitor.municipality, _choice(asked), SHOWN)
    today = local_date(parts.clock())
    names = dict.fromkeys((*errands(), *parts.processes.definitions))
    kinds = [(kind, _title(parts, kind, visitor.language)) for kind in names]
    page = {
        "flow": flow,
        "bars": bars(flow.counts),
        "lines": [_line(parts, visitor, one, today) for one in flow.lines],
        "waits_for": WAITS_FOR,
        "kinds": kinds,
        "asked": asked,
    }
    return render(request, "flow/overview.html", page)


def _choice(asked: models.FlowQuery) -> Choice:
    return Choice(asked.waits_for, asked.kind, asked.overdue)


def _line(parts: Parts, visitor: Visitor, one: Standing, today: date) -> Line:
    may_open = one.what == "case" and "case_worker" in visitor.roles
    return Line(
        standing=one,
        title=_title(parts, one.kind, visitor.language),
        days=days_waited(one, today),
        overdue=one.is_overdue(today),
        path=f"/desk/cases/{one.id}" if may_open else "",
    )


@describes(
    Operation(
        "Where each errand and case is, and what it waits for",
        models.FlowOut,
        models.FlowQuery,
        "subscriber",
        etag=True,
    )
)
async def get_flow(request: web.Request) -> web.StreamResponse:
    """For a service each line is a disclosure, and logged so; nothing new since the ETag is none."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    asked = read_query(request, models.FlowQuery)
    today = local_date(parts.clock())
    async with parts.database.begin() as tx:
        flow = await _flow(parts, tx, visitor.municipality, _choice(asked), asked.limit)
        answer = _out(flow, today).model_dump(mode="json")
        etag = f'"{sha256(to_json(answer).encode()).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        if visitor.kind == "service":
            await _log_disclosure(parts, tx, visitor, flow.lines)
    return json_answer(answer, headers={"ETag": etag})


def _out(flow: Flow, today: date) -> models.FlowOut:
    lines = [
        models.FlowLineOut(
            id=one.id,
            what=one.what,
            kind=one.kind,
            waits_for=one.waits_for,
            since=one.since,
            next_day=one.next_day,
            overdue=one.is_overdue(today),
        )
        for one in flow.lines
    ]
    counts = {str(what): count for what, count in flow.counts.items()}
    return models.FlowOut(counts=counts, overdue=flow.overdue, total=flow.total, lines=lines)


async def _log_disclosure(parts: Parts, tx: Transaction, visitor: Visitor, lines: Sequence[Standing]) -> None:
    """Whose errands and cases a service was told of, each on the basis its errand has."""
    ids = [one.id for one in lines]
    of_cases = select(case.c.kind, case.c.person_id, case.c.subject_id).where(case.c.id.in_(ids))
    of_errands = select(process.c.definition, process.c.person_id, process.c.subject_id).where(
        process.c.id.in_(ids)
    )
    concerned: dict[str, str] = {}
    for row in await tx.all(of_errands):
        basis = parts.processes.definitions[row["definition"]].basis
        concerned |= {row["person_id"]: basis, row["subject_id"]: basis}
    for row in await tx.all(of_cases):
        law = errand_of(row["kind"]).automation
        basis = f"{law.act} {law.section}"
        concerned |= {row["person_id"]: basis, row["subject_id"]: basis}
    uses = [
        Use(
            subject_id=person,
            actor_kind="service",
            actor=visitor.service or "",
            action="disclosed",
            purpose="to follow how a case goes",
            basis=basis,
            concepts=("case.state",),
        )
        for person, basis in sorted(concerned.items())
    ]
    await log_usage(tx, uses, parts.clock())
