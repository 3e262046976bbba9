"""A stream that only the holder of a key can read, sealed a piece at a time (AES-256-GCM).

A piece knows its number and whether it is the last, so that none can be dropped, moved or cut off unseen.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK: Final = b"varde-sealed-1\n"
PIECE: Final = 1 << 20  # bytes of plain text in a piece
TAG: Final = 16
START: Final = (
    8  # random bytes of the nonce that the pieces of a stream have in common; four more are the number
)


class NotSealed(ValueError):
    """The stream cannot be opened; the message says why and what would help."""


def key_of(path: Path) -> bytes:
    """A key file: 32 random bytes in base64. Raises NotSealed where it is something else."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, binascii.Error) as error:
        raise NotSealed(f"--key {path}: {error}: make one by `openssl rand -base64 32`") from None
    if len(key) != 32:
        raise NotSealed(
            f"--key {path}: holds {len(key)} bytes, must be 32: make one by `openssl rand -base64 32`"
        )
    return key


class SealedWriter:
    """A file to write to; `close` writes the last piece and leaves the file below open."""

    def __init__(self, below: BinaryIO, key: bytes) -> None:
        self._below, self._cipher, self._number = below, AESGCM(key), 0
        self._start, self._waiting = secrets.token_bytes(START), bytearray()
        below.write(MARK + self._start)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:  # one whole piece stays: it may be the last
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: a piece goes when it is whole."""

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = self._start + self._number.to_bytes(4, "big")
        self._below.write(self._cipher.encrypt(nonce, piece, b"last" if last else b"more"))
        self._number += 1


class SealedReader:
    """What `SealedWriter` wrote, in plain. Raises NotSealed for another key and for what was changed or cut off."""

    def __init__(self, below: BinaryIO, key: bytes) -> None:
        self._below, self._cipher, self._number = below, AESGCM(key), 0
        if below.read(len(MARK)) != MARK:
            raise NotSealed("the backup is not sealed: leave --key out")
        self._start = below.read(START)
        self._ready, self._ended = bytearray(), False
        self._next = below.read(PIECE + TAG)

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._open()
        wanted = len(self._ready) if size < 0 else size
        data = bytes(self._ready[:wanted])
        del self._ready[:wanted]
        return data

    def _open(self) -> None:
        piece, self._next = self._next, self._below.read(PIECE + TAG)
        self._ended = not self._next
        nonce = self._start + self._number.to_bytes(4, "big")
        try:
            self._ready += self._cipher.decrypt(nonce, piece, b"last" if self._ended else b"more")
        except InvalidTag:
            raise NotSealed(
                "the backup cannot be opened with this key, or is damaged: try another key or copy"
            ) from None
        self._number += 1


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def sync(path: Path) -> None:
    """Have the disk keep a file or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
