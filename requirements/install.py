"""pip install with its own defaults, from where this machine gets its packages: install.py ARGUMENTS…

A pip configuration says two kinds of things. Where packages come from is the machine's own affair, and the
hashes in the lock hold wherever that is. How they are installed (for the user, into another folder, without
dependencies, from source …) is ours, and is set aside. Used by the Makefile, with the Python of .venv.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys

# fmt: off
WHERE_FROM = frozenset((
    "index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert", "client-cert", "proxy",
    "timeout", "retries", "keyring-provider", "cache-dir", "no-cache-dir", "use-feature",
))
# fmt: on
PIP = [sys.executable, "-I", "-m", "pip"]


def kept(listing: str) -> dict[str, str]:
    """What `pip config list` says of where packages come from, as environment variables.

    >>> kept("global.user='true'\\nglobal.index-url='https://a.example/simple'\\n:env:.timeout='9'")
    {'PIP_INDEX_URL': 'https://a.example/simple', 'PIP_TIMEOUT': '9'}
    """
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found and name in WHERE_FROM:
            found[section][name] = str(ast.literal_eval(value))
    merged = found["global"] | found["install"] | found[":env:"]
    return {"PIP_" + name.upper().replace("-", "_"): value for name, value in merged.items()}


def main() -> None:
    ask = [*PIP, "config", "list"]
    listing = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603  (all ours)
    ours = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("PIP_") and k not in ("PYTHONPATH", "PYTHONHOME")
    }
    ours |= kept(listing.stdout)
    ours |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    os.execve(sys.executable, [*PIP, "install", "--quiet", *sys.argv[1:]], ours)  # noqa: S606


if __name__ == "__main__":
    main()
