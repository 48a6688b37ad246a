"""Hints that come twice, late or never, orders that come again, and what they cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from assets.models import Asset
from billing import services as billing
from billing.models import Account, Entry, User
from billing.services import InsufficientCredits
from studio import jobs
from studio.jobs import turns
from studio.models import Job, State
from studio.operations.transform import IMAGE_TO_VIDEO
from tests.studio.conftest import Paper, kinds
from tests.studio.pages import PART, People
from tests.studio.turning import (
    PRICE,
    a_minute_passes,
    deliver,
    fail,
    fresh,
    hints,
    succeed,
    waits,
    wanted,
)

pytestmark = pytest.mark.usefixtures("adds_up")
Order = Callable[..., list[Job]]


# --- hints ----------------------------------------------------------------------------------------


def test_a_hint_before_its_time_changes_nothing(run: Order) -> None:
    _, b, c = run(None, 0, None, at_once=1)
    for job in (b, c):
        jobs.take_turn(job.pk)
    jobs.take_turn("00000000-0000-0000-0000-000000000007")
    assert waits(b, c) == [True, True]


def test_two_hints_do_it_once(run: Order, film: Asset) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    jobs.dispatch()
    jobs.dispatch()
    assert hints() == [str(b.pk)], "no second one while the first is on its way"
    for _ in range(2):
        jobs.take_turn(b.pk)
    assert Asset.objects.filter(origin=f"frame:{film.pk}").count() == 1


def test_two_hints_at_the_same_moment(
    transactional_db: None, run: Order, film: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    both, cut = threading.Barrier(2), turns.last_frame

    def together(*args: Any) -> Asset:
        both.wait(20)
        return cut(*args)

    monkeypatch.setattr(turns, "last_frame", together)
    problems: list[BaseException] = []

    def take() -> None:
        try:
            jobs.take_turn(b.pk)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert waits(b) == [False]
    assert Asset.objects.filter(origin=f"frame:{film.pk}").count() == 1


@pytest.mark.parametrize("when", ["before the picture", "before it is written down"])
def test_a_worker_that_dies_at_it(
    run: Order, film: Asset, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    jobs.dispatch()

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(turns, "last_frame" if when == "before the picture" else "go", die)
        with pytest.raises(Killed):
            deliver()
    jobs.dispatch()
    assert (hints(), waits(b)) == ([], [True]), "its hint may still be on its way"
    a_minute_passes()
    jobs.rescue()
    assert deliver() == [str(b.pk)]
    assert waits(b) == [False]
    assert Asset.objects.filter(origin=f"frame:{film.pk}").count() == 1


def test_dead_workers_are_known_and_the_hint_is_sent_again_at_once(run: Order, film: Asset) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    jobs.dispatch()
    hints()
    jobs.void_host("here")
    jobs.dispatch()
    assert hints() == [str(b.pk)]


# --- the order ------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_order(run: Order, rich: Account) -> None:
    first = run(None, 0, None, at_once=1, key="once")
    again = run(None, 0, None, at_once=1, key="once")
    assert [job.pk for job in first] == [job.pk for job in again]
    assert Job.objects.count() == 3
    rich.refresh_from_db()
    assert rich.held == 3 * PRICE


def test_money_for_two_of_three_is_money_for_none(
    account: Account, alice: User, cat: Asset, paper: Paper
) -> None:
    billing.grant(account, 2 * PRICE + PRICE // 2, "grant:some")
    each = [wanted(cat, after) for after in (None, 0, None)]
    with pytest.raises(InsufficientCredits):
        jobs.create_run(account, alice, IMAGE_TO_VIDEO, each, at_once=1)
    assert not Job.objects.exists()
    assert set(Entry.objects.values_list("kind", flat=True)) == {"grant"}
    account.refresh_from_db()
    assert account.held == 0


def test_each_is_charged_once_when_it_is_there(run: Order, film: Asset) -> None:
    a, b, c = run(None, 0, 1, at_once=1)
    succeed(a, film)
    for job in (b, c):
        jobs.dispatch()
        assert deliver() == [str(job.pk)]
        assert fresh(job)[0].params["image"] != a.params["image"]
        succeed(job, film)
    assert [kinds(job) for job in (a, b, c)] == [["hold", "charge"]] * 3


# --- trying it again ------------------------------------------------------------------------------


def test_what_only_waited_for_a_place_is_tried_again(run: Order, alice: User) -> None:
    _, b = run(None, None, at_once=1)
    jobs.cancel(b)
    again, created = jobs.retry(fresh(b)[0], alice)
    assert created
    assert not again.waits


def test_what_had_nothing_to_begin_with_waits_for_it_again(
    run: Order, film: Asset, alice: User
) -> None:
    a, b = run(None, 0)
    jobs.cancel(b)
    again, _ = jobs.retry(fresh(b)[0], alice)
    assert (again.waits, again.after, again.begins_with) == (True, a, "image")
    succeed(a, film)
    jobs.dispatch()
    assert deliver() == [str(again.pk)]
    assert Asset.objects.get(pk=fresh(again)[0].params["image"]).origin == f"frame:{film.pk}"


def test_it_waits_for_the_last_try_of_what_it_begins_with(run: Order, alice: User) -> None:
    a, b = run(None, 0)
    fail(a)
    jobs.dispatch()
    assert fresh(b)[0].state == State.CANCELED
    first, _ = jobs.retry(fresh(a)[0], alice)
    second, _ = jobs.retry(fresh(b)[0], alice)
    assert (second.waits, second.after) == (True, first)


@pytest.mark.parametrize("by", ["person", "page"])
def test_what_has_nothing_to_begin_with_is_not_tried_again(
    run: Order, alice: User, sign_in: People, by: str
) -> None:
    a, b = run(None, 0)
    fail(a)
    jobs.dispatch()
    if by == "page":
        answer = sign_in(alice).post(reverse("job-retry", args=[b.pk]), headers=PART)
        assert "Retry that one first" in answer.headers["HX-Trigger"]
    else:
        with pytest.raises(jobs.NotPossible, match="Retry that one first"):
            jobs.retry(fresh(b)[0], alice)
    assert Job.objects.count() == 2


def test_what_had_its_picture_is_tried_again_with_it(run: Order, film: Asset, alice: User) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    jobs.dispatch()
    deliver()
    fail(b)
    again, _ = jobs.retry(fresh(b)[0], alice)
    assert again.params["image"] == fresh(b)[0].params["image"]
    assert not again.waits
