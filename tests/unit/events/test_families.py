"""Which news goes together: of families apart, and of each the first."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events.families import Behind, Families, News, refs_in
from assistant.twin import Identifier, Span, Statement, SubjectRef

NAMES = st.sampled_from("abcdefghij")
RELATIONS = st.lists(st.tuples(NAMES, NAMES), max_size=8)
NAMED = st.lists(st.frozensets(NAMES, min_size=1, max_size=3), max_size=6)


@given(RELATIONS, NAMED)
def test_who_can_be_reached_from_one_another_is_one_family(
    relations: list[tuple[str, str]], named: list[frozenset[str]]
) -> None:
    families = Families(relations, named)
    ends = [{*pair} for pair in relations] + [set(names) for names in named]
    for one in "abcdefghij":
        reached = {one}
        while grown := {end for some in ends if some & reached for end in some} - reached:
            reached |= grown
        for other in "abcdefghij":
            assert (families.of(one) == families.of(other)) is (other in reached)


@given(RELATIONS, NAMED)
def test_of_each_family_the_first_goes_and_what_is_left_keeps_its_order(
    relations: list[tuple[str, str]], named: list[frozenset[str]]
) -> None:
    families = Families(relations, named)
    places = families.first_of_each(named)
    went = [{families.of(name) for name in named[place]} for place in places]
    assert all(one.isdisjoint(other) for one, other in pairwise(went))
    for place, names in enumerate(named):
        heads = {families.of(name) for name in names}
        before = [earlier for earlier in named[:place] if heads & {families.of(name) for name in earlier}]
        assert (place in places) is not before


def test_news_that_names_nobody_goes_with_any() -> None:
    families = Families((), [{"a"}, set(), {"a"}])
    assert families.first_of_each([{"a"}, set(), {"a"}]) == [0, 1]


def test_what_happens_to_a_family_has_its_own_news_behind_it() -> None:
    ours, theirs = News([], "inbox:1", "1"), News([], "inbox:2", "2")
    families = Families([("mother", "child"), ("neighbour", "neighbours_child")], ())
    behind = Behind(families, [ours, theirs], [{"mother"}, {"neighbour"}])
    assert (behind.cause("child"), behind.inbox_id("neighbours_child")) == ("inbox:1", "2")
    with pytest.raises(LookupError, match="stranger belongs to no family"):
        behind.cause("stranger")
    assert Behind(families, [ours], [set()]).cause("stranger") == "inbox:1"


def test_a_statement_speaks_of_its_subject_and_of_those_at_the_other_end() -> None:
    child, mother = (SubjectRef("person", Identifier("national_id", name)) for name in ("1", "2"))
    said = Statement(child, "person.parents", (Span(mother), Span("not a subject")))
    assert refs_in([said]) == {child, mother}
