"""What a flag's event is called, and that it holds the flag and nothing behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assistant.casework.announcing import FLAG_CHANGED, FLAG_ENDED, FLAG_SET, flag_news
from assistant.casework.flags import Flag

YEAR = Flag(
    "9999",
    "child",
    "P-1",
    "kindergarten",
    Decimal(818),
    date(2026, 8, 1),
    date(2027, 8, 1),
    "decision",
    id="new",
    sequence=7,
)


@pytest.mark.parametrize(
    ("replaced", "kind"),
    [
        (None, FLAG_SET),
        (replace(YEAR, valid_to=date(2028, 8, 1)), FLAG_ENDED),
        (replace(YEAR, monthly_amount=Decimal(600)), FLAG_CHANGED),
        (replace(YEAR, monthly_amount=Decimal(600), valid_to=date(2028, 8, 1)), FLAG_CHANGED),
        (replace(YEAR, valid_from=date(2026, 1, 1)), FLAG_CHANGED),
        (replace(YEAR, valid_to=date(2027, 1, 1)), FLAG_CHANGED),
    ],
)
def test_what_happened_to_the_flag(replaced: Flag | None, kind: str):
    news = flag_news(YEAR, replaced)
    assert (news.type, news.subject, news.municipality) == (kind, "child", "9999")


def test_the_event_is_the_flag_and_no_more():
    assert set(flag_news(YEAR, None).data) == {
        "sequence",
        "id",
        "municipality",
        "subject",
        "place_number",
        "fee",
        "monthly_amount",
        "currency",
        "from",
        "to",
        "replaces",
        "created_at",
    }
