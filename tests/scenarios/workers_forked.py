"""Workers that are cheap to kill: forked, already loaded, from a process that does nothing else.

Started as a program it is that process. It reads a line at a time: `start <pickled Config, base64> <log> <fault>`
forks a worker and answers its number, `reap <number>` waits for one that has ended. As a module it is the tests' end.
"""

from __future__ import annotations

import asyncio
import base64
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from assistant.config import Config

Fault = Literal["none", "forgets", "renames"]
"""What a worker does wrong, to see that it is seen: 'forgets' lets go of a delivery as it begins it, 'renames' hands
a message over under another name each time."""

FAST_LEASE = timedelta(seconds=2)


@dataclass
class Worker:
    """One forked worker: `kill` it once, `pause` it and let it `go_on` as often as you like."""

    pid: int
    nursery: Nursery
    data_dir: Path

    @property
    def is_at_work(self) -> bool:
        return (self.data_dir / f"at-work-{self.pid}").exists()

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """`kill -9`, and until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.nursery.ask(f"reap {self.pid}")


class Nursery:
    """`with Nursery(log) as nursery:` forks workers with `nursery.start(config)`."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def start(self, config: Config, fault: Fault = "none") -> Worker:
        packed = base64.b64encode(pickle.dumps(config)).decode()
        return Worker(int(self.ask(f"start {packed} {self.log} {fault}")), self, config.data_dir)

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


# ---- the process that forks ---------------------------------------------------------------------------


def serve() -> None:
    import functools

    import assistant.assembly
    from rules import Catalogue

    Catalogue.load = staticmethod(functools.cache(Catalogue.load))  # type: ignore[method-assign]
    Catalogue.load()
    assert assistant.assembly
    for line in sys.stdin:
        what, *told = line.split()
        if what == "start":
            pid = os.fork()
            if pid == 0:
                _be_worker(*told)
            print(pid, flush=True)
        else:
            os.waitpid(int(told[0]), 0)
            print("reaped", flush=True)


def _be_worker(packed: str, log: str, fault: str) -> None:
    """In the child: never comes back."""
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what is asked of the parent is not for us
        written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(written, 1)
        os.dup2(written, 2)
        asyncio.run(_work(pickle.loads(base64.b64decode(packed)), fault))
    finally:
        os._exit(1)


async def _work(config: Config, fault: str) -> None:
    from assistant import journal
    from assistant.assembly import assemble, until_told_to_stop, working
    from assistant.store.work import running

    journal.configure(sys.stdout)
    running.LEASE, running.RENEWED_EVERY = FAST_LEASE, 0.5  # a paused one is soon given up
    running.RESCUE_EVERY = timedelta(seconds=0.5)
    _do_wrong(fault)
    nursery = os.getppid()
    async with assemble(config) as assistant, working(assistant):
        (config.data_dir / f"at-work-{os.getpid()}").touch()
        ended = asyncio.create_task(until_told_to_stop())
        while not ended.done() and os.getppid() == nursery:  # no test is there any more: do not stay behind
            await asyncio.wait([ended], timeout=1)


def _do_wrong(fault: str) -> None:
    from dataclasses import replace

    from sqlalchemy import delete

    from assistant.guidance.delivery import Delivery
    from assistant.store.columns import new_id
    from assistant.store.tables import job
    from assistant.store.work import Work

    claim, outgoing = Work._claim, Delivery._outgoing

    async def forgets(self: Work, *given: Any) -> Any:
        claimed = await claim(self, *given)
        forgotten = [one.id for one in claimed if one.task == "deliver"]
        if forgotten:
            async with self.database.begin() as tx:
                await tx.execute(delete(job).where(job.c.id.in_(forgotten)))
        return claimed

    def renames(self: Delivery, *given: Any) -> Any:
        return replace(outgoing(self, *given), id=new_id())

    if fault == "forgets":
        Work._claim = forgets  # type: ignore[method-assign]
    if fault == "renames":
        Delivery._outgoing = renames  # type: ignore[method-assign]


if __name__ == "__main__":
    serve()
