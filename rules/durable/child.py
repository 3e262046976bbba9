"""The process that durable-rules runs in, and dies in: a ruleset and sessions on stdin, what matched on stdout.

Run by its path, with the standard library and durable-rules alone. `durable.lang` and its host are left aside:
the host starts threads that run actions while facts are still coming in. What comes in:

    {"rules": {…}, "leading": {kind: {field: value, …}}, "sessions": [[fact, …], …]}

`run` of a rule is `recognised <kind>` or `spoken_against <kind>`; of a kind that is leading, an event is asserted
when it has been recognised of somebody, once. What goes out, or `{"error": …}` with exit code 1:

    {"sessions": [{"recognised": [[kind, id of the signal, id of the relation or ""], …],
                   "spoken_against": [[kind, id of the signal], …],
                   "events": {id: [kind, subject], …}}, …]}
"""

from __future__ import annotations

import contextlib
import copy
import json
import sys
from collections.abc import Callable
from typing import Any

import durable_rules_engine
from durable.engine import MessageNotHandledException, Ruleset

Fact = dict[str, str]


class Session:
    """One ruleset with one session in it, and what has matched so far.

    Each session has a ruleset of its own, which the engine knows by a number: sessions within a ruleset it tells
    apart by a 32-bit hash of their names, and to delete one may crash it.
    """

    def __init__(self, rules: dict[str, Any], leading: dict[str, Fact]) -> None:
        self.recognised: list[list[str]] = []
        self.spoken_against: list[list[str]] = []
        self.events: dict[str, list[str]] = {}
        self._leading = leading
        self._engine = Ruleset("life_events", self, copy.deepcopy(rules))  # it takes the `run`s out

    def get_action(self, run: str) -> Callable[[Any], None]:
        """What a rule runs when it matches; asked by the engine for each rule."""
        meaning, _, kind = run.partition(" ")
        if meaning == "spoken_against":
            return lambda match: self.spoken_against.append([kind, match.signal.id])
        return lambda match: self._recognise(kind, match)

    def tell(self, fact: Fact) -> None:
        """Assert a fact and run what it leads to."""
        failed: list[object] = []
        try:
            handle = self._engine.assert_fact(fact)
        except MessageNotHandledException:  # no rule asks for a fact like this one
            return
        self._engine.do_actions(handle, lambda error, _: failed.append(error) if error else None)
        # An action that fails is noted in the session's state, and otherwise passed over in silence.
        said = failed[0] if failed else self._engine.get_state(fact["sid"]).get("exception")
        if said:
            raise RuntimeError(said)

    def _recognise(self, kind: str, match: Any) -> None:
        person = match.relation.concerned if match.relation else match.signal.subject
        self.recognised.append([kind, match.signal.id, match.relation.id if match.relation else ""])
        if kind in self._leading and [kind, person] not in self.events.values():
            event = f"e{len(self.events)}"
            self.events[event] = [kind, person]
            fact = {"id": event, "sid": match.signal.sid, "subject": person, **self._leading[kind]}
            with contextlib.suppress(MessageNotHandledException):  # no rule asks for an event like this one
                match.assert_fact(fact)

    def said(self) -> dict[str, Any]:
        """What has matched."""
        return {
            "recognised": self.recognised,
            "spoken_against": self.spoken_against,
            "events": self.events,
        }


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    sessions = []
    for facts in asked["sessions"]:
        session = Session(asked["rules"], asked["leading"])
        for fact in facts:
            session.tell(fact)
        sessions.append(session.said())
    return {"sessions": sessions}


def main() -> None:
    try:
        said = answer(json.load(sys.stdin))
    except durable_rules_engine.error as error:
        said = {"error": str(error)}  # the engine's own words are a number; others may repeat a fact
    except Exception as error:
        said = {"error": type(error).__name__}
    json.dump(said, sys.stdout)
    sys.exit(1 if "error" in said else 0)


if __name__ == "__main__":
    main()
