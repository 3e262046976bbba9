"""`varde rules …` and `varde determine`: the catalogue's rules, checked and run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.arguments import CommandFault, Groups, command, group, one_line, read_file, write_json

if TYPE_CHECKING:
    from rules.checking import Chosen


def add(groups: Groups) -> None:
    within = group(groups, "rules", does="the catalogue of rules", example="varde rules check")
    check = command(
        within,
        "check",
        _check,
        does="validate rule files and run their tests; the whole catalogue where no path is given",
        example="varde rules check rules/catalogue/no/kindergarten/reduced_fee.yaml",
    )
    check.add_argument("paths", nargs="*", metavar="PATH", help="a rule file, or a folder of them")
    check.add_argument("--json", action="store_true", help="print the counts and faults for a machine")
    check.add_argument(
        "--suggest-tests",
        action="store_true",
        help="instead, write tests just on either side of each boundary that has none, to put into the file",
    )

    covered = command(
        within,
        "coverage",
        _coverage,
        does="how far each rule is proved: sides of boundaries tested, law, texts, known gaps",
        example="varde rules coverage",
    )
    covered.add_argument("paths", nargs="*", metavar="PATH", help="a rule file, or a folder of them")
    covered.add_argument("--json", action="store_true", help="print it for a machine")

    publish = command(
        within,
        "publish",
        _publish,
        does="the legal content of the rules as a page, in Markdown",
        example="varde rules publish --language nb",
    )
    publish.add_argument("paths", nargs="*", metavar="PATH", help="a rule file, or a folder of them")
    publish.add_argument("--language", default="en", metavar="LANG", help="nb, nn or en (en)")

    export = command(
        within,
        "export",
        _export,
        does="the catalogue as linked data: CPSV-AP-NO and CCCEV, in Turtle or JSON-LD",
        example="varde rules export --base https://example.kommune.no/catalogue/",
    )
    export.add_argument("--base", required=True, metavar="URL", help="the address its IRIs begin with")
    export.add_argument("--format", choices=("turtle", "json-ld"), default="turtle", help="(turtle)")

    determine = command(
        groups,
        "determine",
        _determine,
        does="what a rule says for a subject at a date, as JSON",
        example='echo \'{"child": {"kindergarten_place": null}}\' |'
        " varde determine kindergarten.reduced_fee --on 2024-09-01 --facts -",
    )
    determine.add_argument(
        "rule", metavar="RULE", help="id of a rule in the catalogue, or path of a rule file"
    )
    determine.add_argument("--on", required=True, metavar="DATE", help="the day, such as 2024-09-01")
    determine.add_argument("--facts", required=True, metavar="FILE", help="JSON; - is standard input")
    determine.add_argument(
        "--settings",
        default="{}",
        metavar="JSON",
        help='what law leaves to the municipality: {"zone": "normal"}',
    )
    instead = determine.add_mutually_exclusive_group()
    instead.add_argument(
        "--timeline",
        nargs=2,
        metavar=("FROM", "TO"),
        help="the stretches of days, TO not included, in which it says the same, and why each begins",
    )
    instead.add_argument(
        "--what-if",
        nargs="?",
        const="",
        metavar="GOAL",
        help="what would have to be different for a yes, or for a goal such as 'monthly_fee<=1000'",
    )
    instead.add_argument(
        "--explain", metavar="LANG", help="why, a sentence a line, in nb, nn or en; with --json also as data"
    )
    determine.add_argument("--json", action="store_true", help="JSON is what all but --explain write anyway")


def _check(given: argparse.Namespace) -> int:
    from rules.command import rules_check, suggested_tests_text

    if given.suggest_tests:
        text, unread = suggested_tests_text(given.paths)
        for fault in unread:
            print(one_line(fault), file=sys.stderr)
        print(text or "Every boundary that a test can be moved to has one on either side.")
        return 1 if unread else 0
    report = rules_check(given.paths)
    if given.json:
        faults = [{"file": f.filename, "line": f.line, "message": f.message} for f in report.faults]
        counts = {
            name: getattr(report, name) for name in ("rules", "tests", "concepts", "life_events", "tact")
        }
        write_json({**counts, "faults": faults})
    else:
        for fault in report.faults:
            print(one_line(fault), file=sys.stderr)
        print(report)
    return 1 if report.faults else 0


def _chosen(paths: list[str]) -> Chosen:
    """The rules of some files or folders, or of the catalogue; what is wrong in them is told."""
    from rules.checking import chosen

    found = chosen([Path(path) for path in paths])
    for fault in found.faults:
        print(one_line(fault), file=sys.stderr)
    return found


def _coverage(given: argparse.Namespace) -> int:
    from rules.coverage import as_text, coverage

    found = _chosen(given.paths)
    rows = coverage(sorted(found.rules, key=lambda rule: rule.id), found.catalogue)
    if given.json:
        write_json({"rules": [row.as_json for row in rows]})
    else:
        print(as_text(rows))
    return 1 if found.faults else 0


def _publish(given: argparse.Namespace) -> int:
    from rules.command import known_language
    from rules.publishing import published

    language = known_language(given.language, "--language")
    found = _chosen(given.paths)
    print(published(found.rules, language, found.catalogue.authorities), end="")
    return 1 if found.faults else 0


def _export(given: argparse.Namespace) -> int:
    from urllib.parse import urlsplit

    from rules.linked_data import catalogue_graph, written

    address = urlsplit(given.base)
    if (
        address.scheme not in ("http", "https")
        or not address.netloc
        or any(c in given.base for c in '<>" {}|\\^`')
    ):
        raise CommandFault(
            f"--base: '{given.base}' is no address: write one as https://example.kommune.no/catalogue/"
        )
    found = _chosen([])
    print(written(catalogue_graph(found.catalogue, given.base), given.format), end="")
    return 1 if found.faults else 0


def _determine(given: argparse.Namespace) -> int:
    from rules.command import determine_json, explain_text, timeline_json, what_if_json

    name = "stdin" if given.facts == "-" else given.facts
    facts = read_file(given.facts, "--facts")
    if not facts.strip():
        raise CommandFault(
            f'--facts {name}: it is empty: write {{"child": {{…}}}}, or {{}} if nothing is known'
        )
    asked = (given.rule, given.on, facts, given.settings)
    if given.timeline:
        first, until = given.timeline
        print(timeline_json(*asked, first=first, until=until, facts_name=name))
    elif given.what_if is not None:
        print(what_if_json(*asked, goal=given.what_if, facts_name=name))
    elif given.explain is not None:
        print(explain_text(*asked, language=given.explain, as_json=given.json, facts_name=name))
    else:
        print(determine_json(*asked, facts_name=name))
    return 0
