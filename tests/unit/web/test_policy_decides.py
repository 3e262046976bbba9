"""Who gets in where: the whole table."""

from __future__ import annotations

import pytest

from assistant.web.policy import decide
from assistant.web.routing import LOOPBACK, PUBLIC, RESIDENT, SERVICE, STAFF, Access
from assistant.web.visitor import Visitor

NOBODY = Visitor("anonymous", "nb", "9999")
RESIDENT_ = Visitor("resident", "nb", "9999", person_id="p")
CLERK = Visitor("staff", "nb", "9999", staff="Berit", roles=frozenset({"case_worker"}))
BILLER = Visitor("service", "en", "9999", service="biller")


@pytest.mark.parametrize(
    ("access", "visitor", "verdict"),
    [
        (PUBLIC, NOBODY, "pass"),
        (PUBLIC, CLERK, "pass"),
        (RESIDENT, RESIDENT_, "pass"),
        (RESIDENT, NOBODY, "login_resident"),
        (RESIDENT, CLERK, "forbidden"),
        (RESIDENT, BILLER, "forbidden"),
        (STAFF("case_worker"), CLERK, "pass"),
        (STAFF("rule_editor"), CLERK, "forbidden"),
        (STAFF("case_worker"), RESIDENT_, "forbidden"),
        (STAFF("case_worker"), NOBODY, "login_staff"),
        (SERVICE("biller"), BILLER, "pass"),
        (SERVICE("events"), BILLER, "forbidden"),
        (SERVICE("biller"), NOBODY, "unauthorised"),
        (SERVICE("biller"), RESIDENT_, "forbidden"),
        (SERVICE("biller") | STAFF("case_worker"), CLERK, "pass"),
        (SERVICE("biller") | STAFF("case_worker"), BILLER, "pass"),
        (SERVICE("biller") | STAFF("case_worker"), NOBODY, "login_staff"),
        (LOOPBACK, NOBODY, "unauthorised"),
        (LOOPBACK | STAFF("operator"), NOBODY, "login_staff"),
        (Access(()), CLERK, "forbidden"),
        (Access(()), NOBODY, "unauthorised"),
    ],
)
def test_who_gets_in(access: Access, visitor: Visitor, verdict: str) -> None:
    assert decide(access, visitor, here=False) == verdict


def test_loopback_admits_whoever_is_on_this_machine() -> None:
    assert decide(LOOPBACK, NOBODY, here=True) == "pass"


def test_a_role_is_no_service_and_a_service_no_role() -> None:
    odd = Visitor("staff", "nb", "9999", staff="x", roles=frozenset({"biller"}), service="biller")
    assert decide(SERVICE("biller"), odd, here=False) == "forbidden"
