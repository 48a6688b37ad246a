"""What is a person's own within an account, what only some may do there, and what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from assets.models import Asset, SavedSearch
from billing.models import ApiKey
from tests.access.pages import PAGES
from tests.access.programs import PROGRAMS
from tests.access.rows import Row, difference, nowhere, send
from tests.access.world import World
from tests.in_turn import undone

pytestmark = pytest.mark.xdist_group("access")
SEARCHES = [row for row in (*PAGES, *PROGRAMS) if "search" in row.names]


@pytest.mark.parametrize("row", SEARCHES, ids=str)
def test_a_saved_search_is_its_persons_alone(world: World, row: Row) -> None:
    alices = {"search": world.people["owner"].own["search"]}
    for name in ("admin", "member", "limited", "stranger"):
        answer = send(row, world.people[name], world.sets["acme"], alices)
        missing = send(row, world.people[name], world.sets["acme"], nowhere(alices))
        assert answer.status_code == 404, name
        assert not difference(answer, missing), name
    assert SavedSearch.objects.filter(pk=alices["search"]).exists()


def ask(world: World, who: str, /, **sent: Any) -> Any:
    with undone():
        return world.people[who].client().post("/account/", sent)


def test_keys_are_taken_back_by_who_has_them_or_manages_the_account(world: World) -> None:
    alices, bobs = world.sets["acme"].here["api_key"], world.people["member's key"].own["key"]
    codes = {
        name: [ask(world, name, action="revoke_key", key=key).status_code for key in (alices, bobs)]
        for name in ("owner", "admin", "member", "limited", "viewer", "stranger")
    }
    assert codes == {
        "owner": [302, 302],
        "admin": [302, 302],
        "member": [404, 302],
        "limited": [404, 404],
        "viewer": [404, 404],
        "stranger": [404, 404],
    }
    assert not ApiKey.objects.exclude(revoked=None).exists()


def test_a_viewers_key_may_only_read(world: World) -> None:
    for name in ("viewer", "limited viewer"):
        assert ask(world, name, action="create_key", name="more").status_code == 422


def test_the_keys_of_an_account_at_providers_are_for_who_manages_it(world: World) -> None:
    for name in ("member", "limited", "viewer", "nobody"):
        for action in ("save_own_key", "remove_own_key"):
            sent = {"action": action, "provider": "fal", "secret": "a secret of theirs"}
            assert ask(world, name, **sent).status_code == 403, (name, action)


def test_nobody_chooses_an_account_that_is_not_theirs(world: World) -> None:
    accounts = {name: str(world.sets[name].account.pk) for name in ("acme", "theirs")}
    for name, wanted in (("stranger", "acme"), ("member", "theirs"), ("nobody", "acme")):
        sent = {"action": "choose_account", "account": accounts[wanted]}
        assert ask(world, name, **sent).status_code == 404, name


@pytest.mark.parametrize(("name", "mine"), [("limited", "acme"), ("stranger", "theirs")])
def test_what_is_counted_is_ones_own(world: World, name: str, mine: str) -> None:
    of = world.sets[mine]
    rows = Asset.objects.filter(account=of.account.pk, client=of.client)
    shown = rows.filter(trashed=None, stacked=False)
    client = world.people[name].client()

    def told(path: str) -> Any:
        return client.get(f"/api/v1/{path}").json()

    assert {a["id"] for a in told("assets/?page_size=100")["results"]} == {
        str(pk) for pk in shown.values_list("pk", flat=True)
    }
    counts = told("assets/facets/")["facets"]
    kinds = next(facet for facet in counts if facet["name"] == "type")["choices"]
    assert sum(choice["count"] for choice in kinds) == shown.count()
    tags = next(facet for facet in counts if facet["name"] == "tag")["choices"]
    assert {c["value"]: c["count"] for c in tags}["everywhere"] == shown.count()
    every = {tag["name"]: tag["count"] for tag in told("tags/")["results"]}
    assert every["everywhere"] == rows.filter(trashed=None).count()
    assert told("storage/")["files"] == rows.count()
    assert sum(months(client)) == shown.count()
    for pk in (of.here["image"], of.here["mask"]):
        assert all(title.startswith(of.word) for title in alike(client, pk))


def months(client: Any) -> list[int]:
    answer = client.get("/library/months/", headers={"HX-Request": "true"})
    return [count for _, count, _ in answer.context["months"]]


def alike(client: Any, pk: Any) -> list[str]:
    """Copies of a file of which there is one in every set."""
    found = client.get(f"/api/v1/assets/{pk}/alike/").json()["results"]
    return [row["title"] for row in found]


def test_who_throws_something_away_is_not_told_who_else_uses_it(world: World) -> None:
    """The other client has a board with it, a file that was made of it, and a job that needs it."""
    acme = world.sets["acme"]
    doomed = f"/library/{acme.here['doomed']}/"
    for name, used in (("owner", "1 file was made from it and 1 board shows it"), ("limited", "")):
        client = world.people[name].client()
        assert client.get(doomed).context["used_in"] == used
        with undone():
            client.post(f"{doomed}purge/")
            told = client.get(doomed).content.decode()
        assert "cannot be deleted yet" in told
        assert "qzen" not in told or name == "owner"
