"""Forms with a file: read part by part within limits, and no further than the file may be large."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from assistant.documents import MOST_BYTES
from assistant.web.faults import BadRequest, TooLarge, WrongMediaType
from assistant.web.forms import MAX_FIELDS, Form
from assistant.web.json_body import BODY_SECONDS

MULTIPART = "multipart/form-data"
UPLOAD_SECONDS = 180.0
"""How long a whole upload may take: ten megabytes over half a megabit a second."""

FIELD_BYTES = 4000
PARTS_BESIDE_THE_FILE = 64 * 1024  # bytes of fields, boundaries and headers
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Posted:
    """What a form with a file sent. `file`: None where none was chosen. `too_large`: it was not read to its end."""

    form: Form
    file: bytes | None = None
    name: str = ""  # what the sender calls it
    too_large: bool = False


class _Bounded:
    """A body of which no more than `most` bytes are read, whatever it is made up of. Raises TooLarge."""

    def __init__(self, content: StreamReader, most: int) -> None:
        self._content, self._left = content, most

    async def read(self, n: int = -1) -> bytes:
        return self._counted(await self._content.read(n))

    async def readline(self, **limits: Any) -> bytes:
        return self._counted(await self._content.readline(**limits))

    def unread_data(self, data: bytes) -> None:
        self._left += len(data)
        self._content.unread_data(data)

    def at_eof(self) -> bool:
        return self._content.at_eof()

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(f"at most {MOST_BYTES} bytes are taken")
        return data


_READER: web.RequestKey[MultipartReader] = web.RequestKey("multipart", MultipartReader)
_FIRST: web.RequestKey[tuple[str, str]] = web.RequestKey("first_part", tuple)


async def first_field(request: web.Request, name: str) -> str:
    """The first part of the form, if it is the field of that name: the token a page sends before its file.

    Nothing of a file is read to find it. Raises BadRequest for what is no form, and TooLarge.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            part = await _reader(request).next()
            if not isinstance(part, BodyPartReader) or part.name != name or part.filename is not None:
                return ""
            request[_FIRST] = (name, await _text(part))
    except _BROKEN as broken:
        raise _unreadable(broken) from None
    return request[_FIRST][1]


def _reader(request: web.Request) -> MultipartReader:
    """The one reader of a request's parts. Raises ValueError where its boundary is not said."""
    if _READER not in request:
        bounded = cast(StreamReader, _Bounded(request.content, MOST_BYTES + PARTS_BESIDE_THE_FILE))
        request[_READER] = MultipartReader(request.headers, bounded)
    return request[_READER]


async def read_upload(request: web.Request, file_field: str) -> Posted:
    """The form, with the file in it; what `first_field` has read of it already is not lost.

    Raises WrongMediaType for anything but multipart/form-data, BadRequest for a form that is not whole, has more
    than one file or a field that is too long, and TooLarge for more around the file than a form of ours has.
    """
    if request.content_type != MULTIPART:
        raise WrongMediaType(f"send it as {MULTIPART}")
    fields = [request[_FIRST]] if _FIRST in request else []
    if (request.content_length or 0) > MOST_BYTES + PARTS_BESIDE_THE_FILE:
        return Posted(await _fields_before_the_file(request, file_field, fields), too_large=True)
    file: bytes | None = None
    name = ""
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            while (part := await _next_part(_reader(request), fields)) is not None:
                if part.filename is None:
                    fields.append((part.name or "", await _text(part)))
                    continue
                if part.name != file_field or file is not None:
                    raise BadRequest(f"one file at a time, in the field {file_field}")
                name = part.filename
                content = await _content(part)
                if content is None:
                    return Posted(Form(tuple(fields)), name=name, too_large=True)
                file = content
    except _BROKEN as broken:
        raise _unreadable(broken) from None
    chosen = file if file or name else None
    return Posted(Form(tuple(fields)), chosen, name)


async def _fields_before_the_file(
    request: web.Request, file_field: str, fields: list[tuple[str, str]]
) -> Form:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while (part := await _next_part(_reader(request), fields)) is not None:
                if part.filename is not None:
                    break
                fields.append((part.name or "", await _text(part)))
    except _BROKEN as broken:
        raise _unreadable(broken) from None
    return Form(tuple(fields))


async def _next_part(reader: MultipartReader, fields: list[tuple[str, str]]) -> BodyPartReader | None:
    if len(fields) > MAX_FIELDS:
        raise BadRequest(f"the form has more than {MAX_FIELDS} fields")
    part = await reader.next()
    if part is None or isinstance(part, BodyPartReader):
        return part
    raise BadRequest("the form has a form within it")


async def _content(part: BodyPartReader) -> bytes | None:
    """The file, or None once it has become larger than it may be."""
    content = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)


async def _text(part: BodyPartReader) -> str:
    value = bytearray()
    while chunk := await part.read_chunk():
        value += chunk
        if len(value) > FIELD_BYTES:
            raise BadRequest(f"{(part.name or '')[:80]}: at most {FIELD_BYTES} bytes")
    text = value.decode("utf-8")
    if "\0" in text:
        raise BadRequest("the form has a NUL character")
    return text


_BROKEN = (ValueError, RuntimeError, TimeoutError, HttpProcessingError, web.RequestPayloadError)


def _unreadable(broken: Exception) -> BadRequest:
    if isinstance(broken, TimeoutError):
        return BadRequest("the file did not arrive in time; try again where the connection is better")
    return BadRequest("the form is not whole")
