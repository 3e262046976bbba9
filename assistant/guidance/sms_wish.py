"""Whether a person wants texts of what there is to tell; what the law wants to reach them comes all the same.

Kept as a wish, beside those for the themes and for email: seen, changed and erased where they are.
"""

from __future__ import annotations

from datetime import datetime

from assistant.guidance.wish_rows import keep_wish, wish_for
from assistant.store import Transaction

SMS = "sms_notices"
"""Stands where a theme stands in a wish."""


async def has_stopped_sms(tx: Transaction, person_id: str) -> bool:
    """Whether the person has said that they want no texts."""
    return (await wish_for(tx, person_id, SMS)).choice == "leave"


async def set_sms(tx: Transaction, person_id: str, *, wanted: bool, now: datetime) -> None:
    """Keep whether the person wants texts. It holds for what waits to be sent too."""
    if await has_stopped_sms(tx, person_id) is wanted:
        await keep_wish(tx, person_id, SMS, "ask" if wanted else "leave", now)
