"""What a handler raises when it cannot answer: each knows its status and what the visitor may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Fault(Exception):
    """A request that ends with an error page, or with problem+json (RFC 9457) where a machine asked.

    `detail` is shown to the visitor: it says what is wrong and what to do, and never holds personal data.
    """

    status: ClassVar[int] = 500
    key: ClassVar[str] = "internal"  # texts: errors.<key>_title, errors.<key>_text

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})


class BadRequest(Fault):
    """What was sent cannot be read or used."""

    status = 400
    key = "bad_request"


class Unauthorised(Fault):
    """Nobody has proved who asks."""

    status = 401
    key = "unauthorised"


class Forbidden(Fault):
    """We know who asks, and it is not for them."""

    status = 403
    key = "forbidden"


class NotForOthers(Forbidden):
    """The page is for the person themself alone, and the visitor acts for them."""

    key = "not_for_others"


class OnlySee(Forbidden):
    """The visitor may see for another, and tried to do something."""

    key = "only_see"


class ActsNoMore(Forbidden):
    """What let the visitor act for another has ended; from now on they are on their own pages again."""

    key = "acts_no_more"


class ForgedRequest(Forbidden):
    """An unsafe request that did not come from our own page, or from a page of a session that has ended."""

    key = "forged"


class NotHere(Fault):
    """There is nothing at that address for this visitor."""

    status = 404
    key = "not_found"


class Denied(NotHere):
    """The object is somebody else's: the visitor sees 404, the usage log of `subject_id` a row 'denied'."""

    def __init__(self, subject_id: str, *, purpose: str) -> None:
        super().__init__()
        self.subject_id = subject_id
        self.purpose = purpose


class Conflict(Fault):
    """The object is no longer as the visitor saw it."""

    status = 409
    key = "conflict"


class TooLarge(Fault):
    status = 413
    key = "too_large"


class WrongMediaType(Fault):
    status = 415
    key = "wrong_media_type"


class TooMany(Fault):
    """A limit on how often something may be asked is reached."""

    status = 429
    key = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(max(1, retry_after))})


class Unavailable(Fault):
    """Something we stand on does not answer now; the visitor may try again."""

    status = 503
    key = "unavailable"

    def __init__(self, detail: str = "", *, retry_after: int = 30) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class AskedFirst(Fault):
    """Another page of ours must be answered first; the visitor is sent there (303). `path` is one code made."""

    status = 303

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class LoginNeeded(Fault):
    """The visitor must log in, or log in afresh, and is sent there; `who` says as what."""

    status = 401
    key = "unauthorised"

    def __init__(self, who: str = "resident", *, fresh: bool = False) -> None:
        super().__init__()
        self.who = who
        self.fresh = fresh
