"""Making takes: what a shot asks of each model, what it costs, what keeps it from being made, and
what counts as its take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets.models import Asset
from assets.services import restore, trash
from billing import services as billing
from billing.models import CREDIT, Account, User
from billing.services import InsufficientCredits
from studio import jobs
from studio.models import Job, Shot, Story, Take
from studio.stories import making, parts
from studio.stories.making import Making, NotMade
from tests.engine.portrait import make
from tests.studio.conftest import kinds
from tests.studio.pages import People
from tests.studio.stories import (
    KLING,
    WAN,
    board,
    bring,
    done,
    generate,
    give,
    making_of,
    plan,
    shots_of,
    told,
    view,
)
from tests.studio.turning import deliver

FULL = {
    "description": "Waves break over the rock",
    "camera_language": "slow pan left",
    "energy": 0.5,
    "negative_prompt": "people",
    "guidance": 0.35,
    "seconds": 6.0,
}
TALK = "wavespeed-infinitetalk"


pytestmark = pytest.mark.usefixtures("adds_up")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "only-for-tests")


@pytest.fixture
def face(account: Account, alice: User) -> Asset:
    return bring(make.ASTRONAUT, account, alice)


@pytest.fixture
def voice(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = make.voice(tmp_path / "voice.wav", 7.5)
    return bring(path, account, alice)


# --- what is asked for ----------------------------------------------------------------------------


def asked(found: Making) -> dict[str, Any]:
    assert found.blocked == ""
    wanted = found.ready()
    (doer,) = wanted.doers
    assert doer.offer == found.offer
    return dict(doer.params)


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("horizontal", (1920, 1080)), ("vertical", (1080, 1920)), ("square", (1080, 1080))],
)
def test_this_computer_moves_the_picture_as_the_camera_is_told(
    story: Callable[..., Story], still: Asset, aspect: str, size: tuple[int, int]
) -> None:
    params = asked(making_of(story(FULL, aspect=aspect)))
    wanted = {"image": str(still.pk), "motion": "pan", "direction": "left", "strength": 30}
    wanted |= {"duration": 6, "width": size[0], "height": size[1]}
    assert {name: params[name] for name in wanted} == wanted
    assert "prompt" not in params


def test_kling_is_told_in_words(story: Callable[..., Story], still: Asset) -> None:
    params = asked(making_of(story(FULL, offer=KLING)))
    assert params["image"] == str(still.pk)
    assert "pan left" in params["prompt"].lower()
    assert "Waves break over the rock" in params["prompt"]
    assert (params["negative_prompt"], params["guidance"]) == ("people", 0.35)
    assert (params["duration"], params["motion"]) == (10, "none")


def test_wan_is_not_told_what_it_does_not_take(story: Callable[..., Story]) -> None:
    params = asked(making_of(story({**FULL, "motion_prompt": "Only this."}, offer=WAN)))
    assert (params["prompt"], params["negative_prompt"]) == ("Only this.", "people")
    assert "guidance" not in params
    assert params["duration"] == 10


@pytest.mark.parametrize(
    ("seconds", "kling", "local"),
    [(0.5, 5, 1), (3.0, 5, 3), (5.0, 5, 5), (5.04, 5, 5.1), (5.1, 10, 5.1), (60.0, 10, 30)],
)
def test_the_shortest_that_is_long_enough(
    story: Callable[..., Story], seconds: float, kling: float, local: float
) -> None:
    of_kling = story({"seconds": seconds, "description": "x"}, offer=KLING)
    assert asked(making_of(of_kling))["duration"] == kling
    assert asked(making_of(story({"seconds": seconds})))["duration"] == pytest.approx(local)


@pytest.mark.parametrize("offer", ["local-portrait", TALK])
def test_a_face_speaks_its_part_of_the_voice(
    account: Account, alice: User, face: Asset, voice: Asset, offer: str
) -> None:
    spoken = {"description": "She smiles", "narration": "Hello"}
    made = told(account, alice, ({"kind": "voice-over"}, [spoken]))
    Story.objects.update(voice_offer=offer)
    give(shots_of(made)[0], still=face, voice=voice, voice_start=1.0, voice_end=7.2)
    found = making_of(made)
    params = asked(found)
    wanted = {"image": str(face.pk), "audio": str(voice.pk), "trim_start": 1, "trim_end": 7.2}
    assert {name: params[name] for name in wanted} == wanted
    assert params["seconds"] == 7, "6.2 s, as it is charged"
    assert ("prompt" in params) == (offer == TALK)
    if offer == TALK:
        assert "smiles" in params["prompt"]
    assert found.terms
    shown = found.terms.shown
    billing.grant(account, 1000 * CREDIT, "grant:test")
    (job,) = generate(made, agreed=shown)
    assert (job.operation, job.offer) == ("talking-avatar", offer)


@pytest.mark.parametrize("offer", ["local-motion", KLING, WAN])
def test_it_costs_what_the_same_order_costs(
    story: Callable[..., Story], sign_in: People, alice: User, offer: str
) -> None:
    found = making_of(story(FULL, offer=offer))
    params = asked(found)
    body = {"operation": "image-to-video", "offer": offer, "params": params}
    body["params"] = {n: v for n, v in params.items() if v is not None}
    answer = sign_in(alice).post("/api/v1/estimate/", body, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert found.terms
    assert found.terms.price.amount == answer.json()["amount"]
    assert (found.terms.price.amount > 0) == (offer != "local-motion")
    assert plan(found.view.story).terms == found.terms


# --- what keeps it from being made ----------------------------------------------------------------


def test_why_a_shot_cannot_be_made(
    story: Callable[..., Story], still: Asset, cat: Asset, clip: Asset, account: Account
) -> None:
    made = story({}, {})
    first, second = shots_of(made)
    give(first, still=None)
    assert making_of(made).blocked.startswith("It has no picture. Make one, upload one")
    give(first, still=cat)
    trash(cat)
    assert "“Cat” is in the trash. Restore it, or choose another." in making_of(made).blocked
    restore(Asset.objects.get(pk=cat.pk))
    assert making_of(made).blocked == ""
    give(first, offer="no-such-model")
    assert making_of(made).blocked == "Its model is not offered here any more. Choose another."
    give(first, offer="local-portrait")
    assert "not offered here any more" in making_of(made).blocked
    give(first, offer=KLING)
    assert "64 × 48" in making_of(made).blocked, "smaller than that model takes"
    assert making_of(made).terms is None
    give(second, linked=True)
    assert making_of(made, 2).blocked == (
        "It begins with the last frame of shot 1, which has no film yet. Make that first, or both "
        "together."
    )
    give(first, still=None)
    parts.add_take(Shot.objects.get(pk=first.pk), clip)
    assert making_of(made, 2).blocked == "Shot 1 has no picture. Give it one."


def test_who_speaks_needs_a_voice(account: Account, alice: User, face: Asset) -> None:
    made = told(account, alice, ({"kind": "voice-over"}, [{}]))
    give(shots_of(made)[0], still=face)
    assert making_of(made).blocked == "It speaks and has no voice. Record one, or choose a sound."


def test_a_key_that_is_gone(story: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a story the next best makes it; one that was chosen for the shot is not replaced."""
    made = story(FULL, offer=KLING)
    monkeypatch.delenv("WAVESPEED_API_KEY")
    found = making_of(made).offer
    assert found
    assert found.provider == "local"
    give(shots_of(made)[0], offer=KLING)
    assert "not offered here any more" in making_of(made).blocked


def test_what_follows_a_blocked_one_is_blocked(story: Callable[..., Story], still: Asset) -> None:
    made = story({}, {}, {}, {})
    a, b, c, _ = shots_of(made)
    give(a, still=None)
    give(b, linked=True)
    give(c, linked=True)
    found = plan(made)
    assert [making.view.number for making in found.open] == [4]
    assert [m.blocked for m in found.blocked[1:]] == ["Shot 1 has no picture. Give it one."] * 2
    give(a, offer="no-such-model", still=still)
    assert [m.blocked for m in plan(made).blocked[1:]] == [
        "Shot 1, which it goes on from, cannot be made yet.",
        "Shot 2, which it goes on from, cannot be made yet.",
    ]


def test_nothing_to_make_is_said_with_reasons(story: Callable[..., Story]) -> None:
    made = story({}, {})
    Shot.objects.update(still=None)
    with pytest.raises(NotMade, match="nothing that could be made") as caught:
        generate(made)
    assert [number for number, _ in caught.value.reasons] == [1, 2]


# --- several --------------------------------------------------------------------------------------


def test_linked_shots_wait_for_each_other_and_the_rest_for_a_place(
    story: Callable[..., Story], still: Asset, clip: Asset, account: Account
) -> None:
    made = story({}, {}, {}, {})
    give(shots_of(made)[1], linked=True)
    Story.objects.update(at_once=2)
    a, b, c, d = generate(made)
    assert [job.waits for job in (a, b, c, d)] == [False, True, False, True]
    assert (b.after, b.begins_with, b.params["image"]) == (a, "image", str(still.pk))
    assert view(made, 2).at_work
    assert making.missing(board(made)) == []
    done(a, clip)
    jobs.dispatch()
    assert deliver() == [str(b.pk)]
    b.refresh_from_db()
    frame = Asset.objects.get(origin=f"frame:{clip.pk}")
    assert b.params["image"] == str(frame.pk)
    done(b, clip)
    shown = view(made, 2).shown
    assert shown
    assert (shown.made_from, shown.stale) == (frame.pk, False)
    assert [v.number for v in making.missing(board(made))] == []


def test_alone_after_one_that_is_at_work(
    story: Callable[..., Story], clip: Asset, still: Asset
) -> None:
    made = story({}, {})
    give(shots_of(made)[1], linked=True)
    one, two = (making.plan(board(made), [view(made, n)], made.account) for n in (1, 2))
    with pytest.raises(NotMade):
        making.order(two, made.user)
    (first,), _ = making.order(one, made.user)
    again = making.plan(board(made), [view(made, 2)], made.account)
    (second,), _ = making.order(again, made.user)
    assert (second.after, second.waits) == (first, True)
    done(first, clip)
    jobs.dispatch()
    assert deliver() == [str(second.pk)]


def test_after_one_that_is_there_it_begins_at_once(
    story: Callable[..., Story], clip: Asset
) -> None:
    made = story({}, {})
    first, second = shots_of(made)
    give(second, linked=True)
    parts.add_take(first, clip)
    (job,) = generate(made)
    assert (job.waits, job.after) == (False, None)
    assert Asset.objects.get(pk=job.params["image"]).origin == f"frame:{clip.pk}"


def test_all_of_it_or_nothing(story: Callable[..., Story], account: Account) -> None:
    made = story(FULL, FULL, FULL, offer=KLING)
    price = making_of(made).terms
    assert price
    billing.grant(account, 2 * price.price.amount + 1, "grant:some")
    with pytest.raises(InsufficientCredits):
        generate(made)
    assert not Job.objects.exists()
    assert not Take.objects.exists()
    billing.grant(account, price.price.amount, "grant:more")
    agreed = plan(made).terms
    assert agreed
    found = generate(made, key="press", agreed=agreed.shown)
    assert [kinds(job) for job in found] == [["hold"]] * 3
    assert generate(made, key="press", agreed=agreed.shown) == found
    assert Take.objects.count() == 3


def test_a_price_that_changed_is_not_taken(story: Callable[..., Story], account: Account) -> None:
    made = story(FULL, offer=KLING)
    billing.grant(account, 1000 * CREDIT, "grant:much")
    with pytest.raises(jobs.TermsChanged):
        generate(made, agreed="0:credits")
    assert not Job.objects.exists()
