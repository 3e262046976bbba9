"""`varde municipality`: a municipality this assistant serves, and what it has settled for itself."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from typing import Any

from assistant.commands.arguments import CommandFault, Groups, command, write_json

KEY = re.compile(r"[a-z][a-z0-9_]*")


def add(groups: Groups) -> None:
    one = command(
        groups,
        "municipality",
        _municipality,
        does="a municipality that is served here: what it has settled; sets it up and changes it",
        example="varde municipality 9999 --generation apply_reduced_fee=flagged",
    )
    one.add_argument("number", metavar="NUMBER", help="kommunenummer, four digits")
    one.add_argument("--name", help="what it is called; sets it up where it is new")
    one.add_argument(
        "--set",
        metavar="KEY=JSON",
        action="append",
        default=[],
        help="something law leaves to it: a setting of the rules, as docs/running.md has them",
    )
    one.add_argument(
        "--generation",
        metavar="ERRAND=GENERATION",
        help="who carries the facts of an errand: documented, fetched or flagged; open cases move with it",
    )
    one.add_argument("--json", action="store_true", help="the settings, and what was moved, as JSON")


def _municipality(given: argparse.Namespace) -> int:
    if not re.fullmatch(r"[0-9]{4}", given.number):
        raise CommandFault(f"NUMBER: {given.number!r} is no kommunenummer: write its four digits")
    changed = dict(_setting(text) for text in given.set)
    chosen = _choice(given.generation)
    told = asyncio.run(_change(given.number, given.name, changed, chosen))
    if given.json:
        write_json(told)
        return 0
    print(f"{told['number']} {told['name']}")
    for key, value in sorted(told["settings"].items()):
        print(f"  {key} = {json.dumps(value, ensure_ascii=False)}")
    if told["moved"] is not None:
        moved = told["moved"]
        print(
            f"Open cases: {moved['on_new_facts']} are decided on what the registers say, "
            f"{moved['as_begun']} are handled as they were begun. "
            f"Errands not yet sent that go on by the new steps: {moved['errands']}."
        )
    return 0


def _setting(text: str) -> tuple[str, Any]:
    key, mark, value = text.partition("=")
    if not mark or not KEY.fullmatch(key):
        raise CommandFault(f'--set: {text!r} is not KEY=JSON, such as first_child="youngest"')
    if key == "generations":
        raise CommandFault(
            "--set generations: use --generation ERRAND=GENERATION, which moves open cases too"
        )
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        raise CommandFault(
            f"--set {key}: {value!r} is not JSON; a text needs quotes: {key}='\"…\"'"
        ) from None


def _choice(text: str | None) -> tuple[str, Any] | None:
    from assistant.twin import GENERATIONS

    if text is None:
        return None
    errand, mark, generation = text.partition("=")
    if not mark or generation not in GENERATIONS:
        raise CommandFault(f"--generation: {text!r} is not ERRAND=GENERATION with {', '.join(GENERATIONS)}")
    return errand, generation


async def _change(
    number: str, name: str | None, changed: dict[str, Any], chosen: tuple[str, Any] | None
) -> dict[str, Any]:
    from sqlalchemy import select

    from assistant.assembly import assemble
    from assistant.casework.moving_on import NoSuchMunicipality, settings_of
    from assistant.config import Config
    from assistant.processes.choosing import UnknownErrand
    from assistant.processes.moving_on import move_on
    from assistant.store.database import upsert
    from assistant.store.tables import municipality

    async with assemble(Config.load()) as assistant, assistant.database.begin() as tx:
        try:
            if name is not None:
                known = await tx.first(select(municipality).where(municipality.c.number == number))
                settings = {} if known is None else known["settings"]
                await upsert(tx, municipality, {"number": number}, {"name": name, "settings": settings})
            settings = {**await settings_of(tx, number), **changed}
            await tx.execute(
                municipality.update().where(municipality.c.number == number).values(settings=settings)
            )
            moved = None
            if chosen is not None:
                parts = assistant.parts
                moved = await move_on(
                    tx, parts.processes.definitions, parts.casework, number, *chosen, assistant.clock()
                )
        except (NoSuchMunicipality, UnknownErrand) as fault:
            raise CommandFault(str(fault)) from None
        row = await tx.first(select(municipality).where(municipality.c.number == number))
        assert row is not None
        counted = (
            None
            if moved is None
            else {
                "on_new_facts": moved.on_new_facts,
                "as_begun": moved.as_begun,
                "errands": moved.errands,
            }
        )
        return {**row, "moved": counted}
