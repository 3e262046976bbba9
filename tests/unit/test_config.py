"""A setting that is not understood is named, with what it may be meant to be."""

from pathlib import Path

import pytest

from assistant.config import Config, ConfigurationError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('data_dirr = "x"', "setting data_dirr: there is no such setting; did you mean data_dir?"),
        ("[email]\nprot = 5", "setting email.prot: there is no such setting; did you mean port?"),
        (
            'virus_scanner = "localhost"',
            "setting virus_scanner: Value error, 'localhost' is no address of clamd; "
            "write unix:///run/clamav/clamd.ctl or tcp://127.0.0.1:3310",
        ),
        ('qwertyuiop = "x"', "setting qwertyuiop: there is no such setting"),
    ],
)
def test_an_unknown_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    settings = tmp_path / "varde.toml"
    settings.write_text(text)
    with pytest.raises(ConfigurationError) as fault:
        Config.load({"VARDE_CONFIG": str(settings)})
    assert str(fault.value) == f"{settings}: {said}"
