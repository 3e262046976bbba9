"""The same events shared by several worker processes, as on PostgreSQL: how many a second they take together."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import structlog
from sqlalchemy import func, select

from assistant.assembly import Assistant
from assistant.store.tables import job
from bench.town import Town

PATIENCE = 300.0  # seconds, for a worker to come up or to end


async def seconds_of(workers: int, folder: Path, database_url: str, town: Town) -> float:
    """How long so many processes take for the events that wait in the database. Raises where one of them fails."""
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(workers + 1)
    given = (folder, database_url, town.families, begin)
    processes = [context.Process(target=_worker, args=given, daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    await asyncio.to_thread(begin.wait, PATIENCE)
    began = time.perf_counter()
    for process in processes:
        await asyncio.to_thread(process.join, PATIENCE)
    seconds = time.perf_counter() - began
    failed = [process.exitcode for process in processes if process.exitcode != 0]
    if failed:
        raise RuntimeError(f"{len(failed)} of {workers} workers failed, the first with {failed[0]}")
    return seconds


def _worker(folder: Path, database_url: str, families: int, begin: Barrier) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(_work(folder, database_url, families, begin))


async def _work(folder: Path, database_url: str, families: int, begin: Barrier) -> None:
    from bench.events import TODAY, at_work

    town = Town(families, TODAY)
    town.incomes(1)  # what the registers answer
    async with at_work(folder, database_url, town) as assistant:
        await asyncio.to_thread(begin.wait, PATIENCE)
        while await _left(assistant):
            await assistant.work.run_until_idle()


async def _left(assistant: Assistant) -> int:
    async with assistant.database.read() as tx:
        left = select(func.count()).select_from(job).where(job.c.queue.in_(assistant.work.queues))
        return int(await tx.scalar(left) or 0)
