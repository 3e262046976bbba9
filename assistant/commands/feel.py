"""`varde feel`: evaluate expressions of the language that rules are written in."""

from __future__ import annotations

import argparse
import io
import sys
from datetime import datetime

from assistant.commands.arguments import CommandFault, Groups, command


def add(groups: Groups) -> None:
    feel = command(
        groups,
        "feel",
        _feel,
        does="evaluate a FEEL expression, or with --batch one a line, and print JSON",
        example="""varde feel "if age < 6 then 0 else fee / 2" --context '{"age": 7, "fee": 25}'""",
    )
    feel.add_argument("expression", nargs="?", metavar="EXPR", help="after -- where it begins with a minus")
    feel.add_argument("--context", metavar="JSON", help='the names it may use: {"name": value}')
    feel.add_argument(
        "--batch",
        action="store_true",
        help='read lines {"expression": …, "given": {…}} on standard input;'
        ' each gives a line {"value": …} or {"error": …}',
    )
    feel.add_argument("--json", action="store_true", help="JSON is what it always writes")


def _feel(given: argparse.Namespace) -> int:
    from assistant.config import OSLO

    now = datetime.now(OSLO)
    if given.batch:
        if given.expression is not None or given.context is not None:
            raise CommandFault(
                "--batch takes no EXPR and no --context: write them on standard input, one a line"
            )
        return _batch(now)
    if given.expression is None:
        raise CommandFault("EXPR is missing: write an expression in quotes, or --batch to read them")
    from rules.feel.command import evaluate_json, json_line

    print(json_line(evaluate_json(given.expression, given.context or "{}", now)))
    return 0


def _batch(now: datetime) -> int:
    from rules.feel.command import evaluate_batch

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # a line that is not UTF-8 does not stop the others
    for line in evaluate_batch(sys.stdin, now):
        print(line, flush=True)
    return 0
