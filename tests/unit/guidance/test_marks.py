"""A mark says nothing of the id it stands for, and nobody else can make one."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from assistant.guidance.marks import LONGEST, PATTERN, of_messages, unsubscribing
from assistant.store import IdentityKeys

KEYS = IdentityKeys.generate()


@given(st.uuids(), st.sampled_from(["", "-2"]))
def test_a_mark_is_read_as_what_it_was_made_of_and_is_the_same_each_time(id: uuid.UUID, more: str) -> None:
    marks = of_messages(KEYS)
    mark = marks.make(f"{id}{more}")
    assert re.fullmatch(PATTERN, mark)
    assert len(mark) <= LONGEST
    assert marks.make(f"{id}{more}") == mark
    assert marks.read(mark) == f"{id}{more}"
    assert marks.read(mark.upper()) == f"{id}{more}"
    assert id.hex[:8] not in mark


@given(st.uuids(), st.integers(0, 51), st.sampled_from("abcdefgh234567"))
def test_a_mark_that_is_changed_made_elsewhere_or_for_something_else_opens_nothing(
    id: uuid.UUID, place: int, letter: str
) -> None:
    mark = unsubscribing(KEYS).make(str(id))
    assert of_messages(KEYS).read(mark) is None
    assert unsubscribing(IdentityKeys.generate()).read(mark) is None
    changed = mark[:place] + letter + mark[place + 1 :]
    assert unsubscribing(KEYS).read(changed) == (str(id) if changed == mark else None)


@given(st.text(max_size=70))
def test_no_text_is_taken_for_a_mark(text: str) -> None:
    assert unsubscribing(KEYS).read(text) is None
