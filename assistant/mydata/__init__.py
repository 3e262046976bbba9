"""My data: what is held about a person and theirs, who has used it, and what they may ask of those who hold it."""

from assistant.mydata.asking import (
    KINDS,
    AnswerMissing,
    DataRequest,
    NotOpenAnyMore,
    request_by_id,
    requests_in,
    requests_of,
)
from assistant.mydata.handling import Asker, Requests
from assistant.mydata.held import HeldAbout, held_about
from assistant.mydata.mine import Holder, Mine, fact_open_to, mine

__all__ = [
    "KINDS",
    "AnswerMissing",
    "Asker",
    "DataRequest",
    "HeldAbout",
    "Holder",
    "Mine",
    "NotOpenAnyMore",
    "Requests",
    "fact_open_to",
    "held_about",
    "mine",
    "request_by_id",
    "requests_in",
    "requests_of",
]
