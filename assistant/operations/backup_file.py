"""A backup as a file: what is in it, and the database as its own tools write it, in a compressed tar archive."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, BinaryIO, Final, cast

from assistant.operations.sealing import NotSealed, SealedReader, SealedWriter, is_sealed, sync

FORMAT: Final = "varde-backup-1"
CONTENTS: Final = "contents.json"
DATABASE: Final = "database"
WORKING: Final = ".varde-backup-"
COPIED: Final = 1 << 20


class UnusableBackup(ValueError):
    """The file is no backup of ours, or not as it was written; the message says what and the way out."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds. The keys are named and not in it: each is of no use without the other."""

    made_at: datetime
    kind: str  # sqlite or postgresql: it is put back into the same
    migration: str
    rows: Mapping[str, int]  # table → rows
    identity_keys: str  # a keyed hash that the same keys give
    encryption_keys: tuple[str, ...]  # their names
    usage_key: str  # the public half
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}

    @classmethod
    def from_json(cls, read: Any) -> Contents:
        if not isinstance(read, dict) or read.pop("format", None) != FORMAT:
            raise UnusableBackup(
                f"is no backup in the form {FORMAT}: it was made by another version of Varde"
            )
        read["made_at"] = datetime.fromisoformat(read["made_at"])
        read["encryption_keys"] = tuple(read["encryption_keys"])
        return cls(**read)


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """A folder of this process's own, on the disk of what is made in it; those that dead ones left are removed."""
    for left in parent.glob(f"{WORKING}*-*"):
        owner = left.name.removeprefix(WORKING).partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{WORKING}{os.getpid()}-", dir=parent) as made:
        yield Path(made)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def digest_of(path: Path) -> str:
    hashed = sha256()
    with path.open("rb") as file:
        while piece := file.read(COPIED):
            hashed.update(piece)
    return hashed.hexdigest()


def write_backup(path: Path, contents: Contents, database: Path, key: bytes | None) -> None:
    """Write it whole and checked or not at all: under another name first, which a process that dies leaves behind."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("wb") as file:
        below = file if key is None else SealedWriter(file, key)
        with (
            gzip.GzipFile(
                fileobj=cast("IO[bytes]", below), filename="", mode="wb", compresslevel=1
            ) as smaller,
            tarfile.open(fileobj=smaller, mode="w|") as archive,
        ):
            told = json.dumps(contents.as_json(), indent=1).encode()
            entry = tarfile.TarInfo(CONTENTS)
            entry.size = len(told)
            archive.addfile(entry, io.BytesIO(told))
            archive.add(database, DATABASE, filter=_without_names)
        if isinstance(below, SealedWriter):
            below.close()
    with opened(part, key) as (read, dumped):
        hashed = sha256()
        while piece := dumped.read(COPIED):
            hashed.update(piece)
        if read != contents or hashed.hexdigest() != contents.sha256:
            raise UnusableBackup(f"{part} does not read back as it was written: the disk may be failing")
    sync(part)
    part.rename(path)
    sync(path.parent)


def _without_names(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whose file it was on this machine is nobody's business."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


@contextmanager
def opened(path: Path, key: bytes | None) -> Iterator[tuple[Contents, BinaryIO]]:
    """What is in a backup, and the database in it to read from. Raises UnusableBackup, NotSealed or OSError."""
    if key is None and is_sealed(path):
        raise NotSealed(f"{path} is sealed: give the key it was made with by --key")
    with path.open("rb") as file:
        below = file if key is None else SealedReader(file, key)
        try:
            with tarfile.open(fileobj=cast("IO[bytes]", below), mode="r|gz") as archive:
                told = archive.extractfile(_next(archive, CONTENTS))
                contents = Contents.from_json(json.load(cast("BinaryIO", told)))
                yield contents, cast("BinaryIO", archive.extractfile(_next(archive, DATABASE)))
        except (tarfile.TarError, EOFError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise UnusableBackup(
                f"{path} is no whole backup ({type(error).__name__}): take another copy"
            ) from None


def _next(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    entry = archive.next()
    if entry is None or entry.name != name or not entry.isfile():
        raise UnusableBackup(f"has no {name} where it belongs: it was made by another version, or is damaged")
    return entry
