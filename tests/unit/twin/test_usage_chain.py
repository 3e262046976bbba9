"""An exported usage log is as it was logged, or the first entry that is not is named."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assistant.twin.usage_chain import FORMAT, START, Entry, chained, signed_text, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SIGNED = date(2026, 9, 2)


def export(count: int = 6, signed: int = 4) -> dict[str, Any]:
    first = datetime(2026, 9, 1, 8, tzinfo=UTC)
    entries = [
        Entry(
            "me",
            n,
            first + timedelta(minutes=n),
            "rule",
            f"rule.{n}",
            "used",
            "to tell",
            "§ 11",
            ("person.name",),
        )
        for n in range(1, count + 1)
    ]
    hashes = chained(START, entries)
    signature = KEY.sign(signed_text("me", SIGNED, signed, hashes[signed - 1])).hex()
    return {
        "format": FORMAT,
        "subject": "me",
        "key": {"public": PUBLIC.hex()},
        "entries": [{**one.as_json(), "hash": digest} for one, digest in zip(entries, hashes, strict=True)],
        "signatures": [
            {"day": str(SIGNED), "number": signed, "hash": hashes[signed - 1], "signature": signature}
        ],
    }


def faults(log: Any) -> list[str]:
    return [str(fault) for fault in verify(json.loads(json.dumps(log))).faults]


def test_what_was_logged_is_as_it_was_logged() -> None:
    verdict = verify(export())
    assert (verdict.entries, verdict.signed_to, verdict.signed_on, verdict.faults) == (6, 4, SIGNED, ())


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", "somebody.else"),
        ("at", "2026-09-01T09:00:00.000000+00:00"),
        ("concepts", []),
        ("purpose", "to Tell"),
        ("hash", "0" * 64),
    ],
)
def test_any_entry_that_was_changed_is_named(number: int, field: str, value: Any) -> None:
    log = export()
    log["entries"][number - 1][field] = value
    assert faults(log)[0] == f"entry {number}: is not as it was logged, or the one before it is not"


@pytest.mark.parametrize("number", range(1, 6))
def test_an_entry_that_was_dropped_is_missed(number: int) -> None:
    log = export()
    del log["entries"][number - 1]
    assert faults(log)[0] == f"entry {number}: is missing: number {number + 1} stands in its place"


@pytest.mark.parametrize("number", range(1, 6))
def test_entries_that_changed_places_are_seen(number: int) -> None:
    log = export()
    log["entries"][number - 1 : number + 1] = reversed(log["entries"][number - 1 : number + 1])
    assert faults(log)[0].startswith(f"entry {number}: is missing: number {number + 1}")


def test_an_end_cut_off_behind_a_signature_is_missed() -> None:
    log = export()
    log["entries"] = log["entries"][:3]
    assert faults(log) == ["entry 4: is missing, and was there when the log was signed on 2026-09-02"]


def test_an_end_that_no_signature_vouches_for_yet_is_told() -> None:
    log = export()
    log["entries"] = log["entries"][:5]  # nobody can know: the verdict says how far the signature goes
    assert (verify(log).entries, verify(log).signed_to, verify(log).faults) == (5, 4, ())


def test_a_whole_chain_made_anew_is_not_the_one_that_was_signed() -> None:
    log, other = export(), export()
    other["entries"] = copy.deepcopy(other["entries"])
    made = [
        Entry(
            "me",
            one["number"],
            datetime.fromisoformat(one["at"]),
            "rule",
            "another.rule",
            "used",
            "to tell",
            "§ 11",
            ("person.name",),
        )
        for one in log["entries"]
    ]
    log["entries"] = [
        {**one.as_json(), "hash": digest} for one, digest in zip(made, chained(START, made), strict=True)
    ]
    assert faults(log) == ["entry 4: is not the one that was signed on 2026-09-02"]


def test_a_signature_of_another_key_or_another_log_is_none() -> None:
    log = export()
    other = Ed25519PrivateKey.generate()
    assert verify(log, other.public_key().public_bytes_raw()).faults
    log["signatures"][0]["signature"] = other.sign(b"x").hex()
    assert faults(log) == ["the signature of 2026-09-02 was not made with this key, or not of this log"]


def test_an_entry_about_somebody_else_is_told() -> None:
    log = export()
    log["entries"][2]["subject"] = "somebody"
    assert faults(log)[0] == "entry 3: is about somebody else"


@pytest.mark.parametrize(
    "what", [None, [], {}, {"format": FORMAT}, {"format": FORMAT, "entries": [1], "signatures": []}]
)
def test_what_is_no_export_is_refused(what: Any) -> None:
    with pytest.raises(ValueError, match="is no exported usage log"):
        verify(what)
