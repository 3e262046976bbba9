"""The lock says exactly what is installed, by hash, from nowhere in particular, and agrees with the package."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ("run", "population", "durable", "build", "test", "bench", "lock")
BUILD = {"hatchling", "editables"}  # what installs Varde itself, without the network
LIMITED = {"python-dateutil"}  # what others bring, held below a version that something does not take


def pins(name: str) -> dict[str, str]:
    """Package (with marker) → version."""
    found = re.findall(r"^([\w.\-]+)(?:\[[\w,]+\])?==([^\s;\\]+)( ;[^\\]*)?", lock(name), re.MULTILINE)
    return {f"{package}{marker.strip()}": version for package, version, marker in found}


def lock(name: str) -> str:
    return (REQUIREMENTS / f"{name}.txt").read_text()


def wanted(name: str) -> set[str]:
    lines = (REQUIREMENTS / f"{name}.in").read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith(("#", "-r"))}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_held_by_version_and_hash(name: str) -> None:
    requirements = re.split(r"\n(?=\S)", lock(name).strip())
    assert requirements
    for requirement in requirements:
        first = requirement.splitlines()[0]
        assert re.match(r"[\w.\-]+(\[[\w,]+\])?==\d", first), first
        assert "--hash=sha256:" in requirement, first


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_host(name: str) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", lock(name))


@pytest.mark.parametrize("name", ["test", "bench"])
def test_what_is_tested_and_timed_is_what_runs(name: str) -> None:
    assert pins("run").items() <= pins(name).items()


def test_the_package_asks_for_what_the_lock_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = set(project["dependencies"])
    besides = {
        line
        for line in wanted("run")
        if re.match(r"[\w\-]+", line).group() in BUILD | LIMITED  # type: ignore[union-attr]
    }
    assert len(besides) == len(BUILD | LIMITED)
    assert asked == wanted("run") - besides


@pytest.mark.parametrize(("extra", "name"), [("population", "population"), ("durable-rules", "durable")])
def test_an_extra_asks_for_what_its_lock_holds(extra: str, name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"][extra]) == wanted(name)


def test_what_durable_rules_needs_beside_varde_is_nothing_varde_runs_on() -> None:
    beside = (*pins("durable"), *pins("build"))
    assert {one.partition(";")[0].strip() for one in beside} == {"durable-rules", "setuptools"}
    assert not {one.partition(";")[0].strip() for one in pins("test")} & {"durable-rules", "setuptools"}


def test_only_where_packages_come_from_is_taken_from_a_pip_configuration() -> None:
    kept = runpy.run_path(str(REQUIREMENTS / "install.py"))["kept"]
    listing = "\n".join(
        [
            "global.index-url='https://mirror.example/simple'",
            "global.user='true'",
            "global.no-binary=':all:'",
            "install.target='/elsewhere'",
            "install.index-url='https://nearer.example/simple'",
            ":env:.require-hashes='1'",
            ":env:.cert='/etc/ssl/ours.pem'",
        ]
    )
    assert kept(listing) == {
        "PIP_INDEX_URL": "https://nearer.example/simple",
        "PIP_CERT": "/etc/ssl/ours.pem",
    }
