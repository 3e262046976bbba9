"""What a file is, by its content alone: whole and of one kind, or refused with the reason."""

from __future__ import annotations

import contextlib

import pytest
from files import EICAR, HTML, JPEG, PDF, PNG, SVG, archive, pdf_holding, with_comment
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import MOST_BYTES, Refused, clean_name, media_type_of


def fault(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        media_type_of(content)
    return refused.value.fault


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PDF.replace(b"1.4", b"2.0") + b"\r\n\0\0", "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (JPEG[:-2] + b"\xff\xff\xd9", "image/jpeg"),  # fill before a marker
        (JPEG + b"what a telephone puts after the picture", "image/jpeg"),
        (pdf_holding(EICAR), "application/pdf"),  # what is harmful within is the scanner's to find
    ],
)
def test_whole_files_are_what_they_begin_as(content: bytes, kind: str) -> None:
    assert media_type_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        SVG,
        archive(),
        EICAR,
        b"\xef\xbb\xbf" + HTML,
        b"  " + PDF,  # a reader would find the PDF; a browser might find something else first
        b"%PDF-x.y\n%%EOF",
        b"GIF89a" + b"\0" * 50,
        b"II*\0" + b"\0" * 50,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50,  # an old office document
        b"MZ" + b"\0" * 50,
        b"kr 300 000",
    ],
)
def test_other_kinds_are_not_taken(content: bytes) -> None:
    assert fault(content) == "unknown_kind"


@pytest.mark.parametrize("whole", [PDF, PNG, JPEG])
def test_a_file_cut_off_anywhere_is_refused(whole: bytes) -> None:
    for length in range(1, len(whole.rstrip())):
        assert fault(whole[:length]) in ("cut_off", "unknown_kind"), length


def test_a_picture_with_a_changed_byte_is_refused() -> None:
    assert fault(PNG.replace(b"IDAT", b"IDAX")) == "cut_off"


@pytest.mark.parametrize(
    "content",
    [
        with_comment(JPEG, HTML),  # a page to a browser that sniffs
        with_comment(JPEG, SVG),
        with_comment(JPEG, PDF),  # readers of PDF look for its header within the first 1024 bytes
        JPEG + archive(),  # unpackers read from the end
        PNG + archive(),
        PDF.rstrip() + b"\n" + archive(comment=b"\n%%EOF\n"),
        PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n<HTML><script>alert(1)</script>"),
    ],
)
def test_what_is_two_things_at_once_is_refused(content: bytes) -> None:
    assert fault(content) == "ambiguous"


def test_the_letters_of_an_archive_alone_do_not_make_one() -> None:
    assert media_type_of(JPEG + b"PK\x05\x06" + b"\x07" * 30) == "image/jpeg"


def test_empty_and_too_large_files_are_refused() -> None:
    assert fault(b"") == "empty"
    filled = PDF.replace(b"%%EOF", b" " * (MOST_BYTES - len(PDF)) + b"%%EOF")
    assert len(filled) == MOST_BYTES
    assert media_type_of(filled) == "application/pdf"
    assert fault(filled + b"\n") == "too_large"


@given(st.sampled_from([PDF, PNG, JPEG]), st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes_are_told_or_refused(whole: bytes, noise: bytes, at: int) -> None:
    with contextlib.suppress(Refused):  # and nothing else is raised
        assert media_type_of(whole[:at] + noise + whole[at:])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("skatt.pdf", "skatt.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("fdp\u202egnp.exe", "fdpgnp.exe"),
        ("\udce5rsoppg\udcf8r.pdf", "?rsoppg?r.pdf"),  # Latin-1 where UTF-8 was to be
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_a_name_is_shown_without_what_could_mislead(name: str, shown: str) -> None:
    assert clean_name(name) == shown
