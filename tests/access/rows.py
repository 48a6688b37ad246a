"""A row of the tables: one request, and how it is sent by somebody about something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve

from tests.access.people import Person
from tests.access.stand import Set

PLACE = re.compile(r"\{(\w+)\}")
# What is there for nobody.
NOWHERE, NO_TAG, NO_TOKEN = UUID(int=0xDEAD), 987654321, "n" * 43
# What of a set may be used by all of its account while it belongs to no client.
SHARED = frozenset({"persona", "settings", "prompt", "template", "mapping"})
# What differs between two answers that say the same.
CHANGING = (
    re.compile(rb'name="csrfmiddlewaretoken" value="\w+"'),
    re.compile(rb'name="csrf-token" content="\w+"'),
    re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"),
    re.compile(str(NO_TAG).encode()),
)


@dataclass(frozen=True)
class Row:
    """`path` and the texts of `body` name things of a set in braces, `query` is put behind. `ok`
    is what those are told who may; `writes` whether a viewer may not (usually what is no GET)."""

    method: str
    path: str
    body: Any = None
    ok: tuple[int, ...] = (200,)
    writes: bool | None = None
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    program: bool = False  # a key will do
    kind: str = "form"  # form, json, bytes, or a form with a file: picture, zip
    manages: bool = False  # only for owners and admins

    @property
    def is_writing(self) -> bool:
        return self.method != "get" if self.writes is None else self.writes

    @property
    def names(self) -> list[str]:
        """What it is about: the things that its address names."""
        return PLACE.findall(self.path)

    @property
    def named(self) -> set[str]:
        """What its body and its query name."""
        return set(PLACE.findall(str(self.body) + self.query)) - {"bytes"}

    @property
    def route(self) -> str:
        """The pattern that answers it."""
        path = PLACE.sub(lambda m: _example(m[1]), self.path)
        return resolve(path).route

    def __str__(self) -> str:
        what = self.body.get("action") or self.body.get("verb") if _is_dict(self.body) else ""
        return " ".join(filter(None, (self.method, self.path + self.query, str(what or ""))))

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def but(self, **changes: Any) -> Row:
        return replace(self, **changes)


def _is_dict(body: Any) -> bool:
    return isinstance(body, dict)


def _example(name: str) -> str:
    if name in ("tag", "common", "member", "budget"):
        return str(NO_TAG)
    return NO_TOKEN if name in ("token", "item") else str(NOWHERE)


def filled(value: Any, here: Mapping[str, Any]) -> Any:
    """Texts with the ids in the place of the braces, however deep."""
    if isinstance(value, str):
        return PLACE.sub(lambda m: str(here[m[1]]), value)
    if isinstance(value, dict):
        return {name: filled(one, here) for name, one in value.items()}
    return [filled(one, here) for one in value] if isinstance(value, list) else value


def nowhere(names: Any) -> dict[str, Any]:
    """Ids of these kinds that are nobody's."""
    return {name: _example(name) for name in names}


def send(
    row: Row,
    person: Person,
    of: Set,
    there: Mapping[str, Any] | None = None,
    within: Mapping[str, Any] | None = None,
) -> Any:
    """The answer to the request about this set; but for `there` in its address, and for `within`
    in its query and body, given by name."""
    own = person.own if person.user and of.account.members.contains(person.user) else {}
    here = {**of.here, **own}
    inner = {**here, **(within or {})}
    address = filled(row.path, {**here, **(there or {})}) + filled(row.query, inner)
    ask, headers = getattr(person.client(), row.method), dict(row.headers)
    if row.method == "get":
        return ask(address, headers=headers)
    if row.kind == "bytes":
        return ask(address, of.here["bytes"], "application/octet-stream", headers=headers)
    body = filled(row.body or {}, inner)
    if row.kind == "json":
        return ask(address, body, content_type="application/json", headers=headers)
    if row.kind in ("picture", "zip"):
        content = of.here["bytes"] if row.kind == "picture" else b"PK\3\4"
        body["file"] = SimpleUploadedFile(f"a.{row.kind}", content)
    return ask(address, body, headers=headers)


def content(answer: Any) -> bytes:
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content)
    return bytes(answer.content)


def plain(answer: Any) -> tuple[int, str, bytes]:
    """What an answer says, without what is different each time."""
    body = content(answer)
    where = answer.headers.get("Location", "").encode()
    for pattern in CHANGING:
        body, where = pattern.sub(b"~", body), pattern.sub(b"~", where)
    return answer.status_code, where.decode(), body


def difference(one: Any, other: Any, asked: Any = ()) -> str:
    """Where two answers begin to say something else than what was asked for; empty when they say
    the same."""
    (code, where, text), (code2, where2, text2) = plain(one), plain(other)
    for number in (str(value).encode() for value in asked if isinstance(value, int)):
        text = re.sub(rb"\b%s\b" % number, b"~", text)
        text2 = re.sub(rb"\b%s\b" % number, b"~", text2)
    if (code, where) != (code2, where2):
        return f"{code} {where} is not {code2} {where2}"
    at = next((n for n, (a, b) in enumerate(zip(text, text2, strict=False)) if a != b), -1)
    at = min(len(text), len(text2)) if at < 0 and len(text) != len(text2) else at
    return "" if at < 0 else f"{text[at - 60 : at + 60]!r} is not {text2[at - 60 : at + 60]!r}"


def told_of(answer: Any, of: Set, but: Any = ()) -> list[str]:
    """What of a set is in an answer: its word and its ids, apart from those that were asked for."""
    said = content(answer).lower() + str(dict(answer.headers)).lower().encode()
    known = {str(one) for one in but} | {getattr(one, "hex", "") for one in but}
    return [one for one in (of.word, *(of.ids - known)) if one.lower().encode() in said]
