"""The same errand in three municipalities beside each other: what each asks, and what each got to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from assistant.casework.effort import FLAG_FIELDS, Effort, efforts_in
from assistant.demo.neighbours import NEIGHBOURS
from assistant.processes.choosing import serving, walking
from assistant.processes.definition import ProcessDefinition
from assistant.web.parts import PARTS
from assistant.web.rendering import render

ERRAND = "apply_reduced_fee"


def questions_in(definition: ProcessDefinition) -> int:
    """How many questions the errand asks everybody."""
    return sum(step.question is not None for step in definition.steps)


async def show(request: web.Request, number_of: Callable[[str], str]) -> web.StreamResponse:
    """Counted from the newest case of each of the three; before there is one, from what the errand asks.

    `number_of`: the identity number of somebody in the demonstration, by key.
    """
    parts = request.app[PARTS]
    walked_by = walking(parts.processes.definitions, ERRAND)
    columns: list[dict[str, Any]] = []
    async with parts.database.read() as tx:
        for who in NEIGHBOURS:
            chosen = await parts.casework.assessor.twin.generation(tx, who.number, ERRAND)
            person = await parts.identities.find(tx, "national_id", number_of(who.key))
            found: list[Effort] = (
                await efforts_in(tx, who.number, ERRAND, person_id=person) if person is not None else []
            )
            definition = serving(walked_by, ERRAND, chosen)
            columns.append(
                {
                    "who": who,
                    "generation": chosen,
                    "effort": found[0] if found else None,
                    "questions": 0 if who.generation == "flagged" else questions_in(definition),
                    "sends": any(step.kind == "documents" for step in definition.steps),
                    "home": f"/login?next=/me&login_hint={who.key}",
                    "desk": f"/login/staff?next=/desk&login_hint={who.worker}",
                }
            )
    return render(request, "demo/generations.html", {"columns": columns, "flag_fields": FLAG_FIELDS})
