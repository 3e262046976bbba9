"""YAML with lines: what is read, and each message of what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules.faults import RuleFault
from rules.yaml_source import read_yaml


def test_only_true_and_false_are_booleans_and_numbers_are_exact() -> None:
    document = read_yaml(
        "on: yes\nanswer: no\nlist: [true, FALSE, ~, off]\nshare: 0.06\nprice: 2000\nfrom: 2024-08-01\n"
        'number: "0301"\ntext: |\n  two\n  lines\nsmall: 1e-3\n',
        "a.yaml",
    )
    assert document.plain() == {
        "on": "yes",
        "answer": "no",
        "list": [True, False, None, "off"],
        "share": Decimal("0.06"),
        "price": 2000,
        "from": date(2024, 8, 1),
        "number": "0301",
        "text": "two\nlines\n",
        "small": Decimal("0.001"),
    }


def test_every_value_knows_its_line() -> None:
    document = read_yaml("a: 1\nb:\n  - x\n  - {c: 2}\n", "a.yaml")
    assert document.value["a"].line == 1
    assert [node.line for node in document.value["b"].value] == [3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: 'a' is given twice (first at line 1); keep one"),
        ("a: &x 1\nb: *x\n", "f.yaml:1: 'x': anchors and aliases are not used here; write it out"),
        (
            "a: !!python/object:x y\n",
            "f.yaml:1: 'tag:yaml.org,2002:python/object:x': tags are not used here; "
            "quote text, and write numbers and dates plainly",
        ),
        ("a: 1\n---\nb: 2\n", "f.yaml:3: a second document ('---'): one file, one document"),
        ("", "f.yaml:1: the file is empty"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2: not valid YAML: did not find expected ',' or ']'"),
        ("a:\n\tb: 1\n", "f.yaml:2: not valid YAML: found character that cannot start any token"),
        (
            "a: 2024-02-30\n",
            "f.yaml:1: '2024-02-30' is not a date of the calendar; quote it if it is text",
        ),
        ("m: 0301\n", "f.yaml:1: '0301' begins with 0; quote it if it is text such as a municipality number"),
        ("m: " + "9" * 35, "f.yaml:1: a number of more than 34 digits; quote it if it is text"),
        ("? [a]\n: 1\n", "f.yaml:1: a key must be one word or text, not a mapping or list"),
        ("[" * 40 + "]" * 40, "f.yaml:1: more than 32 levels inside each other"),
        ("x" * 1_000_001, "f.yaml:1: the file is larger than 1,000,000 bytes; split it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RuleFault) as caught:
        read_yaml(text, "f.yaml")
    assert str(caught.value) == message


def test_a_control_character_is_refused_and_not_a_crash() -> None:
    with pytest.raises(RuleFault, match="not valid YAML"):
        read_yaml("a: \x00\n", "f.yaml")


def plain(text: str) -> Any:
    return read_yaml(text, "f.yaml").plain()


def test_empty_value_is_null() -> None:
    assert plain("a:\n") == {"a": None}
