"""A whole story goes to another client, with what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from assets.models import Archive, Asset
from assets.services import Refused, archives, boards, bulk, collections
from billing import clients
from billing.models import Account, Client, User
from studio.models import Job, Story, Take
from studio.stories import edit, moving, parts
from studio.stories.board import read
from tests.clients.test_scope import Bring, Seen, member


def job_of(account: Account, *outputs: Asset, **more: Any) -> Job:
    row = {"operation": "image-to-video", "state": "succeeded", **more}
    job = Job.objects.create(
        account=account, key=str(Job.objects.count()), outputs=[str(a.pk) for a in outputs], **row
    )
    for slot, one in enumerate(outputs):
        Asset.objects.filter(pk=one.pk).update(origin=job.origin, slot=slot)
    return job


@pytest.fixture
def story(bring: Bring, seen: Seen, alice: User, acme: Client) -> Story:
    """A shot with a still and two takes, of which the first was tried twice, a track and a film."""
    mine = seen(acme)
    story = edit.create(mine, alice, {"title": "Launch"}, [({}, [{}])])
    shot = story.scenes.get().shots.get()
    parts.set_file(shot, "still", bring(acme, title="still"))
    failed = job_of(mine, state="failed")
    job_of(mine, bring(acme, title="take"), retry_of=failed)
    Take.objects.create(shot=shot, job=failed)
    Take.objects.create(shot=shot, asset=bring(acme, title="other take"))
    Story.objects.filter(pk=story.pk).update(track=bring(acme, title="track"))
    story.films.add(job_of(mine, bring(acme, title="film")))
    return Story.objects.for_account(mine).get(pk=story.pk)


def of(client: Client | None) -> set[str]:
    return set(Asset.objects.filter(client=client).values_list("title", flat=True))


ITS = {"still", "take", "other take", "track", "film"}


def test_it_goes_with_its_files_and_jobs_and_comes_back(
    story: Story, bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    bring(acme, title="not its own")
    free = bring(None, title="of nobody")
    shot = story.scenes.get().shots.get()
    Take.objects.create(shot=shot, asset=free)
    box = collections.make(seen(acme), "Box")
    still = Asset.objects.get(title="still")
    bulk.apply(seen(acme), alice, "collect", str(box.pk), [still.pk])
    archives.order(seen(acme), alice, [still.pk])
    dry = moving.move(seen(None), alice, story, str(zen.pk), dry=True)
    assert (dry.files, dry.jobs, dry.zips) == (5, 3, 1)
    assert of(acme) == ITS | {"not its own"}
    assert Archive.objects.count() == 1
    told = moving.move(seen(None), alice, story, str(zen.pk))
    assert told.words.startswith("“Launch” belongs to Zen. 5 files and 3 jobs went with it. A ZIP")
    assert (of(acme), of(zen), of(None)) == ({"not its own"}, ITS, {"of nobody"})
    assert set(Job.objects.values_list("client", flat=True)) == {zen.pk}
    assert not Story.objects.for_account(seen(acme)).exists()
    there = read(Story.objects.for_account(seen(zen)).get())
    assert [t.asset and t.asset.title for t in there.scenes[0].shots[0].takes][:2] == [
        "take",
        "other take",
    ]
    assert told.change
    moving.undo(seen(None), story, told.change)
    assert (of(acme), of(zen)) == (ITS | {"not its own"}, set())
    assert set(Job.objects.values_list("client", flat=True)) == {acme.pk}
    assert Story.objects.for_account(seen(acme)).exists()
    assert box.items.get().asset == still


def test_one_of_nobody_goes_to_a_client_and_back(
    bring: Bring, seen: Seen, alice: User, acme: Client
) -> None:
    story = edit.create(seen(None), alice, {"title": "Free"}, [({}, [{}])])
    parts.set_file(story.scenes.get().shots.get(), "still", bring(None, title="still"))
    moving.move(seen(None), alice, story, str(acme.pk))
    assert of(acme) == {"still"}
    with pytest.raises(Refused, match="“Free” belongs to Acme already"):
        moving.move(seen(None), alice, story, str(acme.pk))
    moving.move(seen(None), alice, story, "none")
    assert of(None) == {"still"}
    story.refresh_from_db()
    assert story.client is None


def test_what_it_shares_is_named(
    story: Story, bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    def refused(words: str) -> None:
        with pytest.raises(Refused, match=words):
            moving.move(seen(None), alice, story, str(zen.pk))
        assert of(zen) == set()
        story.refresh_from_db()
        assert story.client == acme

    other = edit.create(seen(acme), alice, {"title": "Other"}, [({}, [{}])])
    shot = other.scenes.get().shots.get()
    parts.set_file(shot, "still", Asset.objects.get(title="still"))
    refused("the story “Other” has “still” as well")
    parts.set_file(shot, "still", None)
    # What a job makes for a shot is only named in the job.
    take = Take.objects.create(shot=shot, job=job_of(seen(acme), made := bring(acme, title="made")))
    parts.set_file(story.scenes.get().shots.get(), "still", made)
    refused("the story “Other” has “made” as well")
    edit.trash(other)
    take.delete()
    board = boards.make_board(seen(acme), alice, title="For review", assets=[made])
    refused("the board “For review” has “made” as well")
    board.delete()
    job = Job.objects.filter(stories=story).get()
    Job.objects.filter(pk=job.pk).update(state="running")
    refused("1 of its jobs is not done")
    Job.objects.filter(pk=job.pk).update(state="succeeded")
    moving.move(seen(None), alice, story, str(zen.pk))
    assert "made" in of(zen)


def test_an_undo_after_something_came_to_it_is_refused(
    story: Story, bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    told = moving.move(seen(None), alice, story, str(zen.pk))
    there = Story.objects.for_account(seen(zen)).get(pk=story.pk)
    parts.set_file(there.scenes.get().shots.get(), "still", bring(zen, title="new"))
    assert told.change
    with pytest.raises(Refused, match="“new” came to the story since"):
        moving.undo(seen(None), story, told.change)
    assert of(acme) == set()
    told.change.refresh_from_db()
    assert told.change.undone is None
    moving.move(seen(None), alice, there, "none")
    with pytest.raises(Refused, match="has gone elsewhere"):
        moving.undo(seen(None), story, told.change)


def test_who_is_limited_moves_between_their_own(
    story: Story, seen: Seen, acme: Client, zen: Client, lara: User
) -> None:
    limited = clients.scope_for(member(lara))
    mine = story.account.seen(limited)
    for value in (str(zen.pk), "none", ""):
        with pytest.raises(Refused, match="client"):
            moving.move(mine, lara, story, value)
    clients.limit(member(lara), [acme, zen])
    mine = story.account.seen(clients.scope_for(member(lara), "acme"))
    assert moving.move(mine, lara, story, str(zen.pk)).files == 5


def test_on_its_page(
    story: Story, sign_in: Callable[[User], Browser], alice: User, acme: Client, zen: Client
) -> None:
    browser, page = sign_in(alice), reverse("story", args=[story.pk])
    here = reverse("story-client", args=[story.pk])
    assert here in browser.get(page).content.decode()
    assert "Zen</option>" in browser.get(here).content.decode()
    shown = browser.post(here, {"client": zen.pk, "dry": "1"}).content.decode()
    assert '<b class="number">5</b> files' in shown
    assert of(zen) == set()
    assert f'name="to" value="{zen.pk}"' in shown
    answer = browser.post(here, {"client": "none", "to": zen.pk})
    assert answer.headers["Location"] == page
    assert of(zen) == ITS
    shown = browser.get(page).content.decode()
    undo = shown.split(f'action="{here}')[1].split('"')[0]
    assert browser.post(f"{here}{undo}").headers["Location"] == page
    assert of(acme) == ITS
    refused = browser.post(here, {"client": acme.pk})
    assert refused.status_code == 422
    assert "belongs to Acme already" in refused.content.decode()


def test_by_a_program(
    story: Story, sign_in: Callable[[User], Browser], alice: User, acme: Client, zen: Client
) -> None:
    api, here = sign_in(alice), f"/api/v1/stories/{story.pk}/client/"
    said: dict[str, Any] = {"client": str(zen.pk), "dry": True}
    told = api.post(here, said, content_type="application/json").json()
    assert told == {"client": str(zen.pk), "files": 5, "jobs": 3, "zips": 0, "dry": True}
    assert of(zen) == set()
    said = {"client": str(zen.pk)}
    assert api.post(here, said, content_type="application/json").json()["dry"] is False
    assert of(zen) == ITS
    answer = api.post(here, {"client": "nobody"}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "client"
