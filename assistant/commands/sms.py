"""`varde sms`: how a text would travel as SMS, and what it would cost."""

from __future__ import annotations

import argparse

from assistant.commands.arguments import Groups, command, write_json


def add(groups: Groups) -> None:
    sms = command(
        groups,
        "sms",
        _sms,
        does="say how a text would travel as SMS: its alphabet, its segments, its price",
        example='varde sms "Du har en melding fra Eksempel kommune."',
    )
    sms.add_argument("text", metavar="TEXT", help="in quotes; after -- where it begins with a minus")
    sms.add_argument("--json", action="store_true", help="print JSON")


def _sms(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from channels.sms import MAX_SEGMENTS, beyond_gsm7, clean, segments

    text = clean(given.text)
    parts = segments(text)
    each = Config.load().sms.price_per_part
    price = None if each is None else each * parts.count
    others = beyond_gsm7(text)
    if given.json:
        said = {"encoding": parts.encoding, "segments": parts.count, "characters": len(text)}
        write_json({**said, "beyond_gsm7": "".join(others), "price": None if price is None else str(price)})
        return 0
    print(f"encoding    {'GSM-7' if parts.encoding == 'gsm7' else 'UCS-2'}")
    if others:
        print(f"because of  {' '.join(others)}")
    print(f"characters  {len(text)}")
    print(
        f"segments    {parts.count}"
        + (f" (at most {MAX_SEGMENTS} are sent)" if parts.count > MAX_SEGMENTS else "")
    )
    print(f"price       {'not known: set price_per_part under [sms]' if price is None else f'{price} NOK'}")
    return 0
