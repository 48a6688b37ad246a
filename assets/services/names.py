"""Names as people give them, made safe and findable. Pure text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from assets.media import Refused

TITLE_LENGTH = 200
TAG_LENGTH = 60
MOST_TAGS = 50
_STEM_LENGTH = 100

# Letters that turn the direction of writing: with them "gpj.exe" can look like "exe.jpg".
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNSAFE_IN_NAMES = re.compile(r'[<>:"|?*]')


def clean(text: str) -> str:
    """One line without control letters, single spaces, trimmed."""
    text = _DIRECTIONS.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_CONTROLS.sub(" ", text).split())


def clean_filename(name: str, extension: str) -> str:
    """A file name without folders that ends as the content says: `a/../x.HTML` → `x.png`."""
    last = clean(name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = PurePosixPath(last).stem if last.strip(".") else ""
    stem = _UNSAFE_IN_NAMES.sub("_", stem).strip(". ")[:_STEM_LENGTH].strip(". ")
    return f"{stem or 'untitled'}.{extension}"


def title_of(filename: str) -> str:
    """`my_holiday-picture.jpg` → `My holiday-picture`."""
    words = clean(PurePosixPath(filename).stem.replace("_", " "))
    return words[:1].upper() + words[1:]


def checked_title(title: str) -> str:
    words = clean(title)
    if not words:
        raise Refused("The title is empty. Give it at least one letter.")
    if len(words) > TITLE_LENGTH:
        raise Refused(
            f"The title has {len(words)} letters; the limit is {TITLE_LENGTH}. Shorten it."
        )
    return words


def tag_names(tags: Iterable[str]) -> list[str]:
    """Trimmed, lower case, each once, in the given order. Raises Refused."""
    names = list(dict.fromkeys(clean(tag.replace(",", " ")).lower() for tag in tags))
    names = [name for name in names if name]
    for name in names:
        if len(name) > TAG_LENGTH:
            raise Refused(
                f"The tag “{name[:20]}…” has {len(name)} letters; the limit is {TAG_LENGTH}. "
                "Shorten it."
            )
    if len(names) > MOST_TAGS:
        raise Refused(f"{len(names)} tags were given; the limit is {MOST_TAGS}. Leave some out.")
    return names


def findable(text: str) -> str:
    """The form in which names are compared: case and width of letters do not count."""
    return unicodedata.normalize("NFKC", clean(text)).casefold()
