"""What counts as the take of a shot, and as its picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from assets.services import restore, trash
from billing import services as billing
from billing.models import CREDIT, Account, User
from studio import jobs, tasks
from studio.models import Job, Shot, State, Story, Take
from studio.stories import making, parts, pictures
from studio.stories.board import hang
from tests.fakes import films
from tests.studio.conftest import kinds
from tests.studio.pages import People, said
from tests.studio.stories import (
    board,
    bring,
    broke,
    done,
    generate,
    give,
    plan,
    shots_of,
    takes,
    told,
    view,
)
from tests.studio.turning import deliver, hints

pytestmark = pytest.mark.usefixtures("adds_up")


# --- what counts as the take ----------------------------------------------------------------------


def test_another_picture_makes_the_take_older_and_still_of_use(
    story: Callable[..., Story], clip: Asset, other: Asset, still: Asset
) -> None:
    made = story({})
    (job,) = generate(made)
    done(job, clip)
    shown = view(made).shown
    assert shown
    assert not shown.stale
    parts.set_file(shots_of(made)[0], "still", other)
    shown = view(made).shown
    assert shown
    assert (shown.asset, shown.stale) == (clip, True)
    assert making.missing(board(made)) == []
    parts.set_file(shots_of(made)[0], "still", still)
    assert view(made).shown
    assert not view(made).shown.stale  # type: ignore[union-attr]


def test_a_film_of_the_library_is_no_older_than_a_link(
    story: Callable[..., Story], clip: Asset
) -> None:
    made = story({}, {})
    first, second = shots_of(made)
    give(second, linked=True)
    parts.add_take(first, clip)
    parts.add_take(Shot.objects.get(pk=second.pk), clip)
    shown = view(made, 2).shown
    assert shown
    assert not shown.stale


def test_another_take_of_the_one_before_makes_a_linked_one_older(
    story: Callable[..., Story], clip: Asset, account: Account, alice: User, tmp_path: Path
) -> None:
    made = story({}, {})
    first, second = shots_of(made)
    give(second, linked=True)
    parts.add_take(first, clip)
    (job,) = generate(made)
    done(job, clip)
    assert not view(made, 2).shown.stale  # type: ignore[union-attr]
    path = films.ours(tmp_path / "second.mp4", 15, size=(320, 192), first=50)
    parts.add_take(first, bring(path, account, alice))
    assert view(made, 2).shown.stale  # type: ignore[union-attr]


def test_the_newest_is_shown_unless_one_was_chosen(
    story: Callable[..., Story], clip: Asset, account: Account, alice: User, tmp_path: Path
) -> None:
    made = story({})
    path = films.ours(tmp_path / "second.mp4", 15, first=50)
    second = bring(path, account, alice)
    for asset in (clip, second):
        (job,), _ = making.order(making.plan(board(made), [view(made)], account), alice)
        done(job, asset)
    old, new = takes(shots_of(made)[0])
    assert view(made).shown.take == new  # type: ignore[union-attr]
    parts.choose(shots_of(made)[0], old)
    assert view(made).shown.asset == clip  # type: ignore[union-attr]
    trash(clip)
    assert view(made).shown.asset == second, "what is in the trash is not shown"  # type: ignore[union-attr]
    trash(second)
    assert view(made).shown is None
    assert [v.number for v in making.missing(board(made))] == [1]


def test_a_retry_from_the_jobs_page_is_the_take(
    story: Callable[..., Story], clip: Asset, sign_in: People, alice: User
) -> None:
    made = story({})
    (job,) = generate(made)
    broke(job)
    assert view(made).last_failed
    assert [v.number for v in making.missing(board(made))] == [1]
    client = sign_in(alice)
    client.post(reverse("job-retry", args=[job.pk]))
    again = Job.objects.get(retry_of=job)
    assert [t.job for t in view(made).at_work] == [again]
    assert view(made).last_failed is None
    assert making.missing(board(made)) == []
    client.post(reverse("shot-stop", args=[shots_of(made)[0].pk]))
    again.refresh_from_db()
    assert again.state == State.CANCELED, "what the card shows as at work is stopped there"
    third, _ = jobs.retry(again, alice)
    done(third, clip)
    assert view(made).shown.asset == clip  # type: ignore[union-attr]
    assert Take.objects.count() == 1


def test_a_retry_of_a_linked_one_is_the_take_of_its_shot(
    story: Callable[..., Story], clip: Asset, alice: User
) -> None:
    """Whether it had its frame already, or still waited for it."""
    made = story({}, {}, {})
    for shot in shots_of(made)[1:]:
        give(shot, linked=True)
    first, second, third = generate(made)
    done(first, clip)
    assert turn() == [str(second.pk)]
    broke(Job.objects.get(pk=second.pk))
    jobs.dispatch()
    third.refresh_from_db()
    assert third.state == State.CANCELED, "it has nothing to begin with"
    second, _ = jobs.retry(Job.objects.get(pk=second.pk), alice)
    third, _ = jobs.retry(third, alice)
    assert [v.at_work[0].job for v in board(made).shots[1:]] == [second, third]
    done(second, clip)
    assert turn() == [str(third.pk)]
    done(third, clip)
    shown = [v.shown for v in board(made).shots]
    assert [s and (s.asset, s.stale) for s in shown] == [(clip, False)] * 3
    assert Take.objects.count() == 3


def turn() -> list[str]:
    jobs.dispatch()
    return deliver()


def test_a_take_whose_film_is_in_the_trash_is_not_chosen(
    story: Callable[..., Story], clip: Asset, film: Asset, sign_in: People, alice: User
) -> None:
    made = story({})
    (job,) = generate(made)
    done(job, clip)
    (shot,) = shots_of(made)
    brought = parts.add_take(shot, film)
    client, where = sign_in(alice), reverse("shot-choose", args=[shot.pk])
    for asset, take in ((clip, takes(shot)[0]), (film, brought)):
        trash(asset)
        answer = client.post(where, {"take": take.pk})
        assert answer.status_code == 422
        words = json.loads(answer.headers["HX-Trigger"])["toast"]["text"]
        assert words == f"“{asset.title}” is in the trash. Restore it, or choose another."
        restore(asset)
        assert client.post(where, {"take": take.pk}).status_code == 200


def test_a_chosen_film_in_the_trash_is_named_and_can_be_done_without(
    story: Callable[..., Story], clip: Asset, sign_in: People, alice: User
) -> None:
    made = story({"title": "Sea"})
    (shot,) = shots_of(made)
    parts.add_take(shot, clip)
    trash(clip)
    client, order = sign_in(alice), {"key": "film", "shown": "0:credits"}
    answer = client.post(reverse("story-film", args=[made.pk]), order)
    assert answer.status_code == 422
    words = json.loads(answer.headers["HX-Trigger"])["toast"]["text"]
    assert words.startswith("Shot 1: The chosen film “The clip” is in the trash. Restore it,")
    assert not made.films.exists()
    card = reverse("shot-card", args=[shot.pk])
    assert "“The clip” is in the trash" in said(client.get(card))
    choose = reverse("shot-choose", args=[shot.pk])
    assert "is in the trash" not in said(client.post(choose, {"take": ""}))
    assert client.post(reverse("story-film", args=[made.pk]), order).status_code == 200


def test_what_has_not_begun_is_stopped_as_a_whole(
    story: Callable[..., Story], sign_in: People, alice: User
) -> None:
    made = story({}, {}, {})
    give(shots_of(made)[1], linked=True)
    Story.objects.update(at_once=1)
    a, b, c = generate(made)
    Job.objects.filter(pk=a.pk).update(state=State.RUNNING)
    page = sign_in(alice).post(reverse("story-stop", args=[made.pk]))
    assert "2 stopped before the start" in page.headers["HX-Trigger"]
    states = {job.pk: job.state for job in Job.objects.all()}
    assert [states[job.pk] for job in (a, b, c)] == ["running", "canceled", "canceled"]


# --- pictures -------------------------------------------------------------------------------------


@pytest.fixture
def wordy(account: Account, alice: User) -> Story:
    return told(account, alice, [{"description": "A lighthouse"}, {"image_prompt": "A storm"}, {}])


def drawn(story: Story) -> list[Job]:
    views = pictures.lacking(board(story))
    forms = pictures.forms_of(views, story.account, story.user, resolve=False)
    agreed = jobs.together([form.terms for form in forms]).shown
    return pictures.order_all(views, story.account, story.user, key="pictures", agreed=agreed)


def test_pictures_become_stills_once(wordy: Story, still: Asset, other: Asset) -> None:
    billing.grant(wordy.account, 1000 * CREDIT, "grant:test")
    first, second = drawn(wordy)
    assert [v.draws for v in board(wordy).shots] == [True, True, False]
    assert pictures.lacking(board(wordy)) == []
    done(first, still)
    done(second, other)
    assert [v.picture for v in board(wordy).shots] == [still, other, None]
    parts.set_file(shots_of(wordy)[0], "still", other)
    assert view(wordy).picture == other, "it is hung once"


def test_two_requests_at_once_both_see_the_picture(wordy: Story, still: Asset) -> None:
    """Who sees none would not ask again."""
    billing.grant(wordy.account, 1000 * CREDIT, "grant:test")
    job, _ = drawn(wordy)
    done(job, still)
    quick, slow = shots_of(wordy), shots_of(wordy)
    for shots in (quick, slow):
        hang(shots, wordy.account_id)
        assert (shots[0].still, shots[0].drawn) == (still, None)


def test_a_picture_that_failed_and_was_tried_again(wordy: Story, still: Asset, alice: User) -> None:
    billing.grant(wordy.account, 1000 * CREDIT, "grant:test")
    first, _ = drawn(wordy)
    broke(first)
    assert not view(wordy).draws
    again, _ = jobs.retry(Job.objects.get(pk=first.pk), alice)
    assert view(wordy).draws
    done(again, still)
    assert view(wordy).picture == still


def test_a_picture_in_the_trash_is_not_hung(wordy: Story, still: Asset) -> None:
    billing.grant(wordy.account, 1000 * CREDIT, "grant:test")
    first, _ = drawn(wordy)
    done(first, still)
    trash(still)
    assert (view(wordy).picture, view(wordy).draws) == (None, False)


def test_the_whole_road_of_a_shot_on_this_computer(
    story: Callable[..., Story], sign_in: Callable[[User], Client], alice: User
) -> None:
    made = story({"seconds": 1.0, "camera_language": "static"}, {"seconds": 1.0})
    Shot.objects.update(settings={"width": 64, "height": 64, "fps": 24})
    give(shots_of(made)[1], linked=True)
    client = sign_in(alice)
    agreed = plan(made).terms
    assert agreed
    client.post(reverse("story-generate", args=[made.pk]), {"shown": agreed.shown, "key": "k"})
    for _ in range(2):
        jobs.dispatch()
        deliver("turn")
        jobs.dispatch()
        for pk in hints("run"):
            tasks.run(pk)
    found = board(made)
    assert found.films == 2
    assert [kinds(job) for job in Job.objects.all()] == [["hold", "charge"]] * 2
    page = said(client.get(reverse("story", args=[made.pk])))
    assert "2 of 2" in page
