"""What follows at once when a person changes what they wish, and when the assistant could not do as they wished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.config import local_date
from assistant.guidance import already_told, rows
from assistant.guidance.being_told import ToldHow
from assistant.guidance.keeping import NewMessage, keep_message
from assistant.guidance.store import Guidance
from assistant.guidance.tact import may_go
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import keep_told_how, keep_wish, told_how_for, wish_for
from assistant.guidance.wishes import Choice, as_wished, is_statutory
from assistant.store import Transaction


async def set_wish(
    guidance: Guidance, tx: Transaction, person_id: str, theme: str, choice: Choice, now: datetime
) -> bool:
    """Keep what a person wishes for a theme, at once also for what waits to be sent; whether it is new.

    *Leave me alone* takes back what waits, *only tell me* takes the errand out of it, and *do it for me* has the
    assistant act on the rights the person has been told of and not applied for. Raises StillSending (a Postpone)
    where a message it takes back is on its way.
    """
    if (await wish_for(tx, person_id, theme)).choice == choice:
        return False
    await keep_wish(tx, person_id, theme, choice, now)
    waiting = [
        row
        for row in await rows.waiting_messages(tx, person_id=person_id)
        if any(theme_of(rule) == theme for rule in row["content"].get("rules", (row["rule"],)))
    ]
    await guidance.stop_what_may_not_go(tx, waiting, now)
    if choice == "tell":
        for row in waiting:
            await _only_tell(guidance, tx, row, now)
    if choice == "do":
        for found in await already_told.standing(tx, person_id):
            if theme_of(found["rule"]) == theme and found["content"].get("process"):
                await rows.enqueue_act(tx, found["id"], person_id, now)
    return True


async def set_told_how(
    guidance: Guidance, tx: Transaction, person_id: str, theme: str, want: ToldHow, now: datetime
) -> bool:
    """Keep how a person wants to be told of a theme, at once also for notices that wait; whether it is new."""
    before = await told_how_for(tx, person_id, theme)
    if replace(want, set_at=before.set_at) == before:
        return False
    await keep_told_how(tx, person_id, theme, want, now)
    waiting = await rows.waiting_messages(tx, person_id=person_id)
    for row in waiting:
        if theme_of(row["rule"]) == theme:
            await _by_the_new_way(guidance, tx, row, want, now)
    return True


async def _by_the_new_way(
    guidance: Guidance, tx: Transaction, row: Mapping[str, Any], want: ToldHow, now: datetime
) -> None:
    """Write what waits anew; a notice by the channel that was chosen, or not at all where none was."""
    await guidance.write_again(tx, row, row["content"], now)
    if row["channel"] not in rows.NOTICES or await rows.on_their_way(tx, [row["id"]], now):
        return
    person, how, _ = await guidance.telling_now(tx, row, local_date(now))
    in_browsers = row["channel"] == "push" and may_go("push", how) and want.via in ("", "push")
    if row["channel"] in how.channels or in_browsers:
        await rows.send_later(tx, row, now, now)  # when it goes is asked again: it may be at once
        return
    await rows.set_state(tx, row["id"], "withdrawn")
    if how.notice:
        await guidance.knock(tx, row, person, how.notice, now)


async def _only_tell(guidance: Guidance, tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
    """Write anew what waits of a message, without an errand to begin. What has reached somebody stays as said."""
    if is_statutory(row["kind"]) or row["content"].get("party"):
        return
    if await rows.has_reached(tx, row["guidance_id"]):
        return
    content = as_wished(row["content"], "tell_only")
    await rows.set_content(tx, row["guidance_id"], content)
    await guidance.write_again(tx, row, content, now)


async def tell_after_all(guidance: Guidance, tx: Transaction, guidance_id: str, now: datetime) -> None:
    """Tell of a right what was kept to be acted on, where the assistant could not act on it. Told before: nothing."""
    row = await rows.guidance_by_id(tx, guidance_id)
    if row is None or row["withdrawn_at"] is not None or await rows.has_messages(tx, guidance_id):
        return
    person, how, _ = await guidance.telling_now(tx, row, local_date(now))
    if how.silent:
        return
    content, sender = row["content"], await guidance.sender(tx, row["content"].get("municipality", ""))
    if how.by_hand:
        await guidance.write_letter(tx, guidance_id, person, how, row["kind"], content, sender, now)
    for channel in how.channels:
        written = await guidance.write(tx, row["kind"], channel, person, content, sender, now)
        await keep_message(tx, NewMessage(guidance_id, person.id, written, not_before=how.not_before), now)
