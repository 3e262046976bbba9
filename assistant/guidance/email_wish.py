"""Whether a person wants email of what there is to tell; what the law wants to reach them comes all the same.

Kept as a wish, beside those for the themes: seen, changed and erased where they are.
"""

from __future__ import annotations

from datetime import datetime

from assistant.guidance.marks import unsubscribing
from assistant.guidance.wish_rows import keep_wish, wish_for
from assistant.store import IdentityKeys, Transaction

EMAIL = "email_notices"
"""Stands where a theme stands in a wish."""

ONE_CLICK = "List-Unsubscribe=One-Click"


async def has_stopped_email(tx: Transaction, person_id: str) -> bool:
    """Whether the person has said that they want no email."""
    return (await wish_for(tx, person_id, EMAIL)).choice == "leave"


async def set_email(tx: Transaction, person_id: str, *, wanted: bool, now: datetime) -> bool:
    """Keep whether the person wants email; whether that is new. It holds for what waits to be sent too."""
    if await has_stopped_email(tx, person_id) is not wanted:
        return False
    await keep_wish(tx, person_id, EMAIL, "ask" if wanted else "leave", now)
    return True


def unsubscribe_headers(keys: IdentityKeys, person_id: str, public_url: str) -> dict[str, str]:
    """What an email says of how to stop more of them, with one click (RFC 8058)."""
    address = f"{public_url.rstrip('/')}/unsubscribe/{unsubscribing(keys).make(person_id)}"
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": ONE_CLICK}
