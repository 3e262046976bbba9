"""What Varde writes about itself: one JSON line an event, with nothing in it that names a person.

Every line passes `clean`, whoever wrote it: our own modules (structlog), libraries (the standard `logging`),
warnings, exceptions nobody caught. What has the form of an identity number (also of synthetic persons, and
written with blanks), a telephone number, an email address or a token is replaced by a word in brackets, and
so is anything under a key that says it is personal. Too much is masked rather than too little.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LONGEST_TEXT = 20_000  # characters of one value that are kept: a line is read by people and by machines
DEEPEST = 8  # levels of a nested value that are kept

# fmt: off
PERSONAL_KEYS = frozenset((
    "name", "address", "email", "mail", "mobile", "phone", "recipient", "to",
    "national_id", "identifier", "identity", "fnr", "pid", "sub", "facts", "answers",
    "body", "text", "content", "headers", "query", "query_string", "referer",
    "authorization", "assertion", "cookie", "csrf", "nonce", "verifier", "code_verifier",
    "token", "access_token", "id_token", "refresh_token",
    "secret", "client_secret", "password", "passphrase", "private_key",
))
# fmt: on

_SEPARATOR = r"(?:[ \u00a0\u2009\u202f.\-+_]|%20|\\xa0|\\u2009|\\u202f){0,3}"
_PATTERN = re.compile(
    "|".join(
        (
            # What is kept: our own object ids, and days and times, which are digits with signs between them.
            r"(?P<kept>(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
            r"|(?<!\d)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?!\d))",
            # A library quotes what it was given.
            r"(?P<input>(?<=input_value=)[^\n]{1,2000}(?=, input_type)|(?<=\[parameters: )[^\n]+"
            r"|(?<=Key )\([^\n]{0,200}\)=\([^\n]{0,20000}\))",
            r"(?P<token>(?<![\w\-])eyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]*)?"
            r"|(?<=Bearer )[^\s\"',]+|(?<=bearer )[^\s\"',]+|(?<=Basic )[^\s\"',]+"
            r"|(?<=token=)[^\s&\"']+|(?<=secret=)[^\s&\"']+|(?<=password=)[^\s&\"']+|(?<=code=)[^\s&\"']+"
            r"|(?<=state=)[^\s&\"']{20,}|(?<=assertion=)[^\s&\"']+"
            r"|(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"
            r"|(?<![\w\-])[0-9a-fA-F]{32,}(?![\w\-])"
            r"|(?<![\w\-])(?=[\w\-]*\d)(?=[\w\-]*[a-z])(?=[\w\-]*[A-Z])[\w\-]{32,}={0,2})",
            r"(?P<email>[\w.+\-']{1,64}(?:@|%40)[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,10})",
            # Eleven digits and more. Month + 40 and + 80 are digits as any other, so that no form slips by.
            rf"(?P<number>(?<!\d)(?:\d{_SEPARATOR}){{10,}}\d(?!\d))",
            r"(?P<phone>(?:\+|(?<!\d)00)[1-9](?:[ \u00a0\-.]?\d){6,14}(?!\d)"
            r"|(?<!\d)(?<!\d[.,])[2-9](?:\d{7}|\d{2}[ \u00a0]\d{2}[ \u00a0]\d{3}|\d(?:[ \u00a0]\d{2}){3})"
            r"(?!\d))",
        )
    )
)
_WORDS = {
    "input": "[hidden]",
    "token": "[token]",
    "email": "[email]",
    "number": "[number]",
    "phone": "[phone]",
}
_DIGITS_OF_A_NUMBER = 8  # a whole number with as many may be a telephone or an identity number


def clean(text: str) -> str:
    """The text without what names a person or opens a door.

    >>> clean("no place for 01 81 20 12345, ola@example.no, +47 412 34 567")
    'no place for [number], [email], [phone]'
    """

    def replaced(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        return match.group() if kind == "kept" else _WORDS[kind]

    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT // 2]} […] {text[-LONGEST_TEXT // 2 :]}"
    return _PATTERN.sub(replaced, text)


def _clean_value(value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if len(str(abs(value))) < _DIGITS_OF_A_NUMBER else clean(str(value))
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (bytes, bytearray)):
        return clean(bytes(value[:LONGEST_TEXT]).decode("utf-8", "backslashreplace"))
    if depth >= DEEPEST:
        return "[deeper]"
    if isinstance(value, Mapping):
        return {
            clean(str(key)): "[hidden]"
            if str(key).lower() in PERSONAL_KEYS
            else _clean_value(inner, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean_value(inner, depth + 1) for inner in value]
    return clean(_shown(value))


def _shown(value: object) -> str:
    try:
        return str(value) if isinstance(value, BaseException) else repr(value)
    except Exception as error:  # a faulty repr must not take the line with it
        return f"<{type(value).__name__} without repr: {type(error).__name__}>"


def clean_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog processor, last before the line is written: exceptions are text by then."""
    return {
        key: "[hidden]" if key.lower() in PERSONAL_KEYS else _clean_value(value)
        for key, value in event.items()
    }


def _first(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put when, how grave and what first: a line is read from the left."""
    order = [key for key in ("at", "level", "event") if key in event]
    return {key: event[key] for key in [*order, *(key for key in event if key not in order)]}


_BEFORE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.StackInfoRenderer(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
)


def _after(*, json_lines: bool) -> tuple[Processor, ...]:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(
            timestamp_key="at",
            # The prettier ones show local variables.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    return (structlog.processors.format_exc_info, clean_event, _first, renderer)


def configure(stream: TextIO | None, *, level: int = logging.INFO, json_lines: bool = True) -> None:
    """Send our own lines to a stream (None: standard output, as it is at that moment), and nothing else.

    Tests need no more: without this structlog shows the local variables of every exception.
    """
    structlog.configure(
        processors=[*_BEFORE, *_after(json_lines=json_lines)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def start(stream: TextIO | None = None, *, level: int = logging.INFO, json_lines: bool | None = None) -> None:
    """Send every line of this process, ours and the libraries', to `stream` (standard error).

    On a terminal the lines are for people, elsewhere JSON; `json_lines` says otherwise.
    """
    stream = sys.stderr if stream is None else stream
    json_lines = not stream.isatty() if json_lines is None else json_lines
    configure(stream, level=level, json_lines=json_lines)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_BEFORE, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_after(json_lines=json_lines),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for talkative in ("alembic", "mail.log"):
        logging.getLogger(talkative).setLevel(max(level, logging.WARNING))
    # It warns when a poll takes longer than the time between two: the next comes in its turn.
    logging.getLogger("apscheduler").setLevel(max(level, logging.ERROR))
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("process.failed", exc_info=(kind, error, trace))


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)
