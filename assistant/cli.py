"""`varde`: the command line. Reads the arguments, runs the command, tells a fault in one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from assistant.commands import database, running
from assistant.commands.arguments import CommandFault, OneLineParser, one_line


def parser() -> OneLineParser:
    varde = OneLineParser(
        prog="varde",
        description="A proactive digital assistant that looks after residents' rights and duties.",
        epilog="example:\n  varde demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    groups = varde.add_subparsers(metavar="COMMAND", required=True, parser_class=OneLineParser)
    for module in (running, database):
        module.add(groups)
    return varde


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status: 0 only on success, 1 for a fault, 2 for arguments not understood."""
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
        if (told := _told(error)) is None:
            raise
        print(f"{given.prog}: {one_line(told)}", file=sys.stderr)
        return 1
    return status


def _told(error: Exception) -> str | None:
    """The line that tells of a fault one of ours foresaw; None for one that nobody did."""
    if isinstance(error, CommandFault):
        return str(error)
    from assistant.config import ConfigurationError

    if isinstance(error, ConfigurationError):
        return str(error)
    from assistant.store.migrate import UnfitDatabase

    if isinstance(error, UnfitDatabase):
        return str(error)
    from sqlalchemy.exc import ArgumentError, OperationalError

    if isinstance(error, OperationalError):
        return (
            f"the database does not answer: {error.orig}: check VARDE_DATABASE_URL and that the server runs"
        )
    if isinstance(error, ArgumentError):
        return (
            "VARDE_DATABASE_URL is no database URL: write postgresql+psycopg://user@host/name or leave it out"
        )
    if isinstance(error, OSError):
        return str(error)
    return None
