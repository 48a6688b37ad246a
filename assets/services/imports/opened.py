"""A ZIP that somebody sent, opened with care. Nothing is ever written under a name from it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from assets.media import Refused, filesize
from assets.services import files, uploads
from assets.services.imports import limits

_CHUNK = 1024 * 1024
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_JUNK = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\.[^/]*|Thumbs\.db|desktop\.ini)", re.I | re.S)
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# What the reader of Python answers to what is not a sound ZIP.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The ZIP at `path`. Raises Refused for what is none, or too much in one way or another; no
    more than its list is read for that."""
    size = path.stat().st_size
    _check_end(path)
    try:
        zip = zipfile.ZipFile(path)
    except BROKEN as error:
        raise Refused(_DAMAGED) from error
    with zip:
        _check_whole(zip.infolist(), size)
        yield zip


_DAMAGED = (
    "The ZIP is damaged or not whole: its list of files, which stands at its end, cannot be read. "
    "Send it again, or unpack it and upload its files."
)


def _check_end(path: Path) -> None:
    """The list of a ZIP is read as a whole, so it is measured before."""
    with path.open("rb") as file:
        uploads.check_zip(file.read(4))
        try:
            # The very reading of Python, so that nothing hides in a difference to another one.
            end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        except (*BROKEN, OSError):
            end = None
    if not end:
        raise Refused(_DAMAGED)
    count, size = end[4], end[5]
    if count > limits.MOST_ENTRIES or size > limits.DIRECTORY_BYTES:
        raise Refused(
            f"The ZIP has {count:,} entries with a list of {filesize(size)}; the limits are "
            f"{limits.MOST_ENTRIES:,} and {filesize(limits.DIRECTORY_BYTES)}. Pack it in parts."
        )


def _check_whole(entries: list[zipfile.ZipInfo], size: int) -> None:
    if any(entry.header_offset < 0 for entry in entries):
        raise Refused(_DAMAGED)
    if len(entries) > limits.MOST_ENTRIES:
        raise Refused(
            f"The ZIP has {len(entries):,} entries; the limit is {limits.MOST_ENTRIES:,}. Pack it "
            "in parts."
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > uploads.largest_zip():
        raise Refused(
            f"Unpacked the ZIP would have {filesize(unpacked)}; the limit is "
            f"{filesize(settings.ARCHIVE_MAX_BYTES)}. Pack it in parts."
        )
    if sum(entry.compress_size for entry in entries) > size:
        raise Refused(
            "The files of the ZIP overlap: they claim more room than it has. It is refused as a "
            "whole. Unpack it with the program that made it, and upload its files."
        )


def is_left_out(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what systems put beside files."""
    # Python's own is_dir() fails at a name that is empty.
    return entry.filename.endswith("/") or bool(_JUNK.fullmatch(entry.filename))


def check_entry(entry: zipfile.ZipInfo, most: int) -> None:
    """Raises Refused for an entry that is not to be unpacked or has more than `most` bytes, with
    the reason."""
    name = entry.orig_filename
    if not entry.filename:
        raise Refused("It has no name in the ZIP. Pack it again under a name of its own.")
    if len(name) > limits.NAME_LENGTH:
        raise Refused(
            f"Its name has {len(name):,} letters; the limit is {limits.NAME_LENGTH:,}. Shorten it."
        )
    parts = name.replace("\\", "/").split("/")
    if not parts[0] or ".." in parts or _DRIVE.match(name) or _CONTROLS.search(name):
        raise Refused(
            "Its name leads outside of the ZIP, or has letters that no name has. Rename it and "
            "pack it again."
        )
    if entry.flag_bits & 0x1:
        raise Refused("It is encrypted. Unpack it with its password, and upload it by itself.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Refused("It is a link or a device, not a file. Pack the file that it leads to.")
    if entry.compress_type not in _METHODS:
        raise Refused(
            f"It is packed by method {entry.compress_type}; stored (0) and deflated (8) are read. "
            "Pack it again with the usual method."
        )
    _check_size(entry, most)


def _check_size(entry: zipfile.ZipInfo, most: int) -> None:
    if entry.file_size > most:
        raise Refused(
            f"It has {filesize(entry.file_size)}; the limit of a file is {filesize(most)}. Make it "
            "smaller, or ask whoever runs this server."
        )
    ratio = entry.file_size / max(1, entry.compress_size)
    if entry.file_size > limits.RATIO_FROM and ratio > limits.RATIO:
        raise Refused(
            f"It would grow {ratio:,.0f} times when it is unpacked; the limit is {limits.RATIO}, "
            "which keeps bombs out. Upload it by itself."
        )


def copy_out(zip: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> str:
    """Unpacks at most `most` bytes to `target`, piece by piece, and returns the SHA-256 of them.
    Raises Refused."""
    check_entry(entry, most)
    files.check_disk(2 * entry.file_size)  # here, and where it is stored
    digest = hashlib.sha256()
    with told_apart(), zip.open(entry) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


@contextlib.contextmanager
def told_apart() -> Iterator[None]:
    """What is wrong with an entry is Refused; a full disk stays what it is."""
    try:
        yield
    except Refused:
        raise
    except BROKEN as error:
        raise Refused(
            "It is damaged in the ZIP: its content does not fit its checksum or its length. Pack "
            "it again, or upload it by itself."
        ) from error


def read_json(zip: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Any:
    """Raises Refused, beginning with the name of the entry."""
    called = f"“{entry.filename[-100:]}”"
    try:
        if entry.file_size > most:
            raise Refused(
                f"It has {filesize(entry.file_size)}; the limit is {filesize(most)}. Pack fewer "
                "files at a time."
            )
        check_entry(entry, most)
        with told_apart():
            data = zip.read(entry)
            # A few bytes each become a hundred in memory.
            if sum(data.count(mark) for mark in (b"[", b"{", b",")) > limits.JSON_VALUES:
                raise Refused(
                    f"It has more than {limits.JSON_VALUES:,} values, which is the limit. Pack "
                    "fewer files at a time."
                )
            return json.loads(data, parse_constant=_no_constant)
    except RecursionError:
        raise Refused(f"{called}: It is nested too deep to be read.") from None
    except Refused as error:
        raise Refused(f"{called}: {error}") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")
