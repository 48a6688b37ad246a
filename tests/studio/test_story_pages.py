"""The pages of stories: who may come in, who may change, and what hurried people send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from billing.services import verify_ledger
from studio.models import Job, Shot, Story, Take
from studio.stories import edit, making, parts
from studio.stories.board import read
from studio.views.story.urls import urlpatterns
from tests.engine.portrait import make
from tests.fakes import films
from tests.studio.pages import NOBODY, People, said
from tests.studio.stories import bring, broke, give, places, shots_of, told

WITHOUT = ("stories", "story-preview", "podcast")
ONE = [pattern for pattern in urlpatterns if pattern.name not in WITHOUT]
# What a viewer may ask for; everything else changes something.
LOOKS = (
    *("story", "story-board", "story-header", "story-script", "story-heard", "story-file"),
    *("scene-form", "shot-card", "shot-form"),
)
NO_CHANGE = UUID(int=7)
HOWS = ("duplicate", "split", "remove")
FILES = ("film.edl", "film.csv", "shots.csv", "story.json", "stills.zip")


@pytest.fixture
def story(account: Account, alice: User, cat: Asset) -> Story:
    spoken = {"narration": "Once", "cast": "Ann, Bo"}
    made = told(account, alice, [{"title": "Sea"}, {}], ({"kind": "voice-over"}, [spoken]))
    Shot.objects.update(still=cat)
    give(shots_of(made)[1], linked=True)
    return made


def address(pattern: URLPattern, story: Story, pk: UUID | None = None) -> str:
    """Of the first scene or shot, where it is one of those."""
    name = str(pattern.name)
    kind = str(pattern.pattern).partition("/")[0]
    ids = {"scenes": story.scenes.all()[0].pk, "shots": shots_of(story)[0].pk}
    more = {
        "story-file": ["story.json"],
        "shot-change": ["duplicate"],
        "story-client-undo": [NO_CHANGE],
    }.get(name, [])
    return reverse(name, args=[pk or ids.get(kind, story.pk), *more])


def both(client: Client, where: str) -> list[Any]:
    return [client.get(where), client.post(where, {})]


# --- who may see and change -----------------------------------------------------------------------


def test_a_stranger_finds_nothing_and_cannot_tell_it_from_a_missing_one(
    story: Story, sign_in: People, charlie: User, alice: User
) -> None:
    stranger, owner = sign_in(charlie), sign_in(alice)
    before = json.dumps([places(story), story.facts])
    for pattern in ONE:
        name = pattern.name
        theirs = both(stranger, address(pattern, story))
        missing = both(stranger, address(pattern, story, NOBODY))
        assert [a.status_code for a in theirs] == [a.status_code for a in missing], name
        assert {a.status_code for a in theirs} <= {404, 405}, name
        assert 404 in {a.status_code for a in theirs}, name
        for one, other in zip(theirs, missing, strict=True):
            same = bare(one) == bare(other)  # without a diff of two pages
            assert same, name
    assert json.dumps([places(story), Story.objects.get().facts]) == before
    edit.trash(story)
    for pattern in ONE:
        gone = both(owner, address(pattern, story))
        assert {a.status_code for a in gone} <= {404, 405}, "nor is one in the trash there"


def bare(answer: Any) -> str:
    """Without what differs by itself: addresses, and signs against forgery."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}|nonce=\S+", "", said(answer))


def test_a_viewer_looks_and_changes_nothing(story: Story, sign_in: People, vera: User) -> None:
    client = sign_in(vera)
    before = json.dumps([places(story), story.facts])
    for pattern in urlpatterns:
        name = str(pattern.name)
        where = reverse(name) if name in WITHOUT else address(pattern, story)
        looked, changed = both(client, where)
        if name in LOOKS:
            assert (looked.status_code, changed.status_code) == (200, 405), name
        elif name == "story-preview":
            assert (looked.status_code, changed.status_code) == (405, 200)
        else:
            assert changed.status_code == 403, name
            assert looked.status_code in ((200,) if name in WITHOUT else (403, 405)), name
    assert json.dumps([places(story), Story.objects.get().facts]) == before
    assert (Story.objects.count(), Job.objects.count()) == (1, 0)


def test_a_viewer_is_offered_nothing_that_is_refused(
    story: Story, sign_in: People, vera: User
) -> None:
    page = said(sign_in(vera).get(reverse("story", args=[story.pk])))
    assert "No track yet." in page
    assert "track-form" not in page
    assert "film-form" not in page
    assert page.count('<fieldset class="group" disabled>') == page.count("<fieldset")


def test_a_visitor_signs_in_first(story: Story, client: Client) -> None:
    for pattern in urlpatterns:
        name = str(pattern.name)
        where = reverse(name) if name in WITHOUT else address(pattern, story)
        answers = [a for a in both(client, where) if a.status_code != 405]
        assert answers, name
        for answer in answers:
            assert (answer.status_code, "/sign-in/" in answer.headers["Location"]) == (302, True)


def test_a_strangers_files_and_parts_are_not_taken(
    story: Story, sign_in: People, alice: User, charlie: User, picture: Callable[..., bytes]
) -> None:
    theirs_account = charlie.accounts.get()
    upload = SimpleUploadedFile("theirs.png", picture((80, 60)))
    theirs = ingest(upload, account=theirs_account, user=charlie, filename="theirs.png")
    foreign = told(theirs_account, charlie, [{}])
    mine, client = shots_of(story)[0], sign_in(alice)
    for name, data in (
        ("shot-facts", {"still": theirs.pk}),
        ("shot-facts", {"voice": theirs.pk}),
        ("shot-use", {"asset": theirs.pk}),
        ("shot-move", {"place": 1, "scene": foreign.scenes.get().pk}),
        ("shot-choose", {"take": Take.objects.create(shot=shots_of(foreign)[0]).pk}),
    ):
        assert client.post(reverse(name, args=[mine.pk]), data).status_code == 404, name
    track = client.post(reverse("story-track", args=[story.pk]), {"track": theirs.pk})
    assert track.status_code == 404


# --- what the pages show --------------------------------------------------------------------------


def test_every_file_can_be_had(story: Story, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    for name in FILES:
        answer = client.get(reverse("story-file", args=[story.pk, name]), {"fps": "29.97"})
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(reverse("story-file", args=[story.pk, "secrets.txt"])).status_code == 404


def test_what_is_said_is_inert(account: Account, sign_in: People, alice: User) -> None:
    bad = "<script>alert(1)</script>"
    facts = {"title": bad, "description": bad, "camera_language": bad, "narration": bad}
    made = told(account, alice, ({"title": bad, "description": bad}, [facts]), title=bad)
    client = sign_in(alice)
    for name in ("stories", "story", "story-script"):
        page = said(client.get(reverse(name, args=[] if name == "stories" else [made.pk])))
        assert bad not in page or name == "story-script"
    form = said(client.get(reverse("shot-form", args=[shots_of(made)[0].pk])))
    assert bad not in form


def test_a_long_story_is_read_with_as_few_questions(
    account: Account, alice: User, cat: Asset, django_assert_max_num_queries: Any
) -> None:
    made = told(account, alice, *[[{"description": "x"}] * 10 for _ in range(6)])
    Shot.objects.update(still=cat)
    with django_assert_max_num_queries(7):
        assert len(read(Story.objects.get(pk=made.pk)).shots) == 60


# --- hurried people -------------------------------------------------------------------------------

HUGE = "9" * 400
odd_ids = st.sampled_from(["", "x", "0", "-1", HUGE, "\0", str(NOBODY), "{}", "' OR 1=1"])
odd = st.one_of(
    st.sampled_from(["", "0", "-1", "1e999", "NaN", HUGE, "00029999", "\0", "a\0b", "٣", "true"]),
    st.sampled_from(["\ud800", "\u202e", "1.5", "1,5", "null", "[]", "[" * 2000, "x" * 20_001]),
    st.text(max_size=20),
)
FIELDS = (
    *("title", "description", "seconds", "start", "end", "energy", "guidance", "motion_prompt"),
    *("kind", "aspect", "cast", "at_once", "offer", "voice_offer", "linked"),
    *("voice_start", "voice_end", "place", "key", "shown", "picture_offer", "missing", "lengths"),
    *("size", "width", "height", "fps", "transition", "fade_in", "track_level", "cuts", "text"),
)
IDS = ("still", "voice", "track", "asset", "take", "scene", "audio", "portrait_0")


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, str]:
    said = draw(st.dictionaries(st.sampled_from(FIELDS), odd, max_size=5))
    # A browser sends no half characters; what it sends is text.
    said |= draw(st.dictionaries(st.sampled_from(IDS), odd_ids, max_size=2))
    said |= draw(st.dictionaries(st.text(max_size=5), odd, max_size=1))
    return {n.encode("utf-8", "replace").decode(): v for n, v in said.items()}


def form(body: dict[str, str]) -> bytes:
    return urlencode(body, errors="surrogatepass").encode()


@pytest.fixture
def full(
    story: Story, account: Account, alice: User, cat: Asset, tmp_path: Path
) -> Iterator[Story]:
    """With a take, one at work, one that failed, a voice and a track."""
    path = films.ours(tmp_path / "clip.mp4", 15)
    clip = bring(path, account, alice)
    path = make.voice(tmp_path / "voice.wav", 3)
    voice = bring(path, account, alice)
    first, _, third = shots_of(story)
    parts.add_take(first, clip)
    give(third, voice=voice)
    edit.set_track(story, voice)
    found = read(story)
    plan = making.plan(found, found.shots[:2], account, alice)
    a, _ = making.order(plan, alice)[0]
    broke(a)
    yield story
    assert verify_ledger() == []


def fuzzed(full: Story, client: Client, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # a page takes too long to look for a shorter example
    )
    @given(
        pattern=st.sampled_from(urlpatterns),
        body=bodies(),
        which=st.integers(0, 2),
        there=st.booleans(),
    )
    def once(pattern: URLPattern, body: dict[str, str], which: int, there: bool) -> None:
        with transaction.atomic():
            if there:
                body |= {"place": str(which), "scene": str(full.scenes.all()[0].pk)}
            assert _ask(client, pattern, full, which, form(body)).status_code < 500
            for at, (place, shots) in enumerate(places(full), 1):
                assert (place, shots) == (at, list(range(1, len(shots) + 1)))
            transaction.set_rollback(True)

    once()


def _ask(client: Client, pattern: URLPattern, story: Story, which: int, body: bytes) -> Any:
    name = str(pattern.name)
    kind, shots = str(pattern.pattern).partition("/")[0], shots_of(story)
    ids = {"scenes": story.scenes.all()[which % 2].pk, "shots": shots[which % len(shots)].pk}
    more = {
        "story-file": [FILES[which]],
        "shot-change": [HOWS[which]],
        "story-client-undo": [NO_CHANGE],
    }.get(name, [])
    args = [] if name in WITHOUT else [ids.get(kind, story.pk), *more]
    where = reverse(name, args=args)
    if name in LOOKS:
        return client.get(f"{where}?{body.decode()}")
    return client.post(where, body, content_type="application/x-www-form-urlencoded")


def test_whatever_is_sent_is_answered(full: Story, sign_in: People, alice: User) -> None:
    fuzzed(full, sign_in(alice), 40)


@pytest.mark.slow
def test_very_much_is_sent(full: Story, sign_in: People, alice: User) -> None:
    fuzzed(full, sign_in(alice), 1000)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("story-facts", {"at_once": "0002" + HUGE}, "from 1 to 8"),
        ("story-facts", {"title": "a\0b"}, "code 0"),
        ("shot-facts", {"voice_start": "-1"}, "Voice start is -1 s; the least is 0 s"),
        ("shot-facts", {"voice_start": "5", "voice_end": "4"}, "Choose a later end"),
        ("shot-facts", {"start": "5", "end": "4"}, "Choose a later end"),
        ("shot-facts", {"seconds": HUGE}, "number"),
        ("story-film", {"size": "custom", "width": "7"}, "Width is 7"),
        ("story-film", {"size": "huge"}, "Size is"),
        ("story-film", {"cuts": "[]", "fps": "12"}, "Frames per second is"),
        ("story-film", {"colour": "red"}, "“colour” is not a parameter"),
    ],
)
def test_what_is_refused_is_named(
    story: Story, sign_in: People, alice: User, name: str, data: dict[str, str], words: str
) -> None:
    pk = shots_of(story)[0].pk if name.startswith("shot") else story.pk
    answer = sign_in(alice).post(reverse(name, args=[pk]), data)
    assert answer.status_code == 422
    told_ = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert words in told_["text"], told_
    assert told_["bad"]


@pytest.mark.parametrize("name", ["shot-take", "story-generate", "shot-picture", "story-pictures"])
def test_a_new_price_is_shown_where_it_is_pressed_again(
    story: Story, sign_in: People, alice: User, name: str
) -> None:
    """Pressing again with what was answered orders; before that nothing is ordered."""
    if name == "story-pictures":
        Shot.objects.update(still=None, linked=False)
    for shot in shots_of(story):
        edit.set_facts(shot, {"image_prompt": "The sea"})
    by_shot = name.startswith("shot")
    where = reverse(name, args=[shots_of(story)[0].pk if by_shot else story.pk])
    client = sign_in(alice)
    first = client.post(where, {"key": "old", "shown": "99:credits"})
    assert first.status_code == 422
    assert not Job.objects.exists()
    told_ = json.loads(first.headers["HX-Trigger"])
    assert "The price has changed" in told_["toast"]["text"]
    assert "story-changed" in told_, "the price of all of it is shown by another part"
    assert "HX-Reswap" not in first.headers
    page = first.content.decode()
    if not by_shot:
        page = client.get(reverse("story-header", args=[story.pk])).content.decode()
    if name == "shot-picture":
        assert first.headers["HX-Retarget"] == "#picture-form"
        pressed = re.search(r"""hx-vals='({"key".*?})'""", page)
        assert pressed
        again = json.loads(pressed[1])
    else:
        form = page[page.index(f'hx-post="{where}"') :]
        again = dict(re.findall(r'name="(key|shown)" value="([^"]*)"', form)[:2])
    assert client.post(where, again).status_code == 200
    assert Job.objects.exists()


def test_what_a_person_stopped_did_not_fail(
    account: Account, story: Story, sign_in: People, alice: User
) -> None:
    shot = shots_of(story)[0]
    client = sign_in(alice)
    client.post(reverse("shot-take", args=[shot.pk]), {"key": "one", "shown": "0:credits"})
    page = client.post(reverse("shot-stop", args=[shot.pk])).content.decode()
    assert "Stopped</span>" in page
    assert "Failed</span>" not in page


def test_shots_are_laid_over_the_track_and_taken_off_it(
    story: Story, sign_in: People, alice: User
) -> None:
    """The board is drawn anew, and what was done is said."""
    heard = {"seconds": 12.0, "bpm": None, "confidence": 0.0, "beats": [], "loudness": []}
    Story.objects.update(pace={**heard, "changes": [], "silent": True})
    for name in ("story-lay", "story-unlay"):
        answer = sign_in(alice).post(reverse(name, args=[story.pk]))
        assert answer.status_code == 204
        assert {"story-laid", "toast"} <= set(json.loads(answer.headers["HX-Trigger"]))


def test_a_long_title_of_a_podcast_is_cut_and_a_bad_one_told(
    sign_in: People, alice: User, account: Account, tmp_path: Path
) -> None:
    path = make.voice(tmp_path / "voice.wav", 3)
    audio = bring(path, account, alice)
    answer = sign_in(alice).post(reverse("podcast"), {"audio": audio.pk, "title": "a\0b"})
    assert answer.status_code in (200, 422)
    assert not Story.objects.exists()
