"""`varde dmn`: ask a decision of a DMN model."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from assistant.commands.arguments import CommandFault, Groups, command, read_file


def add(groups: Groups) -> None:
    dmn = command(
        groups,
        "dmn",
        _dmn,
        does="what a decision of a DMN model says for given inputs, as JSON",
        example="""varde dmn loan.dmn --decision Eligibility --inputs '{"Age": 17}'""",
    )
    dmn.add_argument("file", metavar="FILE.dmn", help="a model in DMN XML, 1.1 to 1.5")
    dmn.add_argument(
        "--decision",
        required=True,
        metavar="NAME",
        help="a decision, or a decision service or knowledge model",
    )
    dmn.add_argument(
        "--inputs",
        default="{}",
        metavar="JSON",
        help='inputs by name: {"Age": 17}; @FILE reads a file, - standard input; dates are texts',
    )
    dmn.add_argument(
        "--unknown",
        action="store_true",
        help="what is not given is unknown rather than null, and told if missing",
    )
    dmn.add_argument("--json", action="store_true", help="JSON is what it always writes")


def _dmn(given: argparse.Namespace) -> int:
    from assistant.config import OSLO
    from rules.dmn import DmnFault
    from rules.dmn.command import decide
    from rules.feel.command import json_line

    inputs = given.inputs
    if inputs == "-" or inputs.startswith("@"):
        inputs = read_file(inputs.removeprefix("@"), "--inputs")
    try:
        answer = decide(Path(given.file), given.decision, inputs, datetime.now(OSLO), unknown=given.unknown)
    except DmnFault as fault:
        raise CommandFault(str(fault)) from None
    print(json_line(answer))
    return 0
