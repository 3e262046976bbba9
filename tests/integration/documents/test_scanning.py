"""Files looked through by clamd: what it finds is refused, and where it is silent nothing is taken unseen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from fake_clamd import EICAR, FakeClamd, fake_clamd

from assistant.documents import Clamd, Documents, Refused, ScannerSilent
from assistant.store import IdentityKeys

PDF = b"%PDF-1.4\n" + os.urandom(200_000).hex().encode() + b"\n%%EOF\n"
SICK = PDF.replace(b"%%EOF", EICAR + b"\n%%EOF")


@pytest.mark.parametrize("unix", [False, True])
async def test_the_whole_file_reaches_the_scanner_and_its_word_counts(tmp_path: Path, unix: bool) -> None:
    async with fake_clamd(FakeClamd(), tmp_path / "clamd.ctl" if unix else None) as clamd:
        scanner = Clamd(clamd.address)
        assert await scanner.finds(PDF) is False
        assert await scanner.finds(SICK) is True
    assert clamd.seen == [PDF, SICK]


async def test_a_file_with_a_virus_is_refused() -> None:
    async with fake_clamd(FakeClamd()) as clamd:
        documents = Documents(IdentityKeys.generate(), Clamd(clamd.address))
        assert (await documents.check(PDF)).media_type == "application/pdf"
        with pytest.raises(Refused) as refused:
            await documents.check(SICK)
    assert refused.value.fault == "infected"


@pytest.mark.parametrize(
    "clamd",
    [
        FakeClamd(answer=b"INSTREAM size limit exceeded. ERROR\0"),
        FakeClamd(answer=b"stream: OK"),  # cut off
        FakeClamd(answer=b"HTTP/1.1 200 OK\r\n\r\n\0"),
        FakeClamd(answer=b"x" * 100_000),
        FakeClamd(hangs=True),
    ],
)
async def test_what_cannot_be_scanned_is_not_taken(clamd: FakeClamd) -> None:
    async with fake_clamd(clamd):
        with pytest.raises(ScannerSilent, match="tcp://127"):
            await Documents(IdentityKeys.generate(), Clamd(clamd.address, seconds=0.5)).check(PDF)


async def test_nobody_at_the_address_is_silence() -> None:
    with pytest.raises(ScannerSilent, match="ConnectionRefusedError"):
        await Clamd(f"tcp://127.0.0.1:{unused_port()}").finds(PDF)
