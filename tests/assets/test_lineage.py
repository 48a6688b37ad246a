"""From the source to the film: the graph, its limits, and what is said before something goes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset
from assets.services import boards
from assets.services.lineage import lineage, used_in
from assets.views.lineage import drawn
from billing.models import Account, User

Bring = Callable[..., Asset]
People = Callable[[User], Client]


@pytest.fixture
def chain(bring: Bring) -> list[Asset]:
    """source → edit → clip → film."""
    made = [bring(title="source")]
    for title in ("edit", "clip", "film"):
        made.append(bring(title=title, parents=[made[-1]]))
    return made


def steps(asset: Asset, **limits: int) -> dict[str, int]:
    nodes = lineage(asset, **limits).nodes.values()
    return {node.asset.title if node.asset else "deleted": node.step for node in nodes}


def test_both_ways_over_many_steps(chain: list[Asset]) -> None:
    assert steps(chain[1]) == {"edit": 0, "source": -1, "clip": 1, "film": 2}
    edges = lineage(chain[0]).edges
    assert edges == {(a.pk, b.pk) for a, b in pairwise(chain)}


def test_it_ends_at_its_limits_and_says_so(chain: list[Asset], bring: Bring) -> None:
    assert not lineage(chain[0]).more
    near = lineage(chain[0], deepest=1)
    assert (len(near.nodes), near.more) == (2, True)
    for n in range(5):
        bring(title=f"child {n}", parents=[chain[0]])
    few = lineage(chain[0], most=4)
    assert (len(few.nodes), few.more) == (4, True)
    assert all(a in few.nodes and b in few.nodes for a, b in few.edges)


def test_another_account_is_not_in_it(chain: list[Asset], charlie: User) -> None:
    Asset.objects.filter(pk=chain[2].pk).update(account=charlie.accounts.get())
    titles = {n.asset.title for n in lineage(chain[1]).nodes.values() if n.asset}
    assert titles == {chain[0].title, chain[1].title}


def test_a_source_that_is_gone_is_still_told_of(bring: Bring, sign_in: People, alice: User) -> None:
    source = bring(title="source")
    recipe = {"operation": "crop", "params": {"image": str(source.pk)}}
    made = bring(title="made", parents=[source], recipe=recipe)
    services.trash(source)
    page = sign_in(alice).get(reverse("asset", args=[made.pk])).content.decode()
    assert "in the trash" in page
    services.purge(source)
    found = lineage(made)
    assert [n.step for n in found.nodes.values() if n.asset is None] == [-1]
    page = sign_in(alice).get(reverse("asset", args=[made.pk])).content.decode()
    assert "Deleted source" in page
    assert "gone for good" in page


def test_two_roads_to_the_same_are_one_node(bring: Bring) -> None:
    source = bring(title="source")
    left, right = (bring(title=t, parents=[source]) for t in ("left", "right"))
    film = bring(title="film", parents=[left, right])
    found = lineage(source)
    assert (len(found.nodes), len(found.edges)) == (4, 4)
    drawing = drawn(film)
    assert drawing
    places = {(box.x, box.y) for box in drawing["boxes"]}
    assert len(places) == 4


def test_alone_there_is_no_graph(bring: Bring) -> None:
    assert drawn(bring()) is None


def test_its_page_asks_few_questions(
    chain: list[Asset], sign_in: People, alice: User, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        lineage(chain[1])


def test_throwing_away_says_what_would_miss_it(
    chain: list[Asset], account: Account, alice: User, sign_in: People
) -> None:
    assert used_in([chain[3]]) == ""
    assert used_in([chain[0]]) == "1 file was made from it"
    board = boards.make_board(account, alice, title="B", assets=[chain[0], chain[1]])
    words = used_in(chain[:2])
    assert words == "2 files were made from them and 1 board shows them"
    client = sign_in(alice)
    told = client.post(reverse("asset-trash", args=[chain[0].pk]), follow=True).content.decode()
    assert "1 file was made from it and 1 board shows it." in told.replace("1 File", "1 file")
    page = client.get(reverse("asset", args=[chain[0].pk])).content.decode()
    assert "board shows it" in page
    boards.close_board(board)
    assert used_in([chain[0]]) == "1 file was made from it"
