"""`varde channels`: the channels this configuration gives, what each carries and costs, and what it reports."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant.commands.arguments import Groups, command, write_json

if TYPE_CHECKING:
    from channels import Channel

RECEIPTS = {
    "none": "reports nothing later",
    "asked": "is asked later what became of it",
    "told": "tells later what became of it",
}


def add(groups: Groups) -> None:
    listing = command(
        groups,
        "channels",
        _list,
        does="list the channels that are set up, what each carries and costs, and what it reports",
        example="varde channels --json",
    )
    listing.add_argument("--json", action="store_true", help="as JSON")


def _list(given: argparse.Namespace) -> int:
    from assistant.config import Config

    found = asyncio.run(_found(Config.load()))
    if given.json:
        write_json(found)
        return 0
    print("\n".join(line_of(channel) for channel in found))
    return 0


async def _found(config: Any) -> list[dict[str, Any]]:
    import aiohttp

    from assistant.guidance.channels import make_channels
    from assistant.store import IdentityKeys
    from channels.chat import ChatChannel

    async with aiohttp.ClientSession() as http:
        # Keys of no use: nothing is sent, and whoever asks need not be the one who may read the real ones.
        made = make_channels(config, ChatChannel(), config.clock, http, IdentityKeys.generate())
        if config.push.contact:
            made["push"] = _push(config)
        try:
            return [described(name, channel) for name, channel in made.items()]
        finally:
            for channel in made.values():
                await channel.close()


def _push(config: Any) -> Channel:
    from channels.push import PushChannel, PushSettings
    from channels.push_crypto import VapidKey

    async def nothing(*_: object) -> Any:
        raise AssertionError("nothing is sent from here")

    return PushChannel(PushSettings(VapidKey.generate(), config.push.contact), nothing, nothing, config.clock)


def described(name: str, channel: Channel) -> dict[str, Any]:
    """What a channel says of itself; `cost` is that of a notice of one line, `amount` null where not known."""
    from channels import Outgoing

    # A channel may cost more by length: this is the least it is used for.
    notice = Outgoing("0", "", "nb", "Du har en melding", "Du har en melding. Logg inn for å lese den.")
    cost = channel.cost(notice)
    return {
        "name": name,
        "class": f"{type(channel).__module__}.{type(channel).__qualname__}",
        "carries": "whole" if channel.carries.whole else "notice",
        "attachments": channel.carries.attachments,
        "longest_text": channel.carries.longest_text,
        "cost": {"amount": cost.amount, "currency": cost.currency, "unit": cost.unit},
        "receipts": channel.receipts,
    }


def line_of(channel: Mapping[str, Any]) -> str:
    """One line for people.

    >>> line_of({"name": "sms", "class": "channels.sms.SmsChannel", "carries": "notice", "attachments": False,
    ...     "longest_text": 612, "cost": {"amount": None, "currency": "NOK", "unit": "message"}, "receipts": "none"})
    'sms: a notice, at most 612 characters; cost unknown; reports nothing later (channels.sms.SmsChannel)'
    """
    carries = "the matter itself" if channel["carries"] == "whole" else "a notice"
    if channel["attachments"]:
        carries += " and attachments"
    if channel["longest_text"] is not None:
        carries += f", at most {channel['longest_text']} characters"
    cost = channel["cost"]
    costs = (
        "cost unknown"
        if cost["amount"] is None
        else f"costs {cost['amount']} {cost['currency']} a {cost['unit']}"
    )
    return f"{channel['name']}: {carries}; {costs}; {RECEIPTS[channel['receipts']]} ({channel['class']})"
