"""Films out of cuts: their pictures, when they are shown, and what is copied."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.engine.film import join
from studio.engine.film.assembly import Cut
from studio.engine.film.assembly.assemble import _Job
from studio.engine.film.clip import look
from tests.engine.film.flashes import apart, flashing
from tests.engine.film.making import made, pixels, shots
from tests.fakes import films
from tests.fakes.films import click_times, heard, numbers, payloads

SAMPLES = Path(__file__).parents[3] / "static" / "samples"
NTSC = Fraction(30000, 1001)


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("p") / "grey.png"
    Image.new("RGB", (320, 192), (128, 128, 128)).save(path)
    return path


# --- copied ---------------------------------------------------------------------------------------


def drawn_anew(path: Path, reel: dict[str, Path]) -> int:
    had = {data for source in reel.values() for data in payloads(source)}
    return sum(data not in had for data in payloads(path))


@pytest.mark.parametrize("format", ["mp4", "mov"])
def test_matching_clips_are_copied_under_a_new_sound(reel, tmp_path, format) -> None:
    target = tmp_path / f"film.{format}"
    cuts = shots(*reel.values(), text="Some words.")
    made(target, cuts, format=format, track=reel["a"], loudness=-16.0, subtitles="track")
    assert payloads(target) == [data for path in reel.values() for data in payloads(path)]
    assert numbers(target) == [*range(90), *range(200, 275), *range(400, 460)]


@pytest.mark.parametrize(
    ("wish", "length", "most"),
    [
        ({"transition": "crossfade"}, 195, 40),
        ({"transition": "dip"}, 225, 70),
        ({"fade_in": 0.5, "fade_out": 0.5}, 225, 45),
        ({"title": "A title", "title_seconds": 1}, 255, 30),
    ],
)
def test_only_what_changes_is_drawn(reel, tmp_path, wish, length, most) -> None:
    target = tmp_path / "film.mp4"
    made(target, shots(*reel.values()), **wish)
    assert len(payloads(target)) == len(numbers(target)) == length
    assert 0 < drawn_anew(target, reel) <= most


def test_burned_words_are_drawn_only_where_they_are(reel, tmp_path) -> None:
    target = tmp_path / "film.mp4"
    cuts = shots(*reel.values())
    cuts[1] = Cut("Shot 2", reel["b"], text="Here.")
    made(target, cuts, subtitles="burned")
    assert 0 < drawn_anew(target, reel) <= 80
    assert numbers(target) == [*range(90), *range(200, 275), *range(400, 460)]
    plain, lettered = pixels(reel["b"])[20], pixels(target)[110]
    assert lettered[70:].max() > plain[70:].max() + 60
    assert np.abs(pixels(target)[20].astype(int) - pixels(reel["a"])[20]).max() == 0


@pytest.mark.parametrize("transition", ["crossfade", "dip"])
def test_both_ways_show_the_same(reel, tmp_path, monkeypatch, transition) -> None:
    """Copied and drawn, frame by frame: a cut, a held end, a picture and words among them."""
    cuts = [
        Cut("Shot 1", reel["a"], seconds=2.5, start=0.4),
        Cut("Shot 2", SAMPLES / "coffee.jpg", seconds=1),
        Cut("Shot 3", reel["b"], seconds=3, text="Words."),
        Cut("Shot 4", reel["c"]),
    ]
    wish = {"transition": transition, "fade_in": 0.2, "fade_out": 0.4, "subtitles": "burned"}
    made(tmp_path / "smart.mp4", cuts, **wish)
    monkeypatch.setattr(_Job, "_choose_model", lambda job, kept: None)
    made(tmp_path / "full.mp4", cuts, **wish)
    one, other = pixels(tmp_path / "smart.mp4"), pixels(tmp_path / "full.mp4")
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(one, other, strict=True)) < 4
    assert heard(tmp_path / "smart.mp4").tobytes() == heard(tmp_path / "full.mp4").tobytes()
    assert drawn_anew(tmp_path / "smart.mp4", reel) < len(one)


def test_whole_clips_become_what_the_joiner_makes(reel, tmp_path) -> None:
    made(tmp_path / "film.mp4", shots(*reel.values()), transition="crossfade")
    join.join([(n, path) for n, path in reel.items()], tmp_path / "joined.mp4")
    assert payloads(tmp_path / "film.mp4") == payloads(tmp_path / "joined.mp4")


# --- times ----------------------------------------------------------------------------------------


def test_given_lengths_decide(reel, tmp_path) -> None:
    """Cut, held, and from a later start."""
    cuts = [
        Cut("Shot 1", reel["a"], seconds=1),
        Cut("Shot 2", reel["c"], seconds=3),
        Cut("Shot 3", reel["b"], seconds=0.5, start=1),
        Cut("Shot 4", reel["b"], start=2),
    ]
    said = made(tmp_path / "film.mp4", cuts)
    wanted = [*range(30), *range(400, 460), *[459] * 30, *range(230, 245), *range(260, 275)]
    assert numbers(tmp_path / "film.mp4") == wanted
    assert said.seconds == 5
    assert said.begins == (0, 1, 4, Fraction(9, 2))


def test_a_crossfade_has_its_middle_where_the_next_cut_begins(tmp_path) -> None:
    red = films.ours(tmp_path / "red.mp4", 60, hue=0)
    blue = films.ours(tmp_path / "blue.mp4", 60, hue=2)
    cuts = shots(red, blue, red, seconds=1.5)
    said = made(tmp_path / "film.mp4", cuts, transition="crossfade", seconds=1)
    lower = np.array([p[60:].mean((0, 1)) for p in pixels(tmp_path / "film.mp4")])
    share = lower[:, 2] / (lower[:, 0] + lower[:, 2])
    assert len(share) == said.seconds * 30 == 135
    assert said.begins == (0, Fraction(3, 2), 3)
    assert share[44:46] == pytest.approx([15 / 31, 16 / 31], abs=0.06)
    assert share[89:91] == pytest.approx([16 / 31, 15 / 31], abs=0.06)
    assert share[29] == pytest.approx(0, abs=0.06)
    assert share[60:75] == pytest.approx(1, abs=0.06)


def test_a_crossfade_shows_more_of_the_clip_and_holds_where_there_is_no_more(
    reel, tmp_path
) -> None:
    cuts = [
        Cut("Shot 1", None, seconds=1),
        Cut("Shot 2", reel["a"], seconds=1, start=1),
        Cut("Shot 3", None, seconds=1),
        Cut("Shot 4", reel["c"], seconds=2),
    ]
    made(tmp_path / "film.mp4", cuts, transition="crossfade", seconds=0.4)
    found = numbers(tmp_path / "film.mp4")
    assert found[37:53] == list(range(37, 53)), "frame 30 of the clip is where its cut begins"
    assert len(found) == 150
    assert found[97:] == [*range(413, 460), *[459] * 6]


def test_a_dip_is_darkest_where_the_next_cut_begins(reel, tmp_path) -> None:
    made(tmp_path / "film.mp4", shots(reel["a"], reel["b"]), transition="dip", seconds=1)
    level = [p.mean() for p in pixels(tmp_path / "film.mp4")]
    assert len(level) == 165
    assert np.argmin(level) in (89, 90)
    assert min(level) < level[45] / 8


def test_a_cut_too_short_for_its_transitions_makes_them_shorter(reel, tmp_path) -> None:
    cuts = shots(reel["a"], reel["b"], reel["c"], seconds=0.1)
    said = made(tmp_path / "film.mp4", cuts, transition="crossfade", seconds=2)
    assert said.seconds == Fraction(3, 10)
    assert len(numbers(tmp_path / "film.mp4")) == 9


RATES = [Fraction(25), Fraction(24), NTSC, Fraction(60), Fraction(30), Fraction(24000, 1001)]


def mixed(folder: Path, seconds: float, every: float) -> list[Path]:
    return [
        flashing(folder / f"{n}.mp4", seconds + n / 11, rate, every) for n, rate in enumerate(RATES)
    ]


@pytest.mark.parametrize(("transition", "paced"), [("cut", None), ("crossfade", 2.9)])
def test_sound_stays_with_the_picture(tmp_path, transition, paced) -> None:
    cuts = shots(*mixed(tmp_path, 3, 1.0), seconds=paced)
    wish = {"size": (64, 36), "fps": 29.97, "seconds": 0.3}
    made(tmp_path / "film.mp4", cuts, transition=transition, **wish)
    off = apart(tmp_path / "film.mp4")
    assert len(off) >= 17
    assert np.abs(off).max() < 0.020


@pytest.mark.slow
@pytest.mark.parametrize("transition", ["cut", "crossfade"])
def test_nothing_drifts_in_five_minutes(tmp_path, transition) -> None:
    clips = mixed(tmp_path, 25, 2.5)
    cuts = shots(*clips, *clips)
    said = made(tmp_path / "film.mp4", cuts, size=(64, 36), fps=29.97, transition=transition)
    assert said.seconds > 295
    off = apart(tmp_path / "film.mp4")
    assert len(off) == 120
    assert np.abs(off[-20:]).max() < 0.020
    assert np.abs(off).max() < 0.020


# --- kinds of cuts --------------------------------------------------------------------------------


def test_pictures_black_and_clips_of_all_kinds(reel, picture, tmp_path) -> None:
    webm = films.theirs(tmp_path / "o.webm", 25, size=(128, 128), codec="libvpx-vp9")
    gif = tmp_path / "moving.gif"
    with Image.open(picture) as image:
        pages = [image.convert("P"), Image.new("RGB", image.size, (250, 0, 0)).convert("P")]
        pages[0].save(gif, save_all=True, append_images=pages[1:], duration=500)
    cuts = [
        Cut("Shot 1", picture, seconds=1),
        Cut("Shot 2", None, seconds=1),
        Cut("Shot 3", webm),
        Cut("Shot 4", gif, seconds=1),
        Cut("Shot 5", picture, seconds=1, motion={"type": "pan", "direction": "left"}),
    ]
    said = made(tmp_path / "film.mp4", cuts)
    clip = look(tmp_path / "film.mp4")
    assert (clip.size, clip.rate, clip.sound, said.seconds) == (films.SIZE, 30, False, 5)
    seen = [p.mean((0, 1)) for p in pixels(tmp_path / "film.mp4")]
    assert seen[15] == pytest.approx([128] * 3, abs=3)
    assert seen[45] == pytest.approx([0] * 3, abs=2)
    assert seen[115][0] > 200
    assert seen[135] == pytest.approx([128] * 3, abs=3)


def test_a_picture_is_upright_and_moves_when_it_is_told_to(tmp_path) -> None:
    lying = np.zeros((80, 48, 3), np.uint8)
    lying[:40, :, 0] = 255  # its top is red, and is to be seen on the right
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(lying).save(tmp_path / "lying.jpg", exif=exif, quality=95)
    cut = Cut("Shot 1", tmp_path / "lying.jpg", seconds=1)
    made(tmp_path / "still.mp4", [cut])
    seen = pixels(tmp_path / "still.mp4")
    assert seen[0][:, 100:, 0].mean() > 200
    assert seen[0][:, :60, 0].mean() < 40
    assert np.abs(seen[0].astype(int) - seen[-1]).mean() < 1
    motion = {"type": "pan", "direction": "left", "strength": 100}
    made(tmp_path / "moves.mp4", [Cut("Shot 1", cut.path, seconds=1, motion=motion)])
    seen = pixels(tmp_path / "moves.mp4")
    assert seen[0][..., 0].mean() > seen[-1][..., 0].mean() + 20


def test_a_picture_of_another_shape_is_shown_whole(tmp_path) -> None:
    tall = np.zeros((300, 100, 3), np.uint8)
    tall[:10], tall[-10:] = (0, 255, 0), (0, 255, 0)
    Image.fromarray(tall).save(tmp_path / "tall.png")
    for ground, motion in (("black", None), ("blur", {"type": "rotation"})):
        cuts = [Cut("Shot 1", tmp_path / "tall.png", seconds=0.5, motion=motion)]
        made(tmp_path / "film.mp4", cuts, ground=ground)
        first = pixels(tmp_path / "film.mp4")[0]
        if motion is None:
            assert first[0, 80, 1] > 150
            assert first[95, 80, 1] > 150
            assert first[:, :60].max() < 12


@pytest.mark.parametrize(
    ("format", "picture", "sound"), [("mov", "h264", "aac"), ("webm", "vp9", "opus")]
)
def test_formats(reel, tmp_path, format, picture, sound) -> None:
    target = tmp_path / f"film.{format}"
    made(target, shots(reel["a"], reel["b"]), format=format)
    with av.open(str(target)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.codec_context.codec.canonical_name == picture
        assert audio.codec_context.codec.canonical_name == sound
        assert (audio.rate, audio.layout.name) == (48000, "stereo")
    assert numbers(target)[::40] == [0, 40, 80, 230, 270]
    assert click_times(heard(target))[:11] == pytest.approx(np.arange(11) / 2, abs=0.004)


@pytest.mark.parametrize("format", ["mp4", "mov", "webm"])
def test_a_track_of_words_can_be_read_back(reel, tmp_path, format) -> None:
    target = tmp_path / f"film.{format}"
    cuts = [
        Cut("Shot 1", reel["a"], text="{\\b1}Über <us> & them.\nA second cue is here."),
        Cut("Shot 2", reel["c"], text="The end."),
    ]
    made(target, cuts, format=format, subtitles="track")
    found = []
    with av.open(str(target)) as container:
        for packet in container.demux(subtitles=0):
            data = bytes(packet)[0 if format == "webm" else 2 :].decode()
            if data:
                end = (packet.pts + packet.duration) * packet.time_base
                found.append((float(packet.pts * packet.time_base), float(end), data))
    first = "{\\b1}Über <us> & them."
    if format == "webm":
        first = "{\\b1}Über &lt;us&gt; &amp; them."
    middle = 3 * 22 / 43
    assert [text for *_, text in found] == [first, "A second cue is here.", "The end."]
    times = [t for *both, _ in found for t in both]
    assert times == pytest.approx([0, middle, middle, 3, 3, 5], abs=0.002)


def test_a_title_comes_first(reel, tmp_path) -> None:
    said = made(tmp_path / "film.mp4", shots(reel["a"], reel["b"]), title="Words", title_seconds=2)
    assert said.begins == (2, 5)
    assert numbers(tmp_path / "film.mp4")[60:] == [*range(90), *range(200, 275)]
    seen = pixels(tmp_path / "film.mp4")
    assert seen[0].max() < 120
    assert seen[50].max() > 220
    assert click_times(heard(tmp_path / "film.mp4"))[0] == pytest.approx(2, abs=0.002)
