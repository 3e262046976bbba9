"""What the commands' arguments have in common: how they are read, and how a wrong one is told of."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, Protocol


class CommandFault(Exception):
    """A command cannot do what it was asked; the message is one line: the thing, the value, the way out."""


class Groups(Protocol):
    """Where a command is added: the commands themselves, or a group of them."""

    def add_parser(self, name: str, **kwargs: Any) -> OneLineParser: ...


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose errors are one line that names the way out."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {one_line(message)} (see: {self.prog} --help)\n")


Run = Callable[[argparse.Namespace], int]


def command(groups: Groups, name: str, run: Run, *, does: str, example: str) -> OneLineParser:
    """Add a command: what it does in one sentence, and an example that can be typed as it stands."""
    parser = groups.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, prog=parser.prog)
    return parser


def group(groups: Groups, name: str, *, does: str, example: str) -> Groups:
    """Add a group of commands, such as `varde db …`."""
    parser = groups.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser.add_subparsers(metavar="COMMAND", required=True, parser_class=OneLineParser)


def one_line(message: object) -> str:
    return " ".join(str(message).split())


def a_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date: write it as 2024-09-01") from None


def a_port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 (any free) to 65535")
    return int(text)


def read_file(path: str, name: str) -> str:
    """The text of a file, or of standard input for '-'."""
    try:
        if path == "-":
            return sys.stdin.read()
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandFault(
            f"{name} {path}: {error.strerror}: name a file that can be read, or - for standard input"
        ) from None
    except UnicodeDecodeError as error:
        raise CommandFault(f"{name} {path}: not UTF-8 at byte {error.start}: save it as UTF-8") from None


def write_json(value: Any) -> None:
    """One JSON document on standard output: exact decimals, dates as ISO text, keys in their order."""
    from datetime import datetime
    from decimal import Decimal

    def plain(part: object) -> object:
        if isinstance(part, Decimal):
            return int(part) if part == part.to_integral_value() and abs(part) < 2**53 else str(part)
        if isinstance(part, (date, datetime)):
            return part.isoformat()
        raise TypeError(f"{type(part).__name__} has no JSON form")

    sys.stdout.write(json.dumps(value, default=plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
