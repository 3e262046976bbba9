"""A broken channel of somebody else's package is told of in one line: which, where, and what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.config import Config, ConfigurationError
from assistant.guidance.channels import make_channels
from assistant.store import IdentityKeys
from channels.chat import ChatChannel
from channels.installed import BrokenChannel, make_installed
from tests.unit.channels.packages_of_others import installed_package

WHOLE = """
from channels.chat import ChatChannel
make = lambda settings, clock: ChatChannel()
"""
LACKING = """
class Half:
    name = "half"
    addressed_by = "pigeon"
    reminds = False
    carries = "all"
    def send(self, message): ...
    async def close(self): ...
make = lambda settings, clock: Half()
"""


def clock() -> datetime:
    return datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise OSError('no libpigeon')", "cannot be loaded: OSError: no libpigeon"),
        ("", "cannot be loaded: AttributeError"),
        ("make = 3", "cannot be made: TypeError"),
        (
            "make = lambda settings, clock: settings['url']",
            "wants a setting: write 'url' in [channel.pigeon]",
        ),
        (
            "def make(settings, clock): raise ValueError(settings)",
            "cannot be made: ValueError: look at [channel",
        ),
        (LACKING, "it has no receipts; it has no cost; it has no can_carry"),
        (LACKING, "its send is not an async function"),
        (LACKING, "its addressed_by is not one of address, national_id, postal_address"),
        (LACKING, "its carries is not a channels.Carries"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, source: str, said: str) -> None:
    with (
        installed_package(tmp_path, "varde-pigeon", {"pigeon": "pigeon_post:make"}, pigeon_post=source),
        pytest.raises(BrokenChannel, match=re.escape(said)) as broken,
    ):
        make_installed("pigeon", {"token": "secret"}, clock)
    assert "channel 'pigeon' (pigeon_post:make of package varde-pigeon)" in str(broken.value)
    assert "secret" not in str(broken.value)


def test_one_that_is_not_installed(tmp_path: Path) -> None:
    with (
        installed_package(tmp_path, "varde-pigeon", {"pigeon": "pigeon_post:make"}, pigeon_post=WHOLE),
        pytest.raises(BrokenChannel, match=r"no channel 'pidgin' is installed \(installed: pigeon\)"),
    ):
        make_installed("pidgin", {}, clock)


def test_two_of_one_name(tmp_path: Path) -> None:
    (one := tmp_path / "one").mkdir()
    (two := tmp_path / "two").mkdir()
    with (
        installed_package(one, "varde-pigeon", {"pigeon": "pigeon_post:make"}, pigeon_post=WHOLE),
        installed_package(two, "varde-dove", {"pigeon": "dove_post:make"}, dove_post=WHOLE),
        pytest.raises(BrokenChannel, match=r"is in package varde-dove and package varde-pigeon: uninstall"),
    ):
        make_installed("pigeon", {}, clock)


async def test_a_place_that_is_taken_and_one_that_is_added(tmp_path: Path) -> None:
    import aiohttp

    names = {"pigeon": "pigeon_post:make", "owl": "pigeon_post:make"}
    config = Config.model_validate({"sms": {"through": "pigeon"}, "channel": {"pigeon": {}, "owl": {}}})
    with installed_package(tmp_path, "varde-pigeon", names, pigeon_post=WHOLE):
        async with aiohttp.ClientSession() as http:
            made = make_channels(config, ChatChannel(), clock, http, IdentityKeys.generate())
    assert sorted(made) == ["chat", "email", "owl", "sms"]
    assert isinstance(made["sms"], ChatChannel)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"email": {"through": "smpt"}}, "email.through: no channel 'smpt' is installed"),
        ({"email": {"through": "gateway"}}, "email.through: no channel 'gateway' is installed"),
        ({"channel": {"owl": {}}}, "channel.owl: no channel 'owl' is installed"),
        ({"channel": {"sms": {}}}, "channel.sms: sms is our own channel: choose another by sms.through"),
    ],
)
async def test_a_configuration_that_names_what_is_not_there(settings: dict[str, object], said: str) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as http:
        with pytest.raises(ConfigurationError, match=re.escape(said)):
            make_channels(
                Config.model_validate(settings), ChatChannel(), clock, http, IdentityKeys.generate()
            )
