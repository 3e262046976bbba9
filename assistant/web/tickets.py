"""Tickets for the widget on other sites: sealed, short-lived, good once, each for one living session.

On another site the browser keeps our SameSite cookie to itself. The login window, which is ours, hands the
widget a ticket instead, and the widget shows it in the first line over the WebSocket.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag

from assistant.store import IdentityKeys, Transaction
from assistant.store.columns import from_json, to_json
from assistant.store.database import insert_once
from assistant.store.tables import receipt

HANDED_OVER = timedelta(seconds=60)
"""How long a ticket from the login window is good."""

RESUMED = timedelta(minutes=30)
"""How long a ticket to come back after a lost connection is good: as long as an unused session."""

ABOUT = "web.ticket"
MAX_LENGTH = 1000


@dataclass(frozen=True)
class Ticket:
    """What a ticket stands for: a session (its token's hash), for a page of one origin.

    `number` tells it from every other, however it is written: base64 can write the same bytes in many ways.
    """

    session: bytes
    origin: str
    number: str = field(default_factory=lambda: secrets.token_hex(16))


def seal(keys: IdentityKeys, ticket: Ticket, expires: datetime) -> str:
    """Write a ticket: encrypted and authenticated, so that it tells nothing and cannot be made up."""
    plain = to_json(
        {
            "session": ticket.session.hex(),
            "origin": ticket.origin,
            "expires": expires.isoformat(),
            "number": ticket.number,
        }
    )
    key_id, sealed = keys.seal(plain.encode(), about=ABOUT)
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(keys: IdentityKeys, written: str, origin: str, now: datetime) -> Ticket | None:
    """The ticket, if it is ours, for that origin, and has not expired. `use` makes it good once."""
    key_id, _, sealed = written[:MAX_LENGTH].partition(".")
    try:
        plain = keys.open(key_id, base64.urlsafe_b64decode(sealed), about=ABOUT)
    except (KeyError, ValueError, InvalidTag, binascii.Error):
        return None
    said = from_json(plain.decode())
    if said["origin"] != origin or datetime.fromisoformat(said["expires"]) <= now:
        return None
    return Ticket(bytes.fromhex(said["session"]), said["origin"], said["number"])


async def use(tx: Transaction, ticket: Ticket, now: datetime) -> bool:
    """Use the ticket up; False when somebody has before, in whatever process."""
    values = {"id": f"ticket:{ticket.number}", "at": now}
    return await insert_once(tx, receipt, values, ["id"])
