"""`varde`: the command line. Reads the arguments, runs the command, tells a fault in one line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from assistant.commands import (
    backup,
    bench,
    channels,
    database,
    dmn,
    erasures,
    feel,
    municipality,
    population,
    rules,
    running,
    sms,
    status,
    suppressions,
    switches,
    timeline,
    usage,
)
from assistant.commands.arguments import CommandFault, OneLineParser, one_line


def parser() -> OneLineParser:
    varde = OneLineParser(
        prog="varde",
        description="A proactive digital assistant that looks after residents' rights and duties.",
        epilog="example:\n  varde demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    groups = varde.add_subparsers(metavar="COMMAND", required=True, parser_class=OneLineParser)
    for module in (
        running,
        database,
        status,
        switches,
        municipality,
        rules,
        timeline,
        usage,
        erasures,
        suppressions,
        backup,
        feel,
        sms,
        dmn,
        population,
        channels,
        bench,
    ):
        module.add(groups)
    return varde


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status: 0 only on success, 1 for a fault, 2 for arguments not understood."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # whatever the machine's language settings are
    given = parser().parse_args(arguments)
    try:
        status: int = given.run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who read our output has gone; nothing is left to tell, and Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        told = _told(error)
        if told is None and os.environ.get("VARDE_TRACEBACK"):
            raise
        if told is None:
            told = (
                f"a fault of Varde itself: {type(error).__name__}: {error}: "
                "run it again with VARDE_TRACEBACK=1 to see where, and report it"
            )
        from assistant.journal import clean

        print(f"{given.prog}: {clean(one_line(told))}", file=sys.stderr)
        return 1
    return status


def _told(error: Exception) -> str | None:
    """The line that tells of a fault that was foreseen; None for one that nobody foresaw."""
    from assistant.config import ConfigurationError
    from rules.command import CommandFault as RulesCommandFault
    from rules.faults import RuleFault
    from rules.feel import FeelError
    from rules.model import FactFault

    if isinstance(error, RuleFault):
        more = len(error.faults) - 1
        return f"{error.faults[0]}" + (f" (and {more} more: see varde rules check)" if more else "")
    if isinstance(
        error, (CommandFault, ConfigurationError, RulesCommandFault, FactFault, FeelError, OSError)
    ):
        return str(error)
    return _told_of_database(error)


def _told_of_database(error: Exception) -> str | None:
    from sqlalchemy.exc import ArgumentError, OperationalError

    from assistant.store.migrate import UnfitDatabase

    if isinstance(error, UnfitDatabase):
        return str(error)
    if isinstance(error, OperationalError):
        return (
            f"the database does not answer: {error.orig}: check VARDE_DATABASE_URL and that the server runs"
        )
    if isinstance(error, ArgumentError):
        return (
            "VARDE_DATABASE_URL is no database URL: write postgresql+psycopg://user@host/name or leave it out"
        )
    return None
