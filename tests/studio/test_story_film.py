"""The film of a story, on this computer's own engine: what is seen and heard in it, what is left
out, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.urls import reverse

from assets.models import Asset
from assets.services import trash
from billing.models import Account, User
from billing.services import verify_ledger
from studio import jobs
from studio.engine.film.assembly import assemble
from studio.models import Job, Shot, State, Story
from studio.providers.local import story as adapter
from studio.stories import edit, fields, film, parts
from tests.engine.portrait import make
from tests.fakes import films
from tests.studio.conftest import kinds
from tests.studio.pages import People
from tests.studio.stories import board, bring, give, shots_of, told

RATE = 24
SMALL = {"size": "custom", "width": 320, "height": 180, "fps": "24", "ground": "black"}
HALF = RATE // 2


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reel")
    return {
        "clip": films.ours(folder / "clip.mp4", 18, RATE, size=(320, 180)),
        "voice": make.voice(folder / "voice.wav", 2, gap=False),
        "track": make.write(folder / "track.wav", films.tone(4, 0.3, 440.0)[::2]),
    }


@pytest.fixture(autouse=True)
def no_second_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction would keep the thread that renews leases waiting."""
    monkeypatch.setattr("studio.jobs.pulse.RENEW_SECONDS", 600)


@pytest.fixture
def shelf(account: Account, alice: User, reel: dict[str, Path]) -> Callable[[str], Asset]:
    return lambda name: bring(reel[name], account, alice)


@pytest.fixture
def clip(shelf: Callable[[str], Asset]) -> Asset:
    return shelf("clip")


@pytest.fixture
def story(account: Account, alice: User, clip: Asset, cat: Asset) -> Story:
    """A clip, a still, and a shot of which there is nothing; half a second each."""
    each = [{"seconds": 0.5, "narration": f"Line {n}"} for n in (1, 2, 3)]
    made = told(account, alice, each)
    first, second, _ = shots_of(made)
    parts.add_take(first, clip)
    give(second, still=cat)
    return made


Film = Callable[..., Job]


@pytest.fixture
def order(account: Account, alice: User) -> Film:
    """order(story, missing="black", title="…") → the job of its film, not begun."""

    def place(story: Story, **said: Any) -> Job:
        how = {n: said.pop(n) for n in ("missing", "lengths") if n in said}
        form = film.form_of(board(story), account, alice, {**SMALL, **said}, **how)
        assert form.is_valid(), form.problems()
        return form.create_job()[0]

    return place


@pytest.fixture
def cut(order: Film) -> Callable[..., Asset]:
    """The film itself."""

    def make_it(story: Story, **said: Any) -> Asset:
        job = order(story, **said)
        jobs.start(job.pk)
        job.refresh_from_db()
        assert job.state == State.SUCCEEDED, job.error
        assert (kinds(job), verify_ledger()) == (["hold", "charge"], [])
        return Asset.objects.get(origin=job.origin)

    return make_it


def pictures(asset: Asset) -> list[np.ndarray]:
    with av.open(asset.file.path) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def loudness(asset: Asset) -> Callable[[float, float], float]:
    """How loud it is from a second to another."""
    with av.open(asset.file.path) as container:
        stream = container.streams.audio[0]
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(stream)])
        rate = stream.rate

    def level(start: float, end: float) -> float:
        return float(np.sqrt(np.mean(sound[round(start * rate) : round(end * rate)] ** 2)))

    return level


def dark(picture: np.ndarray) -> bool:
    return bool(picture.mean() < 3)


# --- what is seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["still-motion", "black"])
def test_each_shot_is_seen_at_its_time(
    cut: Callable[..., Asset], story: Story, clip: Asset, cat: Asset, missing: str
) -> None:
    made = cut(story, missing=missing)
    seen = pictures(made)
    assert (made.width, made.height, len(seen)) == (320, 180, 3 * HALF)
    assert [films.number_of(picture) for picture in seen[:HALF]] == list(range(HALF))
    assert [dark(picture) for picture in seen[HALF : 2 * HALF]] == [missing == "black"] * HALF
    assert all(dark(picture) for picture in seen[2 * HALF :])
    still = {cat} if missing == "still-motion" else set()
    assert set(made.parents.all()) == {clip} | still


def test_a_clip_may_be_shown_whole(cut: Callable[..., Asset], story: Story) -> None:
    seen = pictures(cut(story, missing="black", lengths="clips"))
    assert len(seen) == 18 + 2 * HALF


def test_a_title_comes_first_and_subtitles_are_a_track(
    cut: Callable[..., Asset], story: Story
) -> None:
    made = cut(story, missing="black", title="The storm", title_time=1, subtitles="track")
    seen = pictures(made)
    assert len(seen) == RATE + 3 * HALF
    assert films.number_of(seen[RATE]) == 0
    with av.open(made.file.path) as container:
        (stream,) = container.streams.subtitles
        text = b"".join(bytes(packet) for packet in container.demux(stream)).decode()
    assert [line in text for line in ("Line 1", "Line 2", "Line 3")] == [True] * 3
    with av.open(made.file.path) as container:
        assert len(container.streams.subtitles) == 1


def test_voice_and_track_are_heard(
    cut: Callable[..., Asset], story: Story, shelf: Callable[[str], Asset]
) -> None:
    give(shots_of(story)[2], voice=shelf("voice"))
    level = loudness(cut(story, missing="black", loudness="as-it-is"))
    assert level(0.05, 0.95) < 0.001
    assert level(1.1, 1.4) > 0.02
    edit.set_track(Story.objects.get(pk=story.pk), shelf("track"))
    level = loudness(cut(story, missing="black", loudness="as-it-is"))
    assert level(0.1, 0.9) > 0.02


def test_a_film_in_the_trash_is_not_part_of_it(
    cut: Callable[..., Asset], story: Story, clip: Asset
) -> None:
    trash(clip)
    assert all(dark(picture) for picture in pictures(cut(story))[:HALF])


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_damaged_clip_stops_it_or_is_left_out(order: Film, story: Story, clip: Asset) -> None:
    path = Path(clip.file.path)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:700])
    stopped, going = order(story), order(story, damaged="go-on")
    for job in (stopped, going):
        jobs.start(job.pk)
        job.refresh_from_db()
    assert (stopped.state, stopped.error_kind) == (State.FAILED, "input")
    assert "Shot 1" in stopped.error
    assert kinds(stopped) == ["hold", "release"]
    assert not Asset.objects.filter(origin=stopped.origin).exists()
    assert going.state == State.SUCCEEDED, going.error
    wrong, way_out = stopped.error.split(" Or let the film go on")
    assert "A clip that cannot be read" in way_out
    assert wrong in going.notes, "what is missing is told at the film"
    assert len(pictures(Asset.objects.get(origin=going.origin))) == 2 * HALF


def test_canceled_while_it_is_made(
    order: Film, story: Story, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    job = order(story)

    def at_work(cuts: Any, target: Path, wish: Any, report: Any) -> Any:
        jobs.cancel(Job.objects.get(pk=job.pk))
        return assemble(cuts, target, wish, report)

    monkeypatch.setattr(adapter, "assemble", at_work)
    jobs.start(job.pk)
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])
    assert not Asset.objects.filter(origin=job.origin).exists()
    assert not list(Path(settings.WORK_DIR).glob(f"{job.pk}*"))


def test_nothing_to_make_a_film_of(
    account: Account, alice: User, sign_in: People, order: Film
) -> None:
    empty = told(account, alice, [])
    answer = sign_in(alice).post(reverse("story-film", args=[empty.pk]))
    assert answer.status_code == 422
    assert "no shots yet. Add one." in answer.headers["HX-Trigger"]


def test_the_longest_words_of_a_shot_are_no_hindrance(
    account: Account, alice: User, order: Film
) -> None:
    most = {name: fields.param("shot", name).max_length for name in ("title", "narration")}
    made = told(account, alice, [{name: "x" * length for name, length in most.items()}])
    (cut,) = order(made).params["cuts"]
    assert (len(cut["name"]), len(cut["text"])) == (200, most["narration"])


def test_one_press_is_one_film(story: Story, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    said = {**SMALL, "key": "press", "shown": "0:credits", "missing": "black", "lengths": "shots"}
    where = reverse("story-film", args=[story.pk])
    for _ in range(2):
        assert client.post(where, said).status_code == 200
    (job,) = story.films.all()
    assert (Job.objects.count(), job.operation) == (1, "story-film")
    assert [cut.get("asset") for cut in job.params["cuts"]][1:] == [None, None]
    # Changed since, it is another film.
    Shot.objects.update(facts={"seconds": 1.0})
    client.post(where, said)
    assert story.films.count() == 2
