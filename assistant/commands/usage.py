"""`varde usage verify`: whether an exported usage log is as it was logged."""

from __future__ import annotations

import argparse
import json
import re

from assistant.commands.arguments import CommandFault, Groups, command, group, read_file


def add(groups: Groups) -> None:
    within = group(
        groups,
        "usage",
        does="the log of who used which facts about a person",
        example="varde usage verify my-usage-log.json",
    )
    verifying = command(
        within,
        "verify",
        _verify,
        does="check an exported log: that nothing was changed, dropped or moved",
        example="varde usage verify my-usage-log.json",
    )
    verifying.add_argument("export", metavar="FILE", help="the log, as downloaded; - is standard input")
    verifying.add_argument(
        "--key", metavar="HEX", help="the public key, from elsewhere than the file itself (64 hex digits)"
    )
    verifying.add_argument("--json", action="store_true", help="what was found, as JSON")


def _verify(given: argparse.Namespace) -> int:
    from assistant.twin.usage_chain import verify

    name = "stdin" if given.export == "-" else given.export
    key = _key(given.key)
    try:
        verdict = verify(json.loads(read_file(given.export, "FILE")), key)
    except json.JSONDecodeError as error:
        raise CommandFault(f"{name}:{error.lineno}: is not JSON: {error.msg}") from None
    except ValueError as error:
        raise CommandFault(f"{name}: {error}") from None
    if given.json:
        print(
            json.dumps(
                {
                    "entries": verdict.entries,
                    "withheld": verdict.withheld,
                    "signed_to": verdict.signed_to,
                    "signed_on": verdict.signed_on.isoformat() if verdict.signed_on else None,
                    "faults": [str(fault) for fault in verdict.faults],
                }
            )
        )
    if verdict.faults:
        raise CommandFault("\n".join(f"{name}: {fault}" for fault in verdict.faults))
    if not given.json:
        signed = (
            f"signed up to entry {verdict.signed_to} on {verdict.signed_on}"
            if verdict.signed_on
            else "not signed yet"
        )
        without = f" ({verdict.withheld} of them without content, by law)" if verdict.withheld else ""
        print(f"{name}: {verdict.entries} entries{without}, as they were logged; {signed}")
    return 0


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise CommandFault(f"--key: '{text}' is no public key: write its 64 hexadecimal digits")
    return bytes.fromhex(text)
