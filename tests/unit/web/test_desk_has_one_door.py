"""No page of the desk takes a case but through the door that asks for a reason."""

import ast
from pathlib import Path

import pytest

import assistant.web.pages

PAGES = Path(assistant.web.pages.__file__).parent
GIVES_A_CASE = {"case_by_id", "case_to_open", "case_of_process"}


@pytest.mark.parametrize("page", sorted(PAGES.glob("desk*.py")), ids=lambda page: page.stem)
def test_a_page_takes_a_case_through_the_door_only(page: Path):
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    allowed = {"case_to_open"} if page.stem == "desk_access" else set()
    assert called & GIVES_A_CASE <= allowed
