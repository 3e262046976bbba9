"""The front-end parts we serve are what vendor.toml says, under licences we may use, from no other host."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[3]
VENDOR = ROOT / "assistant/web/static/vendor"
WRITTEN = tomllib.loads((VENDOR / "vendor.toml").read_text())["file"]
FREE = {"MIT", "BSD-0-Clause", "0BSD", "BSD-3-Clause", "OFL-1.1", "MPL-2.0", "Apache-2.0", "ISC"}


def test_every_file_is_the_one_that_was_built() -> None:
    assert len(WRITTEN) >= 8
    wrong = [
        entry["file"]
        for entry in WRITTEN
        if sha256((ROOT / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]
    ]
    assert wrong == [], "run `make vendor`, or put the file back"


def test_no_file_lies_there_that_nobody_wrote_down() -> None:
    lying = {p.relative_to(ROOT).as_posix() for p in VENDOR.rglob("*") if p.is_file()}
    written = {entry["file"] for entry in WRITTEN}
    beside = {f"assistant/web/static/vendor/{name}" for name in ("vendor.toml", "LICENCES.txt")}
    assert lying - written - beside == set()


def test_every_part_has_version_and_a_free_licence_whose_notice_is_kept() -> None:
    notices = (VENDOR / "LICENCES.txt").read_text(encoding="utf-8")
    for entry in WRITTEN:
        for part in entry["packages"]:
            assert part["version"][0].isdigit()
            assert part["licence"] in FREE, part
            if not entry["file"].startswith("tests/"):
                assert f"{part['name']} {part['version']}: {part['licence']}" in notices


def test_the_lock_file_pins_by_hash_and_names_no_host() -> None:
    text = (ROOT / "vendor/package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all("integrity" in entry for path, entry in packages.items() if path)
    wanted = json.loads((ROOT / "vendor/package.json").read_text())
    exact = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in exact} == exact


def test_no_built_script_needs_eval() -> None:
    """The policy forbids eval. htmx has it for hx-on and js: values, which our pages do not use."""
    for file in VENDOR.rglob("*.js"):
        if file.parent.name != "htmx":
            text = file.read_text(encoding="utf-8")
            assert "new Function(" not in text, file.name
            assert "eval(" not in text, file.name
