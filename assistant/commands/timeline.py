"""`varde timeline`: the years of a family, as text, a page or a calendar."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from assistant.commands.arguments import CommandFault, Groups, command, read_file

FORMATS = ("text", "page", "ics")


def add(groups: Groups) -> None:
    parser = command(
        groups,
        "timeline",
        _timeline,
        does="what law brings a family through the years, and by when to act",
        example="varde timeline docs/examples/family.json --from 2026-09-01 --to 2032-01-01 --language nb",
    )
    parser.add_argument("family", metavar="FILE", help="the family, as JSON; - is standard input")
    parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day")
    parser.add_argument("--to", dest="until", required=True, metavar="DATE", help="the day it ends before")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text, page (HTML) or ics (text)")
    parser.add_argument("--language", default="nb", metavar="LANG", help="nb, nn or en (nb)")


def _timeline(given: argparse.Namespace) -> int:
    from assistant.timeline import FamilyFault, as_calendar, as_page, as_text, read_family
    from rules import Catalogue
    from rules.command import known_language
    from rules.life_timeline import life_timeline
    from rules.model import FactFault
    from rules.timeline import PeriodFault

    language = known_language(given.language, "--language")
    first, until = _day(given.first, "--from"), _day(given.until, "--to")
    catalogue = Catalogue.load()
    name = "stdin" if given.family == "-" else given.family
    try:
        family = read_family(read_file(given.family, "FILE"), name, catalogue)
        days = life_timeline(catalogue, family.members, first, until, family.settings)
    except (FamilyFault, PeriodFault) as fault:
        raise CommandFault(str(fault)) from None
    except FactFault as fault:
        raise CommandFault(f"{name}: {fault}") from None
    if given.format == "ics":
        sys.stdout.flush()
        sys.stdout.buffer.write(as_calendar(days, language, first))
    elif given.format == "page":
        print(as_page(days, [member.name for member in family.members], language), end="")
    else:
        print(as_text(days, language), end="")
    return 0


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandFault(f"{option}: '{text}' is no day: write one as 2026-09-01") from None
