"""Work that must not be lost: enqueued in the caller's transaction, run at least once, in order per key.

Handlers are idempotent: a process that is paused and wakes after its lease ran out does its job a second
time. A job that keeps failing is parked with its reason, so that it does not hold up those behind it.
"""

from assistant.store.work.enqueuing import QUEUES, enqueue
from assistant.store.work.fetching import LOST, RETRIES
from assistant.store.work.running import LEASE, LONG_WAIT, Handler, Postpone, Together, Work
from assistant.store.work.standing import ParkedJob, oldest, outstanding, parked, try_again, waiting

__all__ = [
    "LEASE",
    "LONG_WAIT",
    "LOST",
    "QUEUES",
    "RETRIES",
    "Handler",
    "ParkedJob",
    "Postpone",
    "Together",
    "Work",
    "enqueue",
    "oldest",
    "outstanding",
    "parked",
    "try_again",
    "waiting",
]
