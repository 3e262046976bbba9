"""Work and queues: what waits and since when, and work that has given up, to be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from aiohttp import web

from assistant.store.work import QUEUES, ParkedJob, oldest, parked, try_again, waiting
from assistant.web.faults import Conflict
from assistant.web.formats import hours_and_minutes
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import STAFF, Route

log = structlog.get_logger()


def routes(parts: Parts) -> list[Route]:
    allowed = STAFF("case_worker") | STAFF("operator")
    return [
        Route("GET", "/desk/work", show, allowed),
        Route("POST", "/desk/work/{job_id:[0-9]{1,15}}/again", again, allowed),
        Route("POST", "/desk/work/alike/{alike:[0-9a-f]{16}}/again", all_again, allowed),
    ]


@dataclass(frozen=True)
class Alike:
    """Parked jobs of one task that said the same. `key` names them in a path."""

    key: str
    task: str
    error: str
    jobs: Sequence[ParkedJob]

    @property
    def first(self) -> datetime:
        return min(job.run_at for job in self.jobs)


def alike(jobs: Sequence[ParkedJob]) -> list[Alike]:
    """The jobs by task and reason, those with the most of them first."""
    found: dict[tuple[str, str], list[ParkedJob]] = {}
    for job in jobs:
        found.setdefault((job.task, job.error), []).append(job)
    groups = [
        Alike(sha256(f"{task}\n{error}".encode()).hexdigest()[:16], task, error, of_it)
        for (task, error), of_it in found.items()
    ]
    return sorted(groups, key=lambda one: (-len(one.jobs), one.first, one.key))


async def show(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    now = parts.clock()
    async with parts.database.read() as tx:
        due, since, stopped = await waiting(tx, now), await oldest(tx, now), await parked(tx)
    ages = {queue: hours_and_minutes(now - at) for queue, at in since.items()}
    queues = [(queue, due[queue], ages.get(queue)) for queue in QUEUES]
    return render(request, "desk/work.html", {"queues": queues, "groups": alike(stopped)})


async def again(request: web.Request) -> web.StreamResponse:
    parts, job_id = request.app[PARTS], int(request.match_info["job_id"])
    async with parts.database.begin() as tx:
        if not await try_again(tx, job_id, parts.clock()):
            raise Conflict(text(request, "operations.not_parked"))
    log.info("work.tried_again", job=job_id)
    return redirect("/desk/work")


async def all_again(request: web.Request) -> web.StreamResponse:
    """Try all of those again that are alike now, also those parked since the page was shown."""
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        chosen = [one for one in alike(await parked(tx)) if one.key == request.match_info["alike"]]
        if not chosen:
            raise Conflict(text(request, "operations.not_parked"))
        for job in chosen[0].jobs:
            await try_again(tx, job.id, parts.clock())
    log.info("work.tried_again", task=chosen[0].task, jobs=len(chosen[0].jobs))
    return redirect("/desk/work")
