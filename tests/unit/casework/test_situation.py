"""What a case turns on, read from a view: unknown is neither yes nor no."""

import pytest

from assistant.casework.automation import Situation
from assistant.casework.situation import place_begins, place_number, situation_from

PLAIN = {
    "address_protection": "none",
    "shared_residence": [],
    "guardians": [{"id": "m", "address_protection": "none", "cohabitant": None}],
    "household": {
        "adults": [{"id": "m", "address_protection": "none", "cohabitant": None, "income_shielded": False}]
    },
    "kindergarten_place": {"id": "p", "place_number": "P-1", "starts_on": "2026-08-01"},
}


def view(**changed):
    return {"child": {**PLAIN, **changed}}


def adult(**changed):
    return {"adults": [{**PLAIN["household"]["adults"][0], **changed}]}


@pytest.mark.parametrize(
    ("changed", "situation"),
    [
        ({}, Situation(False, False, False, False, False)),
        ({"address_protection": "confidential"}, Situation(True, False, False, False, False)),
        (
            {"household": adult(address_protection="strictly_confidential")},
            Situation(True, False, False, False, False),
        ),
        (
            {"guardians": [{"id": "f", "address_protection": "confidential", "cohabitant": None}]},
            Situation(True, False, False, False, False),
        ),
        ({"shared_residence": [{"id": "m"}, {"id": "f"}]}, Situation(False, True, False, False, False)),
        ({"household": adult(cohabitant={"id": "x"})}, Situation(False, False, True, False, False)),
        ({"household": adult(income_shielded=True)}, Situation(False, False, False, True, False)),
        ({"household": adult(id="f")}, Situation(False, False, False, False, True)),
        ({"household": {"adults": []}}, Situation(False, False, False, False, None)),
    ],
)
def test_the_situation_is_what_the_view_says(changed, situation):
    assert situation_from(view(**changed), "m") == situation


def test_what_nobody_has_told_is_unknown():
    assert situation_from({"child": {}}, "m") == Situation(None, None, None, None, None)


def test_a_child_without_a_place_has_no_number_and_no_beginning():
    assert place_number(view(kindergarten_place=None)) is None
    assert place_begins(view(kindergarten_place=None)) is None
    assert place_number({"child": {}}) is None
    assert place_number(view()) == "P-1"
    assert str(place_begins(view())) == "2026-08-01"
