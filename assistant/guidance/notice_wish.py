"""Whether a person wants notices by email, and by SMS; what the law wants to reach them comes all the same.

Kept as wishes, beside those for the themes: seen, changed and erased where they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

from assistant.guidance.marks import unsubscribing
from assistant.guidance.wish_rows import keep_wish, wish_for
from assistant.store import IdentityKeys, Transaction

Stoppable = Literal["email", "sms"]
STOPPABLE: Final[tuple[Stoppable, ...]] = get_args(Stoppable)

ONE_CLICK = "List-Unsubscribe=One-Click"


def wish_about(channel: Stoppable) -> str:
    """What stands where a theme stands in a wish.

    >>> wish_about("email")
    'email_notices'
    """
    return f"{channel}_notices"


async def has_stopped(tx: Transaction, person_id: str, channel: Stoppable) -> bool:
    """Whether the person has said that they want no notices by the channel."""
    return (await wish_for(tx, person_id, wish_about(channel))).choice == "leave"


async def set_notices(
    tx: Transaction, person_id: str, channel: Stoppable, *, wanted: bool, now: datetime
) -> bool:
    """Keep whether the person wants notices by the channel; whether that is new. It holds for what waits too."""
    if await has_stopped(tx, person_id, channel) is not wanted:
        return False
    await keep_wish(tx, person_id, wish_about(channel), "ask" if wanted else "leave", now)
    return True


def unsubscribe_headers(keys: IdentityKeys, person_id: str, public_url: str) -> dict[str, str]:
    """What an email says of how to stop more of them, with one click (RFC 8058)."""
    address = f"{public_url.rstrip('/')}/unsubscribe/{unsubscribing(keys).make(person_id)}"
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": ONE_CLICK}
