"""A letter in the print folder: whole or not at all, the same message once, and gone when it is printed."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from channels import Accepted, Attachment, Cost, Failed, Outgoing, Refused
from channels.installed import faults_of
from channels.letter import LetterChannel, PrintFolder
from channels.letter_paper import paper_of
from tests.pdf_reading import tags, unpacked

ID = "0b0e8a8a-7a2e-4d0c-9df3-222222222222"
LETTER = Outgoing(
    ID,
    "Kari Nordmann\nStorgata 1\n0001 Sted",
    "nb",
    "Vedtak #strong[*]",
    "Du har fått …\n\nRegler",
    whole=True,
)
SENDER = "Eksempel kommune\nPostboks 1, 0001 Sted"


def now() -> datetime:
    return datetime(2026, 9, 1, 22, 30, tzinfo=UTC)  # the second of September in Norway


@pytest.fixture
def channel(tmp_path: Path) -> LetterChannel:
    return LetterChannel(PrintFolder(tmp_path, SENDER, Decimal("24.50")), now)


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


async def test_a_letter_is_papers_and_a_ticket_that_names_nobody(
    channel: LetterChannel, tmp_path: Path
) -> None:
    decision = Attachment("vedtak.pdf", "application/pdf", b"%PDF-1.7 decision")
    assert await channel.send(replace(LETTER, attachments=(decision,))) == Accepted(ID)
    assert visible(tmp_path) == [f"{ID}-1.pdf", f"{ID}.json", f"{ID}.pdf"]
    ticket = json.loads((tmp_path / f"{ID}.json").read_text())
    assert [one["file"] for one in ticket["documents"]] == [f"{ID}.pdf", f"{ID}-1.pdf"]
    for one in ticket["documents"]:
        assert one["sha256"] == sha256((tmp_path / one["file"]).read_bytes()).hexdigest()
    assert "Nordmann" not in json.dumps(ticket)
    assert stat.S_IMODE((tmp_path / f"{ID}.pdf").stat().st_mode) & 0o007 == 0
    assert not faults_of(channel)
    assert channel.cost(LETTER) == Cost(Decimal("24.50"), unit="letter")


async def test_the_same_message_is_the_same_letter_also_when_it_has_been_fetched(
    channel: LetterChannel, tmp_path: Path
) -> None:
    await channel.send(LETTER)
    before = (tmp_path / f"{ID}.pdf").read_bytes()
    await channel.send(replace(LETTER, body="another text"))
    assert (tmp_path / f"{ID}.pdf").read_bytes() == before
    for name in visible(tmp_path):
        (tmp_path / name).unlink()  # the print house moves it away
    assert await channel.send(LETTER) == Accepted(ID)
    assert visible(tmp_path) == []


@pytest.mark.parametrize(
    ("put", "taken_away", "said"),
    [
        (None, False, {}),
        ("printed", False, {ID: "printed"}),
        ("refused", False, {ID: "refused"}),
        (None, True, {ID: "printed"}),
        ("refused", True, {ID: "refused"}),
    ],
)
async def test_what_the_print_house_says(
    channel: LetterChannel, tmp_path: Path, put: str | None, taken_away: bool, said: dict[str, str]
) -> None:
    await channel.send(LETTER)
    (tmp_path / "another.printed").touch()  # of no letter of ours
    if put:
        (tmp_path / f"{ID}.{put}").touch()
    if taken_away:
        (tmp_path / f"{ID}.json").unlink()
    assert await channel.read_receipts() == said
    await channel.forget(ID)
    assert visible(tmp_path) == ["another.printed"]
    assert await channel.read_receipts() == {}


async def test_a_ticket_never_stands_without_its_papers(
    channel: LetterChannel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import channels.letter as module

    def full(path: Path, data: bytes, mode: int, write: object = module.write_whole) -> None:
        if path.suffix == ".json":
            raise OSError(28, "No space left on device")
        write(path, data, mode)  # type: ignore[operator]

    with monkeypatch.context() as broken:
        broken.setattr(module, "write_whole", full)
        result = await channel.send(LETTER)
    assert result == Failed("the print folder cannot be written to: No space left on device")
    assert visible(tmp_path) == [f"{ID}.pdf"]
    assert await channel.read_receipts() == {}
    assert isinstance(await channel.send(LETTER), Accepted)
    assert visible(tmp_path) == [f"{ID}.json", f"{ID}.pdf"]


@pytest.mark.parametrize(
    "letter",
    [
        replace(LETTER, recipient="Kari Nordmann"),
        replace(LETTER, attachments=(Attachment("a.html", "text/html", b"<p>"),)),
    ],
    ids=["no address", "not a PDF"],
)
async def test_what_cannot_be_posted_is_refused(
    channel: LetterChannel, tmp_path: Path, letter: Outgoing
) -> None:
    result = await channel.send(letter)
    assert isinstance(result, Refused)
    assert "Nordmann" not in result.reason
    assert visible(tmp_path) == []


def test_the_paper_is_tagged_and_takes_nothing_for_markup() -> None:
    paper = paper_of(LETTER, SENDER, now().date())
    assert "H1" in tags(paper)
    assert "/Lang" in unpacked(paper)
    assert "pdfuaid" in unpacked(paper)
    assert "Vedtak #strong[*]" in unpacked(paper)


async def test_a_folder_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    channel = LetterChannel(PrintFolder(tmp_path / "gone", SENDER), now)
    assert isinstance(await channel.send(LETTER), Failed)
    assert channel.cost(LETTER).amount is None
