"""Who may see and do what for whom: relation by relation, age by age, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assistant.acting import (
    LONGEST,
    Authority,
    Mandate,
    MandateFault,
    NewMandate,
    as_signed,
    may_sign,
    seal_holds,
    why_not_accepted,
)
from assistant.acting.deciding import EVERYTHING, Grant, as_holder, as_parent
from assistant.acting.sealing import seal
from assistant.acting.wording import text_of_mandate
from assistant.guidance.people import Person
from assistant.twin import OnBehalf, UsageKey, on_behalf, standing_in

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def born(years: int, days: int = 0) -> date:
    """Of that age today, so many days after the birthday."""
    return TODAY.replace(year=TODAY.year - years) - timedelta(days=days)


SIRI = Person("siri", born=born(31), alive=True, protected=False, represented=False)
PER = Person("per", born=born(40), alive=True, protected=False)
MANDATE = Mandate(
    id="m1",
    from_id="siri",
    to_id="per",
    themes=("kindergarten", "school"),
    may="act",
    valid_from=TODAY - timedelta(days=10),
    valid_to=TODAY + timedelta(days=10),
    text="Jeg, Siri, gir fullmakt til Per.",
    language="nb",
    signed_at=NOW - timedelta(days=10),
    evidence={"acr": "idporten-loa-high"},
    seal="",
    key="k",
    accepted_at=NOW - timedelta(days=9),
)


class TestAParent:
    @pytest.mark.parametrize(
        ("age", "days", "may"),
        [
            (0, 0, "act"),
            (3, 100, "act"),
            (14, 364, "act"),
            (15, 0, "see"),
            (17, 364, "see"),
            (18, 0, None),
            (40, 0, None),
        ],
    )
    def test_by_the_age_of_the_child(self, age: int, days: int, may: str | None):
        grant = as_parent(Person("emil", born=born(age, days)), True, False, TODAY)
        assert (grant.may if grant else None) == may

    def test_the_day_before_a_birthday_is_the_day_before(self):
        child = Person("emil", born=born(15) + timedelta(days=1))
        before, after = (as_parent(child, True, False, TODAY + timedelta(days=n)) for n in (0, 1))
        assert before is not None
        assert after is not None
        assert (before.may, after.may) == ("act", "see")

    def test_from_fifteen_what_is_said_to_the_young_person_is_theirs(self):
        grant = as_parent(Person("emil", born=born(15)), True, False, TODAY)
        assert grant is not None
        assert [thing for thing in sorted(EVERYTHING) if grant.covers(thing, "school")] == ["overview"]

    @pytest.mark.parametrize(
        ("child", "responsible", "hides"),
        [
            (Person("emil", born=born(3)), False, False),
            (Person("emil", born=born(3)), True, True),
            (Person("emil", born=None), True, False),
            (Person("emil", born=born(3), alive=False), True, False),
        ],
        ids=["no responsibility", "a protected home elsewhere", "no birth date", "dead"],
    )
    def test_nothing_where(self, child: Person, responsible: bool, hides: bool):
        assert as_parent(child, responsible, hides, TODAY) is None


class TestAHolder:
    def test_covers_its_themes_and_no_other(self):
        grant = as_holder(MANDATE, SIRI, PER, TODAY)
        assert grant is not None
        for thing in EVERYTHING:
            assert grant.covers(thing, "kindergarten")
            assert grant.covers(thing, "school")
            assert not grant.covers(thing, "pension")
        assert grant.covers("overview", None)

    @pytest.mark.parametrize(
        "changed",
        [
            {"valid_from": TODAY + timedelta(days=1)},
            {"valid_to": TODAY},
            {"accepted_at": None},
            {"ended_at": NOW, "ended_by": "siri"},
            {"ended_at": NOW, "ended_by": "per"},
            {"to_id": "omar"},
            {"from_id": "omar"},
        ],
        ids=[
            "before it begins",
            "after it ends",
            "not accepted",
            "ended by one",
            "by other",
            "not to",
            "not from",
        ],
    )
    def test_nothing_where(self, changed: dict[str, Any]):
        assert as_holder(replace(MANDATE, **changed), SIRI, PER, TODAY) is None

    def test_from_its_first_to_its_last_day(self):
        last = MANDATE.valid_to - timedelta(days=1)
        days = [MANDATE.valid_from - timedelta(days=1), MANDATE.valid_from, last, MANDATE.valid_to]
        assert [as_holder(MANDATE, SIRI, PER, day) is not None for day in days] == [False, True, True, False]

    @pytest.mark.parametrize(
        ("signer", "holder"),
        [
            ({"protected": True}, {}),
            ({"protected": None}, {}),
            ({"represented": True}, {}),
            ({"alive": False}, {}),
            ({"born": born(17)}, {}),
            ({"born": None}, {}),
            ({}, {"born": born(17)}),
            ({}, {"born": None}),
            ({}, {"alive": False}),
            ({}, {"represented": True}),
        ],
    )
    def test_what_becomes_of_either_closes_it(self, signer: dict[str, Any], holder: dict[str, Any]):
        assert as_holder(MANDATE, replace(SIRI, **signer), replace(PER, **holder), TODAY) is None


def grounds() -> Iterator[tuple[str, Grant]]:
    for may in ("see", "act"):
        yield f"mandate to {may}", Grant("mandate", may, EVERYTHING, frozenset({"school"}), "m")  # type: ignore[arg-type]
    for age in (14, 15):
        found = as_parent(Person("emil", born=born(age)), True, False, TODAY)
        assert found is not None
        yield f"parent of {age}", found


MATRIX = {
    # ground: what may be seen in the theme, what may be done in the theme, what may be seen of another theme
    "mandate to see": (EVERYTHING, frozenset(), frozenset()),
    "mandate to act": (EVERYTHING, EVERYTHING, frozenset()),
    "parent of 14": (EVERYTHING, EVERYTHING, EVERYTHING),
    "parent of 15": ({"overview"}, frozenset(), {"overview"}),
}


@pytest.mark.parametrize(("name", "grant"), list(grounds()), ids=[name for name, _ in grounds()])
def test_the_matrix(name: str, grant: Grant):
    authority = Authority("actor", "principal", (grant,))

    def open_to(needs: Any, theme: str) -> set[str]:
        return {thing for thing in EVERYTHING if authority.grant_for(needs, thing, theme)}

    seen, done, elsewhere = MATRIX[name]
    assert open_to("see", "school") == seen
    assert open_to("act", "school") == done
    assert open_to("see", "pension") == elsewhere


def test_two_mandates_stand_side_by_side_and_do_not_mix():
    see = Grant("mandate", "see", EVERYTHING, frozenset({"school"}), "a")
    act = Grant("mandate", "act", EVERYTHING, frozenset({"kindergarten"}), "b")
    authority = Authority("per", "siri", (see, act))
    assert authority.grant_for("act", "errand", "school") is None
    assert authority.grant_for("act", "errand", "kindergarten") is act
    assert authority.grant_for("see", "errand", "school") is see


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"alive": None}, None),
        ({"represented": None}, None),
        ({"protected": None}, "protected"),
        ({"protected": True}, "protected"),
        ({"represented": True}, "represented"),
        ({"born": born(18)}, None),
        ({"born": born(18) + timedelta(days=1)}, "not_of_age"),
        ({"alive": False}, "not_alive"),
    ],
)
def test_who_may_sign(changed: dict[str, Any], reason: str | None):
    assert may_sign(replace(SIRI, **changed), TODAY) == reason


def test_one_with_a_protected_address_may_act_for_others():
    assert why_not_accepted(replace(PER, protected=True), TODAY) is None


class TestTheForm:
    NEW = NewMandate("Per", ("school",), "see", TODAY + timedelta(days=30))

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"name": ""}, "name"),
            ({"themes": ()}, "themes"),
            ({"themes": ("school", "witchcraft")}, "themes"),
            ({"may": "own"}, "may"),
            ({"valid_to": TODAY}, "until"),
            ({"valid_to": TODAY + LONGEST + timedelta(days=1)}, "until"),
        ],
    )
    def test_refuses(self, changed: dict[str, Any], field: str):
        with pytest.raises(MandateFault) as fault:
            replace(self.NEW, **changed).checked(["school", "pension"], TODAY)
        assert fault.value.field == field

    def test_two_years_and_no_day_more(self):
        longest = replace(self.NEW, valid_to=TODAY + LONGEST)
        assert longest.checked(["school"], TODAY) is longest

    @pytest.mark.parametrize("language", ["nb", "nn", "en"])
    @pytest.mark.parametrize("may", ["see", "act"])
    def test_the_text_says_who_what_and_how_long(self, language: str, may: Any):
        text = text_of_mandate("Siri Steen", replace(self.NEW, may=may), TODAY, language)
        assert text.startswith(
            {"nb": "Jeg, Siri Steen", "nn": "Eg, Siri Steen", "en": "I, Siri Steen"}[language]
        )
        assert {"nb": "25. desember 2026", "nn": "25. desember 2026", "en": "25 December 2026"}[
            language
        ] in text
        assert {"nb": "Skole", "nn": "Skule", "en": "School"}[language] in text
        assert "{" not in text

    def test_goes_and_comes_back(self):
        assert NewMandate.from_json(self.NEW.as_json()) == self.NEW


class TestTheSeal:
    KEY = UsageKey(Ed25519PrivateKey.from_private_bytes(b"1" * 32))

    @pytest.fixture
    def sealed(self) -> Mandate:
        made = replace(MANDATE, key=self.KEY.id)
        return replace(made, seal=seal(made, self.KEY))

    def test_holds(self, sealed: Mandate):
        assert seal_holds(sealed, self.KEY.public, self.KEY.id)

    @pytest.mark.parametrize("field", [name for name in as_signed(MANDATE) if name != "format"])
    def test_is_over_every_field(self, sealed: Mandate, field: str):
        names = {"from": "from_id", "to": "to_id"}
        other: dict[str, Any] = {
            "themes": ("kindergarten",),
            "may": "see",
            "valid_from": TODAY - timedelta(days=11),
            "valid_to": TODAY + timedelta(days=11),
            "signed_at": NOW,
            "evidence": {"acr": "idporten-loa-low"},
        }
        changed = replace(sealed, **{names.get(field, field): other.get(field, "x")})
        assert not seal_holds(changed, self.KEY.public, self.KEY.id)

    def test_accepting_and_ending_do_not_break_it(self, sealed: Mandate):
        later = replace(sealed, accepted_at=NOW, ended_at=NOW, ended_by="per")
        assert seal_holds(later, self.KEY.public, self.KEY.id)

    def test_another_key_is_not_ours(self, sealed: Mandate):
        other = UsageKey(Ed25519PrivateKey.from_private_bytes(b"2" * 32))
        assert not seal_holds(sealed, other.public, other.id)
        assert not seal_holds(sealed, other.public, sealed.key)
        assert not seal_holds(replace(sealed, seal="no hexadecimal"), self.KEY.public, self.KEY.id)


def test_standing_in_ends_with_its_block():
    with on_behalf(OnBehalf("siri", "per", "mandate:m1")):
        assert standing_in() == OnBehalf("siri", "per", "mandate:m1")
    assert standing_in() is None
