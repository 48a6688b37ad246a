"""Every address × everybody × every method: who gets what, and what nobody is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.access.pages import PAGES
from tests.access.people import Person
from tests.access.programs import PROGRAMS
from tests.access.rows import SHARED, Row, difference, nowhere, send, told_of
from tests.access.stand import Set
from tests.access.world import World
from tests.in_turn import in_turn, undone

# Each worker makes a world of its own; two share the work.
first, second = (pytest.mark.xdist_group(name) for name in ("access", "access to others"))
TABLE = [*PAGES, *PROGRAMS]
# What one would do there concerns all clients: who is limited is refused.
FOR_ALL = {"/library/settings/", "/api/v1/library/settings/", "/api/v1/tags/{tag}/"}
each_row = in_turn("row", TABLE)
# Whose things are whose, and who must not know of which.
STRANGERS = [
    ("stranger", "theirs", "acme"),
    ("limited", "acme", "zen"),
    ("limited", "acme", "free"),
    ("limited", "acme", "theirs"),
]


def by_key(row: Row, name: str) -> str:
    """The program of somebody, where that will do: it is asked in their stead."""
    return f"{name}'s key" if row.program else name


def others(world: World, person: Person) -> list[Set]:
    """The sets of which somebody who works on the first must not hear."""
    hidden = ("theirs", "zen", "free") if person.name.startswith("limited") else ("theirs",)
    return [world.sets[name] for name in hidden]


@first
@each_row
def test_who_may_does_it_to_their_own_and_to_nothing_else(world: World, row: Row) -> None:
    more = ("admin", "member") if row.is_writing else ()
    names = ("owner", *(by_key(row, name) for name in ("limited", *more)))
    for person in (world.people[name] for name in names):
        refused = row.manages and person.name.startswith(("member", "limited"))
        with undone():
            answer = send(row, person, world.sets["acme"])
            expected = (403,) if refused else row.ok
            if person.name.startswith("limited") and row.is_writing and row.path in FOR_ALL:
                expected = (400, 403)
            assert answer.status_code in expected, (person.name, said(answer))
            for of in others(world, person):
                assert told_of(answer, of) == [], person.name
                assert not row.is_writing or world.is_as_before(of), person.name


@first
@each_row
def test_a_viewer_and_a_read_only_key_may_look_only(world: World, row: Row) -> None:
    more = ("read-only key",) if row.is_api else ()
    more += (by_key(row, "limited viewer"),) if row.is_writing else ()
    for person in (world.people[name] for name in ("viewer", *more)):
        forbidden = row.is_writing or (row.manages and person.name != "read-only's key")
        with undone():
            answer = send(row, person, world.sets["acme"])
            expected = (403,) if forbidden else row.ok
            assert answer.status_code in expected, (person.name, said(answer))
            for of in others(world, person):
                assert told_of(answer, of) == [], person.name
            assert answer.status_code == 403 or world.is_as_before(world.sets["acme"])


@second
@in_turn("row", [row for row in TABLE if row.names])
def test_what_is_anothers_is_answered_as_what_is_not_there(world: World, row: Row) -> None:
    missing: dict[tuple[str, frozenset[str]], Any] = {}
    for name, mine, hidden in STRANGERS:
        own, foreign = world.sets[mine], world.sets[hidden]
        asked = wanted(row.names, own, foreign)
        if not asked:
            continue
        person = world.people[by_key(row, name)]
        refused = row.manages and name == "limited"
        where, kind = (name, hidden), (name, frozenset(asked))
        with undone():
            answer = send(row, person, own, asked)
            assert answer.status_code == (403 if refused else 404), (*where, said(answer))
            assert told_of(answer, foreign, asked.values()) == [], where
        if kind not in missing:
            with undone():
                missing[kind] = send(row, person, own, nowhere(asked))
        assert not difference(answer, missing[kind], asked.values()), where


@second
@in_turn("row", [row for row in TABLE if row.named])
def test_what_is_anothers_is_not_there_within_a_request(world: World, row: Row) -> None:
    missing: dict[tuple[str, str], Any] = {}
    for name, mine, hidden in STRANGERS:
        own, foreign = world.sets[mine], world.sets[hidden]
        for one, pk in wanted(row.named, own, foreign).items():
            person, where, kind = world.people[by_key(row, name)], (name, hidden, one), (name, one)
            with undone():
                answer = send(row, person, own, within={one: pk})
                assert told_of(answer, foreign, [pk]) == [], where
                changed = answer.status_code < 400 and row.is_writing
                assert not changed or world.is_as_before(foreign), where
                assert not changed or world.is_not_joined(foreign), where
                assert not changed or not orders_with(own, pk), where
            if kind not in missing:
                with undone():
                    missing[kind] = send(row, person, own, within=nowhere([one]))
            assert not difference(answer, missing[kind], [pk]), where


@second
@each_row
def test_a_visitor_signs_in_first(world: World, row: Row) -> None:
    answer = send(row, world.people["visitor"], world.sets["acme"])
    if row.is_api:
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
    elif "Accept" in row.headers:
        assert answer.status_code == 401
    else:
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")
    asked = world.sets["acme"].here.values()
    assert told_of(answer, world.sets["acme"], asked) == []


@second
@each_row
def test_who_belongs_to_no_account_sees_none(world: World, row: Row) -> None:
    answer = send(row, world.people["nobody"], world.sets["acme"])
    ok = (404,) if row.path.startswith("/files/") else (403,)
    theirs = row.path.startswith("/account/")  # how they come in, with whatever account
    assert answer.status_code in ((200, 302, 403, 404) if theirs else ok), said(answer)
    assert told_of(answer, world.sets["acme"], world.sets["acme"].here.values()) == []


def wanted(names: Iterable[str], own: Set, foreign: Set) -> dict[str, Any]:
    """What somebody has no right to, of these; not what is theirs or may be used by all."""
    shared = SHARED if own.account == foreign.account and foreign.client is None else frozenset()
    return {
        name: foreign.here[name]
        for name in names
        if name not in shared and foreign.here.get(name) not in (None, own.here.get(name))
    }


def orders_with(own: Set, pk: Any) -> bool:
    """Whether something was ordered of it."""
    mine = own.account.jobs.filter(client=own.client)
    return any(str(pk) in str(params) for params in mine.values_list("params"))


def said(answer: Any) -> tuple[int, str]:
    body = b"" if getattr(answer, "streaming", False) else answer.content
    return answer.status_code, body[:1500].decode("utf-8", "replace")
