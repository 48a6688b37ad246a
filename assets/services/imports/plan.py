"""What is to be done with a ZIP: its files, one after the other, always in the same order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from assets.media import Refused
from assets.services.imports import limits
from assets.services.imports.about import as_id
from assets.services.imports.opened import is_left_out, read_json
from assets.services.names import TAG_LENGTH, clean
from assets.services.sidecars import FORMAT, MANIFEST, VERSION, name_beside

_FOLDERS = 8


@dataclass(frozen=True)
class Wanted:
    """A file of the ZIP. `why` says that it cannot come in; `beside` is its JSON file, `sha256` the
    checksum and `id` the id that the manifest tells, `tags` the folders that it lies in."""

    number: int
    name: str
    entry: zipfile.ZipInfo | None = None
    why: str = ""
    beside: zipfile.ZipInfo | None = None
    sha256: str = ""
    id: UUID | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """`ours`: it was packed by this program, and tells what was known of its files."""

    ours: bool
    files: list[Wanted]


def plan_of(zip: zipfile.ZipFile) -> Plan:
    """Raises Refused for a manifest that cannot be read, and for too many files."""
    names: dict[str, zipfile.ZipInfo] = {}
    doubles: list[str] = []
    for entry in zip.infolist():
        if is_left_out(entry):
            continue
        if entry.filename in names:
            doubles.append(entry.filename)
        names.setdefault(entry.filename, entry)
    top = _top(names)
    told = _manifest(zip, names.get(top + MANIFEST))
    found = _foreign(names) if told is None else _ours(told, names, top)
    files = [*found, *((name, {"why": _DOUBLE}) for name in doubles)]
    if len(files) > limits.MOST_FILES:
        raise Refused(
            f"The ZIP has {len(files):,} files; the limit is {limits.MOST_FILES:,}. Pack it in "
            "parts."
        )
    if not files:
        raise Refused("There is no file in the ZIP. Choose another one.")
    wanted = [
        Wanted(number, name[-300:] or "(no name)", **more)
        for number, (name, more) in enumerate(files, 1)
    ]
    return Plan(told is not None, wanted)


_DOUBLE = "A file of the same name comes before it in the ZIP. Rename it and pack it again."


def _top(names: dict[str, zipfile.ZipInfo]) -> str:
    """The one folder that everything is in, where somebody packed the unpacked files again."""
    tops = {name.split("/", 1)[0] + "/" for name in names}
    if MANIFEST in names or len(tops) != 1:
        return ""
    return tops.pop()


def _manifest(zip: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> list[Any] | None:
    """The files that it names; None when it is none of ours."""
    if entry is None:
        return None
    told = read_json(zip, entry, limits.MANIFEST_BYTES)
    if not isinstance(told, dict) or not isinstance(told.get("files"), list):
        return None
    version = told.get("version") if told.get("format") == FORMAT else None
    if type(version) is int and version > VERSION:
        raise Refused(
            f"The ZIP is of version {version}, written by a newer Zoetrope; this one reads up to "
            f"{VERSION}. Update it, or unpack the ZIP and upload its files."
        )
    # Those of version 1 did not say what they are.
    first = "format" not in told and {"made", "missing"} <= told.keys()
    return told["files"] if type(version) is int or first else None


def _ours(
    told: list[Any], names: dict[str, zipfile.ZipInfo], top: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    left = dict(names)
    left.pop(top + MANIFEST)
    for value in told:
        said = value if isinstance(value, dict) else {}
        file = said.get("file")
        if not isinstance(file, str):
            yield _packed_without(said)
            if isinstance(said.get("name"), str):
                left.pop(top + name_beside(said["name"]), None)
            continue
        name = top + file
        beside = left.pop(name_beside(name), None)
        entry = left.pop(name, None)
        more: dict[str, Any] = {"entry": entry, "beside": beside, "id": as_id(said.get("id"))}
        sha256 = said.get("sha256")
        more["sha256"] = sha256 if isinstance(sha256, str) else "?"
        if entry is None:
            twice = " again, or it" if name in names else ", but it"
            more["why"] = f"manifest.json names it{twice} is not in the ZIP. Pack it again."
        yield name, more
    for name in left:
        why = "manifest.json does not name it. Upload it by itself."
        yield name, {"why": why}


def _packed_without(said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name, why = said.get("name") or said.get("id"), said.get("why")
    reason = clean(why)[:60] if isinstance(why, str) else "no reason is given"
    return (
        name if isinstance(name, str) and name else "a file without a name",
        {"why": f"It was not in the library any more when the ZIP was packed ({reason})."},
    )


def _foreign(names: dict[str, zipfile.ZipInfo]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in names.items():
        folders = PurePosixPath(name.replace("\\", "/")).parts[:-1][:_FOLDERS]
        words = (clean(folder.replace(",", " ")) for folder in folders)
        tags = tuple(word for word in words if word and len(word) <= TAG_LENGTH)
        yield name, {"entry": entry, "tags": tags}
