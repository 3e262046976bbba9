"""Forms people send: text fields, read within limits, each refused by its name when it does not fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

from assistant.web.faults import BadRequest, WrongMediaType
from assistant.web.json_body import read_body

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 200


@dataclass(frozen=True)
class Form:
    """The fields of a form in the order they were sent."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def text(self, name: str, *, limit: int = 1000, default: str = "") -> str:
        """The field, without blanks around it; `default` when it was not sent. BadRequest when too long."""
        value = next(iter(self.all(name)), default).replace("\r\n", "\n").strip()
        if len(value) > limit:
            raise BadRequest(f"{name}: at most {limit} characters")
        return value

    def required(self, name: str, *, limit: int = 1000, one_of: Collection[str] | None = None) -> str:
        """The field, which must be there (and be one of `one_of`). Raises BadRequest naming the field."""
        value = self.text(name, limit=limit)
        if not value:
            raise BadRequest(f"{name}: must be filled in")
        if one_of is not None and value not in one_of:
            raise BadRequest(f"{name}: must be one of {', '.join(sorted(one_of))}")
        return value

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


_READ: web.RequestKey[Form] = web.RequestKey("form", Form)


async def read_form(request: web.Request) -> Form:
    """The form a page sent; read once, so that policy and handler may both ask for it.

    Raises WrongMediaType for anything but a URL-encoded form, and BadRequest for a body that is not UTF-8,
    has a NUL character or more than 200 fields.
    """
    if _READ in request:
        return request[_READ]
    if request.content_type != FORM:
        raise WrongMediaType(f"send it as {FORM}")
    form = parse_form(await read_body(request))
    request[_READ] = form
    return form


def parse_form(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise BadRequest("the form is not valid UTF-8") from None
    except ValueError:
        raise BadRequest(f"the form has more than {MAX_FIELDS} fields") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest("the form has a NUL character")
    return Form(tuple(pairs))
