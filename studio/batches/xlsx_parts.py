"""What is packed in an XLSX file beside the cells: sheets, links, shared texts, which styles are
dates. Each part is unpacked up to a limit; a document type, and so an entity, is never followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.parsers.expat import ParserCreate, XMLParserType
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from studio.batches.limits import Refused, too_large

MOST_ENTRIES = 5_000
MOST_DIRECTORY = 1024**2  # bytes of the list of what is packed
MOST_PART = 64 * 1024**2  # unpacked, of what is read at once
MOST_TEXTS = 2_000_000
DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
ELAPSED = {46}
# Of a number format: what is not about the value itself.
ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Started = Callable[[str, dict[str, str]], None]


@dataclass(frozen=True)
class Link:
    """From one part to another; `kind` is the last word of its type."""

    key: str
    kind: str
    target: str


@dataclass(frozen=True)
class Named:
    """A sheet of the book; `key` is that of its link."""

    name: str
    key: str
    visible: bool


@dataclass(frozen=True)
class Styles:
    """Styles, by their number, of dates and of lengths of time."""

    dates: frozenset[str] = frozenset()
    elapsed: frozenset[str] = frozenset()


class Packed:
    """A ZIP file from a stranger."""

    def __init__(self, data: bytes) -> None:
        # The list is read as a whole when the file is opened, so its size is looked at before.
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
        if at < 0 or len(data) < at + 22:
            raise BadZipFile("its end is missing")
        if int.from_bytes(data[at + 12 : at + 16], "little") > MOST_DIRECTORY:
            raise Refused(_crowded())
        self._zip = ZipFile(BytesIO(data))
        if len(self._zip.infolist()) > MOST_ENTRIES:
            raise Refused(_crowded())
        self._parts = {info.filename.lower(): info for info in self._zip.infolist()}

    def has(self, name: str) -> bool:
        return name.lower() in self._parts

    def opened(self, name: str) -> IO[bytes]:
        return self._zip.open(self._info(name))

    def part(self, name: str) -> bytes:
        """All of a part. The ZIP reader hands out no more bytes than the list declares."""
        info = self._info(name)
        if info.file_size > MOST_PART:
            raise too_large(f"“{name}” in the file, unpacked,", info.file_size, MOST_PART)
        return self._zip.read(info)

    def _info(self, name: str) -> ZipInfo:
        info = self._parts.get(name.lower())
        if info is None:
            raise BadZipFile(f"“{name}” is missing in it")
        if info.flag_bits & 1:
            raise Refused("The file has a password. Save it without one.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZipFile(f"“{name}” is packed in an unusual way")
        return info

    def links(self, name: str) -> list[Link]:
        """From the part, "" being the file itself, to others within the file."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found: list[Link] = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "Relationship" and given.get("TargetMode") != "External":
                kind = given.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                found.append(Link(given.get("Id", ""), kind, target.lstrip("/")))

        if self.has(rels):
            _parse(self.part(rels), start)
        return found


def _crowded() -> str:
    return (
        f"The file has more than {MOST_ENTRIES:,} parts. Save the sheet alone, without pictures, "
        "or as CSV (UTF-8)."
    )


def parser() -> XMLParserType:
    made = ParserCreate()
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _doctype
    return made


def _doctype(*_: object) -> None:
    raise Refused("The file has a document type in it, which no XLSX has. Save it again.")


def local(name: str) -> str:
    """Without its prefix: some programs write `x:row`."""
    return name.rpartition(":")[2] if ":" in name else name


def _parse(data: bytes, start: Started) -> None:
    made = parser()
    made.StartElementHandler = lambda name, given: start(local(name), given)
    made.Parse(data, True)


def read_book(data: bytes) -> tuple[list[Named], bool]:
    """The sheets, and whether days are counted from 1904."""
    sheets: list[Named] = []
    from_1904 = False

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal from_1904
        if tag == "sheet":
            key = next((v for k, v in given.items() if local(k) == "id"), "")
            state = given.get("state", "visible")
            sheets.append(Named(given.get("name", ""), key, state == "visible"))
        elif tag == "workbookPr":
            from_1904 = given.get("date1904") in ("1", "true")

    _parse(data, start)
    return sheets, from_1904


def read_texts(data: bytes) -> list[str]:
    """The texts that cells point at; the readings beside Japanese words are no part of them."""
    texts: list[str] = []
    parts: list[str] = []
    takes, phonetic = False, False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal takes, phonetic
        if (tag := local(name)) == "t":
            takes = not phonetic
        elif tag == "rPh":
            phonetic = True

    def end(name: str) -> None:
        nonlocal takes, phonetic
        if (tag := local(name)) == "t":
            takes = False
        elif tag == "rPh":
            phonetic = False
        elif tag == "si":
            texts.append(unescaped("".join(parts)))
            parts.clear()
            if len(texts) > MOST_TEXTS:
                raise Refused(f"The file has more than {MOST_TEXTS:,} texts. Divide it.")

    def said(text: str) -> None:
        if takes:
            parts.append(text)

    made = parser()
    made.StartElementHandler, made.EndElementHandler = start, end
    made.CharacterDataHandler = said
    made.Parse(data, True)
    return texts


def unescaped(text: str) -> str:
    """`_x000D_` is a letter that XML has no place for; NUL and half a letter stay as they are."""
    return ESCAPED.sub(_letter, text) if "_x" in text else text


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


def read_styles(data: bytes) -> Styles:
    formats: dict[str, str] = {}
    used: list[str] = []
    inside = ""

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif tag in ("cellStyleXfs", "cellXfs"):
            inside = tag
        elif tag == "xf" and inside == "cellXfs":
            used.append(given.get("numFmtId", "0"))

    _parse(data, start)
    kinds = {key: _kind(key, formats.get(key)) for key in set(used)}
    found = [(str(at), kinds[key]) for at, key in enumerate(used)]
    return Styles(
        frozenset(at for at, kind in found if kind == "date"),
        frozenset(at for at, kind in found if kind == "elapsed"),
    )


def _kind(key: str, code: str | None) -> str:
    if code is None:
        number = int(key) if key.isdecimal() and len(key) < 6 else 0
        return "elapsed" if number in ELAPSED else "date" if number in DATES else ""
    plain = ASIDE.sub("", code.split(";")[0]).lower()
    if "[" in plain:
        return "elapsed"
    return "date" if "general" not in plain and re.search("[dmyhs]", plain) else ""


def chunks(file: IO[bytes], size: int) -> Iterator[bytes]:
    while part := file.read(size):
        yield part
