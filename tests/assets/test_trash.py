"""What the trash must keep for boards, and a trash that is too large for one request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ

from assets import services
from assets.models import Asset, Board, BoardComment
from assets.services import bin, boards, visitors
from billing.models import Account, AuditEvent, Client, User
from billing.scope import Scope
from studio import tasks


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bin, "IN_REQUEST", 2)
    monkeypatch.setattr(bin, "AT_ONCE", 2)
    monkeypatch.setattr(bin, "CHUNK", 3)


def thrown(bring: Any, *titles: str) -> list[Asset]:
    return [services.trash(bring(title=title)) for title in titles]


def queued() -> list[tuple[Any, ...]]:
    """What waits for a worker, taken out of the queue."""
    tasks = [one.task for one in OrmQ.objects.order_by("pk")]
    calls = [task["args"] for task in tasks if task["func"] == bin.TASK]
    OrmQ.objects.all().delete()
    return calls


def work_off() -> int:
    """As the workers do; returns how many calls that were."""
    calls = 0
    while waiting := queued():
        for args in waiting:
            tasks.empty_trash(*args)
            calls += 1
    return calls


@pytest.mark.parametrize("how", ["comment", "verdict"])
def test_what_is_spoken_of_on_an_open_board_stays(
    how: str, board: Board, cat: Asset, dog: Asset, account: Account
) -> None:
    boards.add_items(board, [dog])  # of which nobody says anything
    item = board.items.get(asset=cat)
    if how == "comment":
        visitors.comment(item, name="Zoe", text="Brighter", visitor="v")
    else:
        visitors.decide(item, "approved", name="Zoe", visitor="v")
    services.trash(cat), services.trash(dog)
    with pytest.raises(services.Refused, match="the open board “For Acme” has comments"):
        bin.purge_one(cat)
    Asset.objects.update(trashed=timezone.now() - timedelta(days=31))
    assert bin.empty_old() == 1
    assert bin.empty(account) == bin.Emptied(0, 1)
    assert item.comments.exists() or item.verdicts.exists()
    boards.close_board(board)
    assert bin.empty_old() == 1
    assert not BoardComment.objects.exists()


def test_what_must_stay_stops_nothing_behind_it(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {asset.pk for asset in thrown(bring, "A", "B", "C", "D")}
    thrown(bring, "E", "F", "G")
    monkeypatch.setattr(bin, "HOLDERS", [lambda ids: dict.fromkeys(held & set(ids), "needed")])
    Asset.objects.update(trashed=timezone.now() - timedelta(days=31))
    assert (bin.empty_old(), bin.empty_old(), bin.empty_old()) == (2, 1, 0)
    assert set(Asset.objects.values_list("pk", flat=True)) == held


def test_a_large_trash_is_emptied_in_the_background(bring: Any, account: Account) -> None:
    thrown(bring, *"ABCDEFG")
    bring(title="Live")
    assert bin.empty(account) == bin.Emptied(2, 0, 5)
    assert Asset.objects.count() == 6
    thrown(bring, "Later")  # by somebody who was not asked
    assert work_off() == 3
    assert set(Asset.objects.values_list("title", flat=True)) == {"Live", "Later"}


def test_only_what_its_person_sees_goes_in_the_background(bring: Any, account: Account) -> None:
    acme, other = (Client.objects.create(account=account, name=n) for n in ("Acme", "Other"))
    mine, theirs = thrown(bring, *"ABC"), thrown(bring, *"DEF")
    Asset.objects.filter(pk__in=[a.pk for a in mine]).update(client=acme)
    Asset.objects.filter(pk__in=[a.pk for a in theirs]).update(client=other)
    limited = account.seen(Scope(mine=frozenset([acme.pk])))
    assert bin.contents(limited) == (3, sum(asset.size for asset in mine))
    assert bin.empty(limited) == bin.Emptied(2, 0, 1)
    work_off()
    assert set(Asset.objects.values_list("pk", flat=True)) == {asset.pk for asset in theirs}


def test_what_cannot_be_deleted_stops_nothing_else(
    bring: Any, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = thrown(bring, "Broken", "Fine")
    purge = services.purge

    def stumble(asset: Asset) -> None:
        if asset.pk == broken.pk:
            raise OSError("the disk is away")
        purge(asset)

    monkeypatch.setattr(bin, "purge", stumble)
    assert bin.empty(account) == bin.Emptied(1, 1)


def test_what_it_lets_go_by_itself_is_one_line_for_each_account(
    account: Account,
    charlie: User,
    bring: Any,
    picture: Callable[..., bytes],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bin, "AT_ONCE", 10)
    theirs = charlie.accounts.get()
    source = ContentFile(picture((64, 64)))
    services.trash(services.ingest(source, account=theirs, user=None, filename="a.png"))
    thrown(bring, "Cat", "Dog")
    days = settings.TRASH_DAYS
    with time_machine.travel(timezone.now() + timedelta(days=days + 1)):
        assert (bin.empty_old(), bin.empty_old()) == (3, 0)
    purged = AuditEvent.objects.filter(action="deleting.purged")
    assert sorted((line.of, line.by, line.details["files"]) for line in purged) == [
        ("the trash", "system", 1),
        ("the trash", "system", 2),
    ]
    assert {line.account_id for line in purged} == {account.pk, theirs.pk}
