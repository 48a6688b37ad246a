"""No address without a row and no method that nobody thought of; what is open; the admin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.pages import PAGES
from tests.access.programs import PROGRAMS
from tests.access.rows import Row, content, send, told_of
from tests.access.ways_in import OPEN, SHARES
from tests.access.world import World
from tests.in_turn import in_turn, undone

pytestmark = pytest.mark.xdist_group("access to others")
EVERY = [*PAGES, *PROGRAMS, *SHARES, *OPEN]
METHODS = ("get", "post", "put", "patch", "delete")
ADMIN = "admin/"
# What an address of the admin is about.
EXAMPLES = {"app_label": "billing", "url": "nothing", "id": "1", "content_type_id": "1"}


def routes(resolver: URLResolver, start: str = "") -> Iterator[str]:
    """All that Django answers, as `resolve` calls them."""
    for pattern in resolver.url_patterns:
        route = start + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern, route)


ROUTES = list(dict.fromkeys(routes(get_resolver())))
OURS = [route for route in ROUTES if not route.startswith(ADMIN)]
# By a link come all kinds of people.
COMING = ("visitor", "nobody", "stranger", "viewer", "limited", "limited viewer", "member", "owner")
THEIR_ROWS: dict[str, list[Row]] = {}
for one in EVERY:
    THEIR_ROWS.setdefault(one.route, []).append(one)


def test_every_address_has_a_row() -> None:
    assert sorted(set(OURS) - set(THEIR_ROWS)) == []
    assert sorted(set(THEIR_ROWS) - set(OURS)) == []


@in_turn("route", OURS)
def test_every_method_that_is_taken_has_a_row(world: World, route: str) -> None:
    """Any other is refused, before anything is looked for."""
    rows = THEIR_ROWS[route]
    ok = (404,) if rows[0].path == "/api/nothing/" else (405,)
    for method in set(METHODS) - {row.method for row in rows}:
        row = rows[0].but(method=method, body={}, kind="json", query="")
        person = world.people["owner"]
        with undone():
            answer = send(row, person, world.sets["acme"])
        assert answer.status_code in ok, method


@in_turn("row", OPEN)
def test_what_is_open_tells_nothing_of_anybody(world: World, row: Row) -> None:
    slow = row.path == "/api/schema/"
    for person in (world.people[name] for name in (*COMING, "stranger's key")):
        if slow and person.name not in ("visitor", "stranger"):
            continue
        with undone():
            answer = send(row, person, world.sets["acme"])
            assert answer.status_code in row.ok, person.name
            for of in world.sets.values():
                # A form of who works for one client says for which.
                own = (world.sets["acme"].client,) if person.name.startswith("limited") else ()
                assert told_of(answer, of, own) == [], person.name


# --- boards under a link --------------------------------------------------------------------------


@in_turn("row", SHARES)
def test_a_link_opens_its_board_to_everybody_and_no_other(world: World, row: Row) -> None:
    for person in (world.people[name] for name in COMING):
        with undone():
            answer = send(row, person, world.sets["acme"])
            assert answer.status_code in row.ok, person.name
            for name in ("zen", "free", "theirs"):
                assert told_of(answer, world.sets[name]) == [], person.name
            neighbor = {"item": world.sets["zen"].here["item"]}
            for there in ({"token": "n" * 43}, neighbor if "item" in row.names else None):
                if there:
                    answer = send(row, person, world.sets["acme"], there)
                    assert answer.status_code == 404, person.name
                    assert told_of(answer, world.sets["zen"], there.values()) == [], person.name


@in_turn("row", SHARES)
def test_a_password_is_asked_of_all_who_do_not_work_on_the_board(world: World, row: Row) -> None:
    from assets.models import Board
    from assets.services import boards

    zen = world.sets["zen"]
    with undone():
        boards.change_board(Board.objects.get(pk=zen.here["board"]), password="tulips and tea")
        for name in COMING:
            with undone():
                answer = send(row, world.people[name], zen)
                if name in ("owner", "member"):
                    assert answer.status_code in row.ok, name
                    continue
                wrong = row.path == "/s/{token}/" and row.method == "post"
                assert answer.status_code in (403 if wrong else 200, 302), name
                assert answer.status_code == 302 or b"password" in content(answer), name
                assert b"brighter" not in content(answer), name


# --- the admin ------------------------------------------------------------------------------------


def address(route: str) -> str:
    """An address that this pattern of the admin answers."""
    if named := re.findall(r"\(\?P<(\w+)>", route):
        return "/" + ADMIN + EXAMPLES[named[0]] + ("/" if named[0] == "app_label" else "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: EXAMPLES.get(m[1], "1"), route)


@in_turn("route", [route for route in ROUTES if route.startswith(ADMIN)])
def test_the_admin_is_for_operators(world: World, route: str) -> None:
    way_in = route in (f"{ADMIN}login/", f"{ADMIN}logout/")
    for name, method in (("visitor", "get"), ("owner", "get"), ("owner", "post")):
        client: Any = world.people[name].client()
        with undone():
            answer = getattr(client, method)(address(route))
        if way_in:
            # Who is in and may not operate is told so.
            assert answer.status_code in (200, 302, 403, 405), (name, method)
            continue
        assert answer.status_code == 302, (name, method)
        assert answer["Location"].startswith("/admin/login/"), (name, method)
    if not route.startswith(f"{ADMIN}r/"):  # Django's own, which takes ids of one kind only
        with undone():
            answer = world.people["operator"].client().get(address(route))
        assert answer.status_code < 500
