"""Every table that holds a person's rows is in the export, or is named with the reason why it is not."""

from __future__ import annotations

import re

from sqlalchemy import Column, MetaData, Table

from assistant.mydata.kinds import IN_THE_LOG, KINDS, LEFT_OUT, OF_NOBODY, PERSON_COLUMNS, WITHHELD
from assistant.store.columns import ID
from assistant.store.tables import metadata
from assistant.web.texts import Texts


def missing_from(schema: MetaData) -> set[str]:
    """The tables with a column that names a person, and that no export holds."""
    covered = {table.name for kind in KINDS for table in kind.covers} | {table.name for table in IN_THE_LOG}
    of_people = {
        table.name
        for table in schema.tables.values()
        if PERSON_COLUMNS.intersection(column.name for column in table.columns)
    }
    return of_people - covered - LEFT_OUT.keys()


def test_each_table_with_a_persons_column_is_in_the_export() -> None:
    assert missing_from(metadata) == set()


def test_the_walk_sees_a_table_that_is_forgotten() -> None:
    schema = MetaData()
    Table("forgotten", schema, Column("id", ID, primary_key=True), Column("person_id", ID))
    assert missing_from(schema) == {"forgotten"}


def test_what_names_people_by_something_else_is_named_with_its_reason() -> None:
    covered = {table.name for kind in KINDS for table in kind.covers} | {table.name for table in IN_THE_LOG}
    settings = {"municipality", "rule_version", "template_version", "subscription", "stop_switch"}
    running = {"feed_pointer", "receipt", "fired", "pace", "tally", "backup_made"}
    settings |= {"backup_made", "fired", "pace", "stop_switch", "tally", "template_version"}
    left = metadata.tables.keys() - covered - OF_NOBODY.keys() - LEFT_OUT.keys()
    assert left == settings | running
    assert all(OF_NOBODY.values())


def test_no_kind_exports_a_token_a_seal_or_anybody_elses_id() -> None:
    for kind in KINDS:
        columns = {column.name for column in kind.rows("me").selected_columns}
        assert not columns & {"token", "csrf", "provider_sid", "ciphertext", "lookup", "key_id", "seal"}, (
            kind.name
        )
        row = dict.fromkeys(columns)
        row |= {name: {} for name in ("record", "state", "content", "about") if name in columns}
        if "record" in columns:
            row["record"] = {"values": {}, "missing": [], "conditions": [], "law": [], "facts": []}
        shaped = kind.shape(row, "me", {"me"})
        assert not PERSON_COLUMNS & shaped.keys(), kind.name


def test_each_kind_and_heading_has_its_words() -> None:
    from assistant.mydata.erasing import AT_ONCE, BY_HAND, STAYS
    from assistant.mydata.themes import THEMES
    from assistant.web.pages.request_words import themes
    from rules import Catalogue

    texts = Texts.load()
    wanted = (
        *(f"mydata.held_{kind.name}" for kind in KINDS if kind.name != "facts"),
        *(f"mydata.withheld_{kind}" for kind in WITHHELD),
        *(f"mydata.group_{theme}" for theme in THEMES),
        *(f"mydata.theme_{theme}" for theme in themes(Catalogue.load())),
        *(f"mydata.erase_{what}" for what in (*AT_ONCE, BY_HAND)),
        *(f"mydata.stays_{what}" for what in STAYS),
    )
    assert [key for key in wanted if key not in texts.entries] == []
    assert all(re.fullmatch(r"[a-z_]+", kind.name) for kind in KINDS)
