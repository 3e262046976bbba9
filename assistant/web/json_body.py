"""JSON that strangers send: read within limits, and refused with a reason rather than half understood."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

from aiohttp import web

from assistant.web.faults import BadRequest, TooLarge, WrongMediaType

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_KEYS = 200
MAX_INTEGER = 2**53  # beyond it other languages' numbers are no longer exact (RFC 7493 section 2.2)
MAX_DIGITS = 40
BODY_SECONDS = 30.0


async def read_body(request: web.Request, max_bytes: int = MAX_BYTES) -> bytes:
    """The raw body. Raises TooLarge (413) over the limit, BadRequest where it is late or not packed as said."""
    if (request.content_length or 0) > max_bytes:
        raise TooLarge(f"at most {max_bytes} bytes are taken")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > max_bytes:
                    raise TooLarge(f"at most {max_bytes} bytes are taken")
    except TimeoutError:
        raise BadRequest(f"the body did not arrive within {BODY_SECONDS:.0f} seconds") from None
    except web.RequestPayloadError:
        request.content.feed_eof()  # else aiohttp reads what is left, and fails at it again
        said = request.headers.get("Content-Encoding", "")
        raise BadRequest(f"the body cannot be read; its Content-Encoding says {said[:20]!r}") from None
    return bytes(body)


async def read_json(
    request: web.Request,
    *,
    max_bytes: int = MAX_BYTES,
    max_keys: int = MAX_KEYS,
    media_types: tuple[str, ...] = ("application/json",),
) -> Any:
    """The JSON value of a request; numbers with a fraction are Decimal.

    Raises WrongMediaType (415) unless it is one of `media_types`, TooLarge (413), and BadRequest (400) for
    what `parse_json` refuses.
    """
    if request.content_type not in media_types:
        raise WrongMediaType(f"send it as {' or '.join(media_types)}")
    return parse_json(await read_body(request, max_bytes), max_keys=max_keys)


def parse_json(body: bytes, *, max_depth: int = MAX_DEPTH, max_keys: int = MAX_KEYS) -> Any:
    """Strict JSON (RFC 8259, I-JSON RFC 7493).

    Raises BadRequest for text that is not UTF-8 or not JSON, a key given twice, NaN or Infinity, an integer
    beyond 2^53, deeper than `max_depth`, more than `max_keys` keys in all, half a surrogate pair or a NUL.

    >>> parse_json(b'{"fee": 1636.50}')
    {'fee': Decimal('1636.50')}
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not valid UTF-8 at byte {error.start}") from None
    if _depth(text) > max_depth:
        raise BadRequest(f"the JSON is nested deeper than {max_depth}")
    keys = 0

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal keys
        keys += len(pairs)
        if keys > max_keys:
            raise BadRequest(f"the JSON has more than {max_keys} keys")
        found = dict(pairs)
        if len(found) != len(pairs):
            raise BadRequest("the JSON gives the same key twice in one object")
        return found

    try:
        value = json.loads(
            text,
            object_pairs_hook=no_duplicates,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_constant,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadRequest(f"the body is not valid JSON{where}") from None
    if "\\u" in text:
        _refuse_broken_text(value)
    return value


def _depth(text: str) -> int:
    """How deep the brackets go, strings left out: counted first, so that no parser recurses into a bomb."""
    deepest = depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS or abs(int(digits)) > MAX_INTEGER:
        raise BadRequest("the JSON has an integer beyond 2^53; send it as text")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits) if len(digits) <= MAX_DIGITS else None
    if number is None or abs(number.adjusted()) > MAX_DIGITS:
        raise BadRequest(f"the JSON has a number with more than {MAX_DIGITS} digits")
    return number


def _constant(name: str) -> None:
    raise BadRequest(f"the JSON has {name}, which JSON does not know")


def _refuse_broken_text(value: Any) -> None:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if "\0" in part:
                raise BadRequest("the JSON has a text with a NUL character")
            try:
                part.encode("utf-8")
            except UnicodeEncodeError:
                raise BadRequest("the JSON has a text with half a surrogate pair") from None
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.keys()
            waiting += part.values()
