"""The installation's figures in Prometheus' form, read from the database: any web process gives the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from sqlalchemy import func, select

from assistant.operations.status import ChannelState, channel_states
from assistant.operations.tally import LATER, STEPS, Tallied, tallied
from assistant.store import Transaction
from assistant.store.tables import backup_made, stop_switch
from assistant.store.work import QUEUES, oldest, parked, waiting

COUNTED: Final = {
    "event": ("varde_events", "Events received, by what became of them", "outcome"),
    "determination": ("varde_determinations", "Determinations made, by their answer", "answer"),
}


async def figures(tx: Transaction, now: datetime) -> Sequence[Metric]:
    """Counters are as of the last tally (each quarter of an hour), gauges as of now. No label is about a person."""
    due, since = await waiting(tx, now), await oldest(tx, now)
    work = GaugeMetricFamily("varde_work_waiting", "Jobs that are due and not begun", labels=["queue"])
    age = GaugeMetricFamily(
        "varde_work_oldest_seconds", "How long the oldest of them has waited", labels=["queue"]
    )
    for queue in QUEUES:
        work.add_metric([queue], due[queue])
        age.add_metric([queue], max(0.0, (now - since[queue]).total_seconds()) if queue in since else 0)
    stopped = await tx.scalar(select(func.count()).where(stop_switch.c.ended_at.is_(None)))
    backed_up = await tx.scalar(select(func.max(backup_made.c.at)))
    single = [
        GaugeMetricFamily("varde_work_parked", "Jobs that have given up", len(await parked(tx))),
        GaugeMetricFamily("varde_stopped", "Stop switches that are on", stopped or 0),
        GaugeMetricFamily(
            "varde_backup_age_seconds",
            "Since the last backup; -1 where there is none",
            -1 if backed_up is None else (now - backed_up).total_seconds(),
        ),
    ]
    return [work, age, *single, *_of_channels(await channel_states(tx, now)), *of_tally(await tallied(tx))]


def _of_channels(states: Iterable[ChannelState]) -> Sequence[Metric]:
    waits = GaugeMetricFamily(
        "varde_messages_waiting", "Messages that are due and not sent", labels=["channel"]
    )
    age = GaugeMetricFamily(
        "varde_messages_oldest_seconds", "How long the oldest of them has waited", labels=["channel"]
    )
    for one in states:
        waits.add_metric([one.channel], one.waiting)
        age.add_metric([one.channel], one.oldest_seconds or 0)
    return [waits, age]


def of_tally(lines: Sequence[Tallied]) -> Sequence[Metric]:
    """Counters of events, determinations and messages, and how soon messages went, as a histogram."""
    made: list[Metric] = []
    for what, (name, does, label) in COUNTED.items():
        counter = CounterMetricFamily(name, does, labels=[label])
        for one in lines:
            if one.what == what:
                counter.add_metric([one.name], one.count)
        made.append(counter)
    messages = CounterMetricFamily(
        "varde_messages", "Messages sent and failed, by channel", labels=["channel", "outcome"]
    )
    took = HistogramMetricFamily(
        "varde_event_to_message_seconds", "From the event to the message that was sent", labels=["channel"]
    )
    for channel in sorted({one.name for one in lines if one.what in ("sent", "failed")}):
        sent = {one.within: one.count for one in lines if (one.what, one.name) == ("sent", channel)}
        failed = sum(one.count for one in lines if (one.what, one.name) == ("failed", channel))
        messages.add_metric([channel, "sent"], sum(sent.values()))
        messages.add_metric([channel, "failed"], failed)
        so_far, buckets = 0, []
        for step in (*STEPS, LATER):
            so_far += sent.get(step, 0)
            buckets.append(("+Inf" if step == LATER else str(float(step)), so_far))
        took.add_metric([channel], buckets, sum_value=None)
    return [*made, messages, took]
