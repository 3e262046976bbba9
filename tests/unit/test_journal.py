"""What Varde logs never names a person, whoever writes the line and however it is written."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from assistant import journal
from assistant.journal import clean

# Nobody's: the digits do not satisfy the checksum, which the log does not ask for either.
CANARIES = {
    "identity number": "01812012300",
    "identity number with a blank": "018120 12300",
    "identity number in pairs": "01 81 20 12300",
    "identity number with a no-break space": "018120\u00a012300",
    "identity number with a dash": "018120 - 12300",
    "identity number in a URL": "018120%2012300",
    "synthetic, month + 40": "01412012300",
    "synthetic, month + 80": "31922012300",
    "d-number": "41010112345",
    "two run together": "0181201230031922012300",
    "mobile": "41234567",
    "mobile in groups": "412 34 567",
    "mobile in pairs": "41 23 45 67",
    "mobile with country code": "+4741234567",
    "mobile with country code and blanks": "+47 412 34 567",
    "mobile with 00": "004741234567",
    "email": "kari.nordmann@example.no",
    "email in a URL": "kari.nordmann%40example.no",
    "token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "session": "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A",
    "hexadecimal secret": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
CANARY = pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the journal writes, as JSON; what it was before is put back."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    before = structlog.get_config()
    stream = io.StringIO()
    journal.start(stream, json_lines=True)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def shows(text: str, canary: str) -> bool:
    """Is the canary, or its digits in a row, in the text?"""
    plain = text.replace("\\u00a0", "\u00a0")
    bare = digits(canary.replace("%20", " "))
    return canary in plain or (len(bare) >= 8 and bare in digits(plain))


class Stubborn:
    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __repr__(self) -> str:
        return f"Stubborn({self.canary})"


def ways(canary: str) -> dict[str, Any]:
    """Every way a value may reach a line."""
    log = structlog.get_logger()

    def exception() -> None:
        try:
            try:
                raise ValueError(f"no such person: {canary}")
            except ValueError as inner:
                raise RuntimeError(f"could not look up {canary}") from inner
        except RuntimeError:
            log.exception("lookup.failed")

    def library_exception() -> None:
        try:
            raise ValueError(f"no such person: {canary}")
        except ValueError:
            logging.getLogger("a.library").exception("failed for %s", canary)

    def in_a_thread() -> None:
        def fail() -> None:
            raise ValueError(canary)

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()

    def in_a_task() -> None:
        async def run() -> None:
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": f"task of {canary}", "exception": ValueError(canary)})

        asyncio.run(run())

    def in_context() -> None:
        with structlog.contextvars.bound_contextvars(who=canary):
            log.info("met")

    return {
        "the event": lambda: log.info(f"met {canary}"),
        "a value": lambda: log.info("met", who=canary),
        "inside a value": lambda: log.info("met", who=f"person:{canary}, again"),
        "nested": lambda: log.info("met", who={"one": [{"two": (canary,)}]}),
        "a key": lambda: log.info("met", who={canary: 1}),
        "deep": lambda: log.info("met", who=[[[[[[[[[[[canary]]]]]]]]]]]),
        "bytes": lambda: log.info("met", who=canary.encode()),
        "an object": lambda: log.info("met", who=Stubborn(canary)),
        "an exception as value": lambda: log.info("met", error=ValueError(canary)),
        "an exception": exception,
        "the context": in_context,
        "a bound value": lambda: log.bind(who=canary).warning("met"),
        "a library": lambda: logging.getLogger("a.library").warning("met %s", canary),
        "a library's exception": library_exception,
        "a warning": lambda: warnings.warn(f"met {canary}", stacklevel=1),
        "a thread": in_a_thread,
        "a task": in_a_task,
    }


@CANARY
@pytest.mark.filterwarnings("default::UserWarning", "default::pytest.PytestUnhandledThreadExceptionWarning")
def test_no_way_into_the_journal_lets_a_person_through(written: io.StringIO, canary: str) -> None:
    for way, write in ways(canary).items():
        before = len(written.getvalue())
        write()
        line = written.getvalue()[before:]
        assert line, f"{way} wrote nothing: the test does not see it"
        assert all(json.loads(one) for one in line.splitlines())
        without_moment = line.replace(json.loads(line)["at"], "")
        assert not shows(without_moment, canary), f"{way} shows it: {line}"


@pytest.mark.filterwarnings("default::UserWarning")
def test_the_same_ways_show_what_names_nobody(written: io.StringIO) -> None:
    """The negative control: the test above sees what reaches a line."""
    for way, write in ways("Ringerike").items():
        before = len(written.getvalue())
        write()
        line = written.getvalue()[before:]
        assert way == "deep" or "Ringerike" in line, f"{way}: {line}"


@pytest.mark.parametrize("key", ["name", "Address", "email", "token", "authorization", "national_id"])
def test_a_key_that_says_it_is_personal_has_its_value_hidden(written: io.StringIO, key: str) -> None:
    structlog.get_logger().info("met", **{key: "Kari"}, inside={key: "Kari"})
    assert "Kari" not in written.getvalue()
    assert json.loads(written.getvalue())["inside"] == {key: "[hidden]"}


@pytest.mark.parametrize(
    "kept",
    [
        "b7b9a4f0-7d6e-4c1a-9a43-012345678901",
        "12345678-1234-1234-1234-123456789012",
        "2024-09-01 to 2024-10-01",
        "2026-11-23T19:14:19.123456",
        "2024-09-01 12:30:59",
        "kindergarten.reduced_fee at 1636.36 kroner, limit 366 667",
        "0.12345678",
        "assistant/web/pages/editor.py:123 in a_function_with_a_long_name_of_many_words",
        "inbox:41 took 1234 ms",
        "9999",
    ],
)
def test_what_the_operator_needs_is_kept(kept: str) -> None:
    assert clean(kept) == kept


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.text(max_size=20), st.text(max_size=20))
def test_eleven_digits_are_gone_whatever_stands_around_them(number: str, before: str, after: str) -> None:
    assert number not in clean(f"{before} {number} {after}")


def test_what_a_library_quotes_is_hidden() -> None:
    assert "Kari" not in clean("1 validation error [type=x, input_value='Kari Nordmann', input_type=str]")
    assert "Kari" not in clean("INSERT INTO t VALUES (?)\n[parameters: ('Kari', 'Storgata 1')]\n(Background)")
    assert "Kari" not in clean("DETAIL:  Key (name)=(Kari) already exists.")
    assert "hemmelig" not in clean("postgresql+psycopg://varde:hemmelig@db.example/varde")


EVIL = (
    "1 ",
    "a",
    "a@",
    "a.",
    "eyJ",
    "aA1-",
    "(",
    "2024-09-",
    "+",
    "+1 ",
    "Key (",
    "://",
    "f",
    "input_value=",
)


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_makes_the_journal_slow(evil: str) -> None:
    """Four times the text takes about four times as long, not sixteen."""
    short, long = evil * (5_000 // len(evil)), evil * (20_000 // len(evil))
    assert cost(long) < 8 * cost(short) + 0.005


def cost(text: str) -> float:
    """Seconds of the processor, the least of a few runs: what else runs here does not count."""
    taken = []
    for _ in range(5):
        began = time.process_time()
        clean(text)
        taken.append(time.process_time() - began)
    return min(taken)


def test_a_faulty_repr_does_not_take_the_line_with_it(written: io.StringIO) -> None:
    class Faulty:
        def __repr__(self) -> str:
            raise OSError("gone")

    structlog.get_logger().info("met", what=Faulty())
    assert json.loads(written.getvalue())["what"] == "<Faulty without repr: OSError>"


def test_a_line_starts_with_when_how_grave_and_what(written: io.StringIO) -> None:
    structlog.get_logger().info("work.done", job=7)
    assert list(json.loads(written.getvalue())) == ["at", "level", "event", "job"]
