"""An edited template is tried out in a process of its own, which may use a second of processor and 256 MB more.

The sandbox refuses what can burn or leak; should it ever miss something, it is this child that burns, not the site.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

from assistant.guidance.previewing import Tried, faults_of

SECONDS = 1  # of processor
MEMORY = 256 * 1024 * 1024  # bytes, beyond what Python and our own code take
WHOLE_SECONDS = 20.0  # with what it takes to begin, on a busy machine


async def try_out(tried: Tried, text: str) -> tuple[str, ...]:
    """What is wrong with a text in the place of a template: `file:line: what`; nothing where all is well."""
    sent = json.dumps([tried.kind, tried.channel, tried.language, text])
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from assistant.guidance.trying_out import main; main()",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(part for part in sys.path if part), "PATH": os.defpath},
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(sent.encode()), WHOLE_SECONDS)
        faults = json.loads(said) if child.returncode == 0 else None
    except (TimeoutError, ValueError):
        faults = None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if faults is None:
        return (
            f"{tried.name}:1: writing it takes more than {SECONDS} second or {MEMORY >> 20} MB: make it simpler",
        )
    return tuple(str(fault) for fault in faults)


def main() -> None:
    """In the child: limit ourselves, read what is to be tried, say what is wrong with it as JSON."""
    kind, channel, language, text = json.load(sys.stdin)
    limit_ourselves()
    print(json.dumps(faults_of(Tried(kind, channel, language), text)))


def limit_ourselves() -> None:
    """From here on this process has so much processor and memory, and no more."""
    seconds = int(time.process_time()) + 1 + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with suppress(OSError, ValueError):  # not every system counts memory this way
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
