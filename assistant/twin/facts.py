"""What registers and people state about a subject, in the words of the information model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Identifier:
    """How a source names a subject. Never logged, never in a URL: `repr` hides the value."""

    scheme: str  # 'national_id', 'place_number'
    value: str = field(repr=False)


@dataclass(frozen=True)
class SubjectRef:
    """A subject a source speaks of, by its own identifier or by ours (`id`); made at first sight."""

    kind: str  # a subject type of the information model: 'person', 'kindergarten_place' …
    identifier: Identifier | None = None
    id: str | None = None


@dataclass(frozen=True)
class Span:
    """A value and the days it is true: from (inclusive, None: always) to (exclusive, None: until further)."""

    value: Any  # JSON value (dates as ISO text, money as whole or decimal), or a SubjectRef
    valid_from: date | None = None
    valid_to: date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)  # what else the source said: stage, period …


@dataclass(frozen=True)
class Statement:
    """All a source now says of one concept of one subject (within a scope, such as one income year).

    It replaces what the same source said before about the same subject, concept and scope; rows that are no
    longer said are superseded, never deleted. No spans: the source takes back what it said (annulment), or,
    with `empty_is_known` (for lists: children, guardians …), it says that there are none.
    """

    subject: SubjectRef
    concept: str  # '<subject type>.<attribute>', e.g. 'person.birth_date'
    spans: tuple[Span, ...]
    scope: str = ""
    empty_is_known: bool = False


@dataclass(frozen=True)
class Provenance:
    """Where statements come from and why we may hold them."""

    source: str  # register id: 'population_register', 'tax_administration', …, or 'person'
    basis: str  # act and section that lets us hold and use it
    inbox_id: str | None = None


@dataclass(frozen=True)
class Changed:
    """A concept of a subject whose facts are no longer what they were."""

    subject_id: str
    concept: str
