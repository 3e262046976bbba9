"""How the municipality handles each errand: which generation, what each has cost and shown, and moving on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import structlog
from aiohttp import web

from assistant.casework import wording
from assistant.casework.effort import Effort, efforts_in
from assistant.casework.errands import Errand, errands
from assistant.casework.moving_on import NoSuchMunicipality, open_cases_with_papers, under
from assistant.processes.choosing import UnknownErrand
from assistant.processes.moving_on import move_on
from assistant.store import Transaction
from assistant.twin import GENERATIONS, Generation
from assistant.web.faults import NotHere
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of

log = structlog.get_logger()

NEWEST = 200
"""How many cases the averages are of."""


def routes(parts: Parts) -> list[Route]:
    operator = STAFF("operator")
    return [
        Route("GET", "/desk/generations", show, operator),
        Route("POST", "/desk/generations/{errand:[a-z_]{1,60}}", choose, operator),
    ]


@dataclass(frozen=True)
class Average:
    """What the newest decided cases of one generation asked on average."""

    cases: int
    answers: Decimal
    documents: Decimal
    judgements: Decimal
    facts_seen: Decimal


def averages(efforts: Iterable[Effort]) -> dict[Generation, Average]:
    """Of decided cases, by generation; none of a generation that has none."""
    by_generation: dict[Generation, list[Effort]] = defaultdict(list)
    for one in efforts:
        if one.decided_on is not None:
            by_generation[one.generation].append(one)
    return {
        generation: Average(
            cases=len(some),
            answers=_mean(one.answers for one in some),
            documents=_mean(one.documents for one in some),
            judgements=_mean(one.judgements for one in some),
            facts_seen=_mean(one.facts_seen for one in some),
        )
        for generation, some in by_generation.items()
    }


def _mean(counts: Iterable[int]) -> Decimal:
    numbers = list(counts)
    return (Decimal(sum(numbers)) / len(numbers)).quantize(Decimal("0.1"))


async def _about(parts: Parts, tx: Transaction, number: str, errand: Errand, language: str) -> object:
    there = await open_cases_with_papers(tx, number, errand)
    chosen = await parts.casework.assessor.twin.generation(tx, number, errand.id)
    return {
        "errand": errand,
        "title": wording.begun_high(wording.of(errand.title, language)),
        "chosen": chosen,
        "averages": averages(await efforts_in(tx, number, errand.id, NEWEST)),
        "open": {
            one: sum(under(one, opened, papers).fate == "on_new_facts" for opened, papers in there)
            for one in GENERATIONS
        },
    }


async def show(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        found = [
            await _about(parts, tx, visitor.municipality, errand, visitor.language)
            for errand in errands().values()
        ]
    return render(request, "desk/generations.html", {"found": found, "generations": GENERATIONS})


async def choose(request: web.Request) -> web.StreamResponse:
    """Move the errand to another generation, with what is open."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    asked = form.required("generation", one_of=GENERATIONS)
    chosen = next(one for one in GENERATIONS if one == asked)
    errand = request.match_info["errand"]
    try:
        async with parts.database.begin() as tx:
            moved = await move_on(
                tx,
                parts.processes.definitions,
                parts.casework,
                visitor.municipality,
                errand,
                chosen,
                parts.clock(),
            )
    except (UnknownErrand, NoSuchMunicipality):
        raise NotHere("errand") from None
    log.info(
        "municipality.moved_on",
        municipality=visitor.municipality,
        errand=errand,
        generation=chosen,
        by=visitor.staff,
        cases=len(moved.cases),
    )
    return redirect("/desk/generations")
