"""Life events as kept: recognised from what changed, each once, and taken back when its ground is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update

from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import life_event
from assistant.twin import FactChange, Span
from rules import Catalogue, recognise
from rules import FactChange as Signal


async def keep_life_events(
    tx: Transaction,
    catalogue: Catalogue,
    changes: Sequence[FactChange],
    inbox_id: str | None,
    on: date,
    now: datetime,
) -> tuple[str, ...]:
    """Recognise what has happened in a life; the kinds that are new. Repetition and order do not matter."""
    signals = [signal for change in changes for signal in signals_of(change)]
    new: list[str] = []
    for event in recognise(catalogue.life_events.values(), signals, on):
        question = select(life_event.c.id, life_event.c.annulled_at).where(
            life_event.c.kind == event.kind,
            life_event.c.subject_id == event.subject,
            life_event.c.key == event.key,
        )
        row = await tx.first(question)
        if event.annulled:
            if row is not None and row["annulled_at"] is None:
                await _set_annulled(tx, row["id"], now)
        elif row is None:
            await tx.execute(
                insert(life_event).values(
                    id=new_id(),
                    kind=event.kind,
                    subject_id=event.subject,
                    occurred_on=event.occurred_on,
                    key=event.key,
                    recognised_at=now,
                    inbox_id=inbox_id,
                )
            )
            new.append(event.kind)
        elif row["annulled_at"] is not None:
            await _set_annulled(tx, row["id"], None)
            new.append(event.kind)
    return tuple(new)


async def _set_annulled(tx: Transaction, event_id: str, at: datetime | None) -> None:
    await tx.execute(update(life_event).where(life_event.c.id == event_id).values(annulled_at=at))


def signals_of(change: FactChange) -> Iterator[Signal]:
    """What a change of spans means, value by value: what is newly stated, and what was never true after all.

    A span that only got its end, or another detail, is neither.
    """
    stated = [span for span in change.after if not any(_same(span, one) for one in change.before)]
    withdrawn = [span for span in change.before if not any(_same(span, one) for one in change.after)]
    for span in stated:
        before = _value_before(span, change.before)
        yield Signal(change.subject_id, change.concept, before, span.value, span.valid_from, span.detail)
    if not change.after:
        for span in withdrawn:
            yield Signal(
                change.subject_id,
                change.concept,
                span.value,
                None,
                span.valid_from,
                span.detail,
                withdrawn=True,
            )


def _same(one: Span, other: Span) -> bool:
    return one.value == other.value and one.valid_from == other.valid_from


def _value_before(span: Span, earlier: Sequence[Span]) -> object:
    """The value that held until the new one began: of the latest earlier span that began no later."""
    began = [one for one in earlier if (one.valid_from or date.min) <= (span.valid_from or date.max)]
    return max(began, key=lambda one: one.valid_from or date.min).value if began else None
