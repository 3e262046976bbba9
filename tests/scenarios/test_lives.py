"""People's lives through the years: every message that reaches them, none missing, none twice, none tactless."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from living import LIVES, Life, Story, Told, stories, tale

from assistant.demo.mailbox import Mailbox
from assistant.store import Database
from rules import Catalogue

SHORT_FORM_ON = "sqlite"

PAGES = Path(__file__).parents[2] / "docs" / "lives"
"""What a case worker reads: each story with the words people got. Written anew with VARDE_WRITE_LIVES=1."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox(tmp_path / "mailbox") as opened:
        yield opened


def written(told: list[Told]) -> str:
    """What was told, as a story's file has it: to compare, and to look at when it differs."""
    return lines(one.as_written() for one in told)


def lines(told: Iterable[Mapping[str, Any]]) -> str:
    return "".join(
        f"  - {{on: {one['on']}, to: {one['to']}, about: {one['about']}, by: {one['by']}, "
        f"says: {json.dumps(one['says'], ensure_ascii=False)}, rules: [{', '.join(one['rules'])}]}}\n"
        for one in told
    )


@pytest.mark.parametrize("path", stories(), ids=lambda path: path.stem)
async def test_everything_told_in_a_life(
    path: Path, database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    story = Story.read(path)
    told = await Life(story, database, catalogue, mailbox).play()
    assert written(told) == lines(story.told)
    page = "".join(tale(story, told))
    if os.environ.get("VARDE_WRITE_LIVES"):
        (PAGES / f"{path.stem}.md").write_text(page, encoding="utf-8")
    assert (PAGES / f"{path.stem}.md").read_text(encoding="utf-8") == page


def test_the_pages_are_those_of_the_stories() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {path.stem for path in stories()} | {"README"}


async def test_a_message_too_many_or_too_few_is_seen(
    database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    """The stories can fail: with one message struck out, what was told is not what the story says."""
    story = Story.read(LIVES / "a_car.yaml")
    told = await Life(story, database, catalogue, mailbox).play()
    assert written(told) != lines(story.told[1:])
    assert written(told) != lines([*story.told, story.told[0]])
