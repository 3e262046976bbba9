"""Sessions run in throw-away child processes, because durable-rules can take its process down with it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rules.durable.ruleset import Ruleset
from rules.durable.session import Matches, Session, understand

CHILD = Path(__file__).with_name("child.py")
SECONDS = 60.0
SESSIONS_A_PROCESS = 100
"""A session takes about a megabyte that is given back only when the process ends."""


class DurableRulesError(RuntimeError):
    """durable-rules could not be asked, or did not answer. Says which, and never a fact."""


def run(ruleset: Ruleset, sessions: Sequence[Session], seconds: float = SECONDS) -> list[Matches]:
    """What matches in each session. `seconds`: as long as a process may take. Raises `DurableRulesError`."""
    _need_durable_rules()
    found: list[Matches] = []
    for start in range(0, len(sessions), SESSIONS_A_PROCESS):
        some = sessions[start : start + SESSIONS_A_PROCESS]
        facts = [session.facts for session in some]
        asked = {"rules": ruleset.rules, "leading": ruleset.leading, "sessions": facts}
        answers = _answered(asked, seconds)["sessions"]
        found.extend(understand(*pair) for pair in zip(some, answers, strict=True))
    return found


def is_installed() -> bool:
    """Whether this Python has durable-rules."""
    return find_spec("durable_rules_engine") is not None


def _need_durable_rules() -> None:
    if is_installed():
        return
    if sys.version_info >= (3, 13):
        raise DurableRulesError(
            "durable-rules does not run on Python 3.13 or newer: use Python 3.11 or 3.12, or rules.recognise"
        )
    raise DurableRulesError(
        "durable-rules is not installed: pip install 'varde[durable-rules]', or make durable-rules"
        " in a checkout. It comes as source and needs a C compiler"
    )


def _answered(asked: dict[str, Any], seconds: float) -> Any:
    # Isolated: only the standard library and what is installed, whatever folder or settings we run in.
    command = [sys.executable, "-I", str(CHILD)]
    try:
        ended = subprocess.run(  # noqa: S603  (our own program; what people told goes in as data)
            command, input=json.dumps(asked), capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise DurableRulesError(
            f"durable-rules gave no answer in {seconds:g} seconds and was stopped: ask for fewer people at once,"
            " or rules.recognise"
        ) from None
    if ended.returncode < 0:
        raise DurableRulesError(f"the process of durable-rules died of {_signal(-ended.returncode)}")
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        raise DurableRulesError(
            f"the process of durable-rules ended with exit code {ended.returncode} and no answer"
        ) from None
    if "error" in answer:
        raise DurableRulesError(f"durable-rules failed: {answer['error']}")
    return answer


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
