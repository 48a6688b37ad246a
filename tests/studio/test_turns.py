"""Jobs of one order that take turns: how many at once, and which after which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from assets.models import Asset
from assets.services import purge, trash
from billing import services as billing
from billing.models import CREDIT, Account, User
from studio import jobs
from studio.jobs import turns
from studio.models import Job, State
from studio.operations.transform import IMAGE_TO_VIDEO
from tests.fakes import films
from tests.studio.conftest import Paper, kinds
from tests.studio.turning import (
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


# --- how many at once -----------------------------------------------------------------------------


def test_the_next_begins_when_one_ends_however_it_ends(run: Order) -> None:
    a, b, c, d, e = run(*[None] * 5, at_once=2)
    assert waits(a, b, c, d, e) == [False, False, True, True, True]
    assert fresh(c)[0].stage == "waits for its turn"
    jobs.rescue()
    jobs.dispatch()
    assert waits(c, d, e) == [True] * 3
    succeed(a)
    jobs.dispatch()
    assert waits(c, d, e) == [False, True, True]
    assert fresh(c)[0].stage == ""
    fail(c)
    jobs.cancel(b)
    jobs.rescue()
    assert waits(d, e) == [False, False]


def test_work_that_is_laid_back_keeps_its_place(run: Order) -> None:
    a, b = run(None, None, at_once=1)
    long_ago = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk=a.pk).update(state=State.RUNNING, fence=1, attempts=1, lease=long_ago)
    jobs.rescue()
    assert (fresh(a)[0].state, waits(a, b)) == (State.QUEUED, [False, True])


def test_a_hint_that_is_late_gives_no_place_that_is_taken(run: Order, film: Asset) -> None:
    """Both may have been told; when the second comes, the first has begun."""
    x, y = run(None, None)
    a, b = run(x, y, at_once=1)
    succeed(y, film)
    jobs.dispatch()
    assert hints() == [str(b.pk)]
    succeed(x, film)
    jobs.dispatch()
    assert hints() == [str(a.pk)]
    jobs.take_turn(b.pk)
    jobs.take_turn(a.pk)
    assert waits(a, b) == [True, False]
    succeed(b)
    jobs.dispatch()
    deliver()
    assert waits(a) == [False]


def test_one_that_was_ordered_alone_waits_for_its_own_before_only(
    run: Order, film: Asset, rich: Account, charlie: User, alice: User, cat: Asset
) -> None:
    """Other single orders, of whomever, are none of its business."""
    before = run(None)[0]
    (alone,) = run(before, at_once=1)
    assert alone.run is None
    for _ in range(3):
        run(None)
    succeed(before, film)
    jobs.dispatch()
    assert deliver() == [str(alone.pk)]
    assert waits(alone) == [False]


def test_who_waits_keeps_nobody_from_work(
    run: Order, cat: Asset, charlie: User, settings: Any
) -> None:
    settings.RENDER_SLOTS = 8
    a, b, c = run(None, None, None, at_once=1)
    mine = run(None)[0]
    theirs = charlie.accounts.get()
    billing.grant(theirs, 100 * CREDIT, "grant:theirs")
    found, _ = jobs.create_run(theirs, charlie, IMAGE_TO_VIDEO, [wanted(cat)])
    jobs.dispatch()
    assert set(hints("run")) == {str(job.pk) for job in (a, mine, found[0])}
    assert waits(b, c) == [True, True]


def test_who_is_given_its_picture_takes_no_place_of_a_renderer(
    run: Order, film: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.keys.slots", lambda provider: 1)
    a, b = run(None, 0)
    succeed(a, film)
    jobs.dispatch()
    assert fresh(b)[0].lease
    other = run(None)[0]
    hints("run")
    Job.objects.filter(pk=other.pk).update(lease=None)
    jobs.dispatch()
    assert hints("run") == [str(other.pk)]


def test_a_hint_to_render_does_not_begin_what_waits(run: Order, paper: Paper) -> None:
    _, b = run(None, None, at_once=1)
    jobs.start(b.pk)
    assert (paper.calls, fresh(b)[0].state) == ([], State.QUEUED)


def test_the_last_of_an_order_begins_when_nothing_of_it_lives(run: Order, film: Asset) -> None:
    a, b, c = run(None, 0, None, at_once=1)
    succeed(a, film)
    Job.objects.filter(pk=c.pk).update(state=State.CANCELED)
    billing.release(c.account, c.origin)
    jobs.rescue()
    assert deliver() == [str(b.pk)]
    assert waits(b) == [False]


# --- after another one ----------------------------------------------------------------------------


def test_it_begins_with_exactly_the_last_frame(run: Order, film: Asset, tmp_path: Path) -> None:
    a, b = run(None, 0)
    jobs.dispatch()
    assert (hints(), waits(b)) == ([], [True])
    succeed(a, film)
    jobs.dispatch()
    assert waits(b) == [True], "not before it has its picture"
    assert deliver() == [str(b.pk)]
    (b,) = fresh(b)
    frame = Asset.objects.get(pk=b.params["image"])
    assert (b.waits, list(frame.parents.all())) == (False, [film])
    with Image.open(frame.file.path) as image:
        shown = np.asarray(image.convert("RGB"))
    with av.open(film.file.path) as video:
        frames = [f.to_ndarray(format="rgb24") for f in video.decode(video=0)]
    assert films.number_of(shown) == 29
    apart = [np.abs(shown.astype(int) - f.astype(int)).mean() for f in frames]
    assert apart[-1] == min(apart)
    assert apart[-1] < 4, "no more than two ways to turn YUV into RGB differ"


def test_alternatives_begin_with_it_too(run: Order, film: Asset) -> None:
    a, b = run(None, 0)
    other = {"offer": "local-motion", "params": {**b.params}}
    Job.objects.filter(pk=b.pk).update(alternatives=[other])
    succeed(a, film)
    jobs.dispatch()
    deliver()
    (b,) = fresh(b)
    assert b.alternatives[0]["params"]["image"] == b.params["image"] != a.params["image"]


@pytest.mark.parametrize("how", ["failed", "canceled"])
def test_what_it_was_to_begin_with_is_not_made(run: Order, how: str) -> None:
    a, b, c = run(None, 0, 1)
    jobs.cancel(a) if how == "canceled" else fail(a)
    for _ in range(2):
        jobs.rescue()
    for job in fresh(b, c):
        assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])
        assert "was not made" in job.error
        assert job.error == job.events.last().note


@pytest.mark.parametrize("lost", ["purged", "file", "row"])
def test_a_video_that_is_gone_ends_the_wait(run: Order, film: Asset, lost: str) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    if lost == "purged":
        trash(film)
        purge(film)
    elif lost == "file":
        Path(film.file.path).unlink()
    else:
        Job.objects.filter(pk=a.pk).delete()
    jobs.dispatch()
    deliver()
    jobs.dispatch()
    (b,) = fresh(b)
    assert b.is_terminal
    assert kinds(b) == ["hold", "release"]
    assert b.error


def test_waiting_is_given_up_for_nothing(run: Order) -> None:
    _, b, c = run(None, 0, None, at_once=1)
    for job in (b, c):
        jobs.cancel(job)
        assert (fresh(job)[0].state, kinds(job)) == (State.CANCELED, ["hold", "release"])


def test_canceled_while_its_picture_is_cut_out(
    run: Order, film: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = run(None, 0)
    succeed(a, film)
    cut = turns.last_frame

    def slow(*args: Any) -> Asset:
        jobs.cancel(fresh(b)[0])
        return cut(*args)

    monkeypatch.setattr(turns, "last_frame", slow)
    jobs.take_turn(b.pk)
    (b,) = fresh(b)
    assert (b.state, b.params["image"], kinds(b)) == (
        State.CANCELED,
        a.params["image"],
        ["hold", "release"],
    )
