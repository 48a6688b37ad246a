"""Small real renders, checked by decoding them again."""

import gc
import wave
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError, Stopped, audio, motion, path, picture
from studio.engine.path import DIRECTIONS

SIZE = (160, 120)
PLAIN = {
    "motion": "zoom",
    "direction": "in",
    "strength": 60,
    "easing": "ease-in-out",
    "duration": 0.5,
    "width": SIZE[0],
    "height": SIZE[1],
    "fps": 20,
    "format": "mp4",
}


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    """Soft blobs of colour: no detail that scaling or encoding could take away."""
    noise = np.random.default_rng(3).integers(60, 200, (9, 12, 3), np.uint8)
    pixels = cv2.resize(noise, (800, 600), interpolation=cv2.INTER_CUBIC)
    target = tmp_path_factory.mktemp("photo") / "photo.jpg"
    Image.fromarray(pixels).save(target, quality=95)
    return target


@pytest.fixture(scope="module")
def clicks(tmp_path_factory) -> Path:
    """Two seconds of silence with a short tone every half second."""
    rate = 44100
    times = np.arange(2 * rate) / rate
    sound = np.where(times % 0.5 < 0.02, np.sin(2 * np.pi * 1000 * times), 0)
    target = tmp_path_factory.mktemp("sound") / "clicks.wav"
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 20000).astype("<i2").tobytes())
    return target


def render(source, target, **changes) -> Path:
    motion.animate(source, target, **{**PLAIN, **changes})
    return target


def frames(video: Path) -> list[np.ndarray]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def listen(video: Path) -> np.ndarray:
    """The left channel, as a player plays it."""
    with av.open(str(video)) as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(parts)


def crop(source: Path, at: path.View, size=SIZE) -> np.ndarray:
    """What the camera should see, by OpenCV from the RGB picture."""
    pixels = cv2.cvtColor(cv2.imread(str(source)), cv2.COLOR_BGR2RGB)
    a, b, c, d, e, f = path.matrix(at, size)
    # From continuous coordinates to those of pixel centres.
    shift = np.array([[a, c, e + (a + c) / 2 - 0.5], [b, d, f + (b + d) / 2 - 0.5]])
    small = cv2.GaussianBlur(pixels, (0, 0), 0.4 * at.scale)
    return cv2.warpAffine(
        small, shift, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.sqrt(np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize(("kind", "way"), [(kind, ways[0]) for kind, ways in DIRECTIONS.items()])
def test_every_frame_shows_what_the_path_says(tmp_path, photo, kind, way) -> None:
    seen = frames(render(photo, tmp_path / "a.mp4", motion=kind, direction=way, strength=100))
    assert len(seen) == 10
    views = [
        path.view(kind, way, 100, "ease-in-out", (800, 600), SIZE, (0.5, 0.5), number / 9)
        for number in range(10)
    ]
    for frame, at in list(zip(seen, views, strict=True))[::3]:
        assert distance(frame, crop(photo, at)) < 5
    assert distance(seen[0], crop(photo, views[-1])) > 15


@pytest.mark.parametrize(
    ("kind", "codec", "name"),
    [("mp4", "h264", "mov,mp4"), ("mov", "h264", "mov,mp4"), ("webm", "vp9", "matroska,webm")],
)
def test_size_rate_length_and_colour_tags(tmp_path, photo, kind, codec, name) -> None:
    render(photo, tmp_path / "a", format=kind, duration=0.73)
    with av.open(str(tmp_path / "a")) as container:
        video = container.streams.video[0]
        assert container.format.name.startswith(name)
        assert (video.codec_context.name, video.codec_context.pix_fmt) == (codec, "yuv420p")
        assert (video.width, video.height, video.average_rate) == (*SIZE, 20)
        shown = list(container.decode(video))
        assert len(shown) == 15  # 14.6 frames
        assert [frame.time for frame in shown] == pytest.approx(
            [n / 20 for n in range(15)], abs=1e-3
        )
        assert (shown[0].color_range, shown[0].colorspace) == (1, 1)
        assert (video.codec_context.color_trc, video.codec_context.color_primaries) == (1, 1)
        assert container.duration / 1e6 == pytest.approx(0.75, abs=0.002)


def test_an_mp4_can_be_played_before_it_is_whole(tmp_path, photo) -> None:
    data = render(photo, tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_colours_are_those_of_the_picture(tmp_path) -> None:
    for name, colour in (("a.png", (200, 30, 60)), ("b.jpg", (20, 160, 220))):
        Image.new("RGB", (64, 64), colour).save(
            tmp_path / name, **{"quality": 95} if "j" in name else {}
        )
        for kind in motion.FORMATS:
            seen = frames(render(tmp_path / name, tmp_path / "v", format=kind, duration=0.1))
            # A converter that ignores the tags would be off by 10 and more.
            assert seen[0][60, 80].tolist() == pytest.approx(colour, abs=5), (name, kind)


@pytest.mark.parametrize("kind", motion.FORMATS)
def test_the_same_request_makes_the_same_bytes(tmp_path, photo, clicks, kind) -> None:
    made = set()
    for fill in (0, 85, 170):
        # Whatever an encoder finds in memory that it forgot to clear must not matter.
        litter = [bytes([fill]) * size for size in range(1000, 60000, 500)]
        del litter
        gc.collect()
        sound = None if kind == "gif" else clicks
        render(photo, tmp_path / "a", format=kind, motion="complex", direction="left", audio=sound)
        made.add((tmp_path / "a").read_bytes())
    assert len(made) == 1


def test_what_lies_in_memory_does_not_matter_to_x264(tmp_path) -> None:
    """It did with AVX-512; a lively picture of this size shows it."""
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
    pixels = cv2.resize(noise, (800, 600), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=95)
    made = set()
    for fill in (0, 85, 170):
        litter = [bytes([fill]) * size for size in range(1000, 1_000_000, 5000)]
        del litter
        large = {"width": 320, "height": 320, "duration": 1, "fps": 30, "easing": "linear"}
        made.add(render(tmp_path / "a.jpg", tmp_path / "a.mp4", **large).read_bytes())
    assert len(made) == 1


def test_a_gif_repeats_and_keeps_its_length(tmp_path, photo) -> None:
    render(photo, tmp_path / "a.gif", format="gif", fps=30, duration=1)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.size == SIZE
        assert image.info["loop"] == 0
        length = 0
        for number in range(image.n_frames):
            image.seek(number)
            length += image.info["duration"]
    assert (image.n_frames, length) == (30, pytest.approx(1000, abs=20))
    views = [
        path.view("zoom", "in", 60, "ease-in-out", (800, 600), SIZE, (0.5, 0.5), number / 29)
        for number in range(30)
    ]
    for frame, at in list(zip(frames(tmp_path / "a.gif"), views, strict=True))[::7]:
        assert distance(frame, crop(photo, at)) < 9


@pytest.mark.parametrize("kind", ["mp4", "mov", "webm"])
def test_sound_is_in_sync_and_exactly_as_long(tmp_path, photo, clicks, kind) -> None:
    video = render(photo, tmp_path / "a", format=kind, duration=1.5, audio=clicks)
    sound = listen(video)
    assert len(sound) / 48000 == pytest.approx(1.5, abs=0.022)  # up to one packet of silence
    for second in (0, 0.5, 1.0):
        place = round(second * 48000)
        near = np.abs(sound[max(0, place - 2400) : place + 4800])
        start = max(0, place - 2400) + int(np.argmax(near > 0.3 * near.max()))
        assert start / 48000 == pytest.approx(second, abs=0.003)
    with av.open(str(video)) as container:
        assert container.duration / 1e6 == pytest.approx(1.5, abs=0.01)


@pytest.mark.parametrize("seconds", [0.4, 1.25, 3.0])
def test_the_track_has_the_wanted_number_of_samples(clicks, seconds) -> None:
    parts = [frame.to_ndarray() for frame in audio.track(clicks, seconds)]
    sound = np.concatenate(parts, axis=1)
    assert sound.shape == (2, round(seconds * 48000))
    assert np.array_equal(sound[0], sound[1])
    if seconds > 2:
        assert not sound[:, 2 * 48000 + 100 :].any()  # silence follows


def test_the_track_ends_with_a_fade(tmp_path) -> None:
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(np.full(96000, 16000, "<i2").tobytes())
    parts = [frame.to_ndarray() for frame in audio.track(tmp_path / "tone.wav", 1)]
    sound = np.concatenate(parts, axis=1)[0]
    assert sound[35000] == pytest.approx(16000 / 32768, abs=0.01)
    assert sound[-6000] == pytest.approx(16000 / 65536, abs=0.01)
    assert sound[-1] == 0


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.ogg", "libopus"), ("a.flac", "flac")],
)
def test_kinds_of_sound(tmp_path, clicks, name, codec) -> None:
    """Encoders put some silence first; the click must still be where it was."""
    with av.open(str(tmp_path / name), "w") as out, av.open(str(clicks)) as source:
        stream = out.add_stream(codec, 48000)
        rate = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, 48000)
        for frame in [*source.decode(audio=0), None]:
            for part in rate.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    parts = [frame.to_ndarray() for frame in audio.track(tmp_path / name, 2)]
    sound = np.abs(np.concatenate(parts, axis=1)[0])
    first = 12000 + int(np.argmax(sound[12000:40000] > 0.2))
    assert first / 48000 == pytest.approx(0.5, abs=0.003)


def test_reports_come_at_once_and_in_order(tmp_path, photo) -> None:
    heard: list[tuple[float, str]] = []

    def report(fraction: float, stage: str) -> None:
        heard.append((fraction, stage))

    # Before the picture is looked at.
    with pytest.raises(EngineError):
        render(tmp_path / "none.png", tmp_path / "a.mp4", report=report)
    assert heard == [(0.0, "reading")]
    heard.clear()
    render(photo, tmp_path / "a.mp4", report=report)
    assert heard[0] == (0.0, "reading")
    assert heard[1:-1] == [((n + 1) / 10, "rendering") for n in range(10)]
    assert heard[-1] == (1.0, "finishing")


@pytest.mark.parametrize("kind", ["mp4", "gif"])
@pytest.mark.parametrize("stage", ["reading", "rendering", "finishing"])
def test_stopping_leaves_nothing_behind(tmp_path, photo, kind, stage) -> None:
    def report(fraction: float, at: str) -> None:
        if at == stage and fraction in (0.0, 0.2, 1.0):
            raise Stopped

    with pytest.raises(Stopped):
        render(photo, tmp_path / "a", format=kind, report=report)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_draw_reaches_the_caller(tmp_path, photo, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("studio.engine.camera.Camera.draw", fail)
    with pytest.raises(MemoryError):
        render(photo, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path, photo) -> None:
    (tmp_path / "a.mp4").write_text("old")

    def report(fraction: float, stage: str) -> None:
        assert (tmp_path / "a.mp4").read_text() == "old"

    render(photo, tmp_path / "a.mp4", report=report)
    assert len(frames(tmp_path / "a.mp4")) == 10


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"width": 161}, "even"),
        ({"height": 0}, "even"),
        ({"duration": 0}, "longer"),
        ({"format": "avi"}, "mp4"),
        ({"format": "gif", "fps": 60}, "30"),
        ({"format": "gif", "width": 3840, "height": 2160, "duration": 30}, "smaller or shorter"),
        ({"fps": 0}, "frames per second"),
        ({"direction": "left"}, "in or out"),
        ({"easing": "bounce"}, "linear"),
    ],
)
def test_impossible_requests(tmp_path, photo, changes, hint) -> None:
    with pytest.raises(EngineError, match=hint):
        render(photo, tmp_path / "a", **changes)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_sound(tmp_path, photo) -> None:
    (tmp_path / "a.mp3").write_text("hello")
    for name, hint in (("a.mp3", "cannot be read"), ("b.mp3", "no longer there")):
        with pytest.raises(EngineError, match=hint):
            render(photo, tmp_path / "a.mp4", audio=tmp_path / name)
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nclicks.wav\n#EXT-X-ENDLIST\n"
    (tmp_path / "c.mp3").write_text(playlist)
    (tmp_path / "d.m3u8").write_text(playlist)
    for name in ("c.mp3", "d.m3u8"):
        with pytest.raises(EngineError, match="cannot be read"):
            render(photo, tmp_path / "a.mp4", audio=tmp_path / name)
    silent = render(photo, tmp_path / "silent.mp4", duration=0.1)
    with pytest.raises(EngineError, match="no sound"):
        render(photo, tmp_path / "a.mp4", audio=silent)


@pytest.mark.parametrize("kind", list(DIRECTIONS))
@pytest.mark.parametrize(
    ("source", "output"), [((1, 1), (64, 64)), ((3, 200), (64, 640)), ((301, 7), (320, 180))]
)
def test_odd_pictures(tmp_path, kind, source, output) -> None:
    Image.new("RGB", source, (20, 160, 220)).save(tmp_path / "a.png")
    way = DIRECTIONS[kind][-1]
    seen = frames(
        render(
            tmp_path / "a.png",
            tmp_path / "a.mp4",
            motion=kind,
            direction=way,
            duration=0.2,
            width=output[0],
            height=output[1],
        )
    )
    assert seen[-1].shape == (output[1], output[0], 3)
    assert seen[-1].reshape(-1, 3).mean(0) == pytest.approx((20, 160, 220), abs=4)
    assert seen[-1].std(axis=(0, 1)).max() < 3


def test_a_single_frame(tmp_path, photo) -> None:
    assert len(frames(render(photo, tmp_path / "a.mp4", duration=0.01))) == 1
    assert len(frames(render(photo, tmp_path / "a.gif", duration=0.01, format="gif"))) == 1


def test_resizing_and_warping_draw_the_same(photo) -> None:
    """The quick way is only a quick way."""
    pixels = picture.load(photo)
    at = path.view("zoom", "in", 60, "linear", (800, 600), SIZE, (0.5, 0.5), 0.4)
    stage = motion.Stage(pixels, [at], *SIZE, "nv12")
    quick = [picture.plane(stage.still(at), index).astype(int) for index in range(2)]
    turned = at._replace(angle=1e-12)
    slow = [picture.plane(stage.still(turned), index).astype(int) for index in range(2)]
    for one, other in zip(quick, slow, strict=True):
        assert np.abs(one - other).max() <= 2


@pytest.mark.parametrize("fineness", [0.66, 0.8, 3.0])
def test_detail_too_fine_for_the_output_does_not_flicker(tmp_path, fineness) -> None:
    """Stripes of that many periods per output pixel, where 0.5 is what can be shown, must become
    grey, not a pattern that runs about."""
    views = [
        path.view("pan", "left", 50, "linear", (1200, 900), SIZE, (0.5, 0.5), n / 40)
        for n in range(8)
    ]
    wave = np.sin(2 * np.pi * fineness / views[0].scale * np.arange(1200))
    stripes = np.rint(127.5 + 127 * wave).astype(np.uint8)[None, :].repeat(900, 0)
    Image.fromarray(stripes).save(tmp_path / "a.png")
    pixels = picture.load(tmp_path / "a.png")
    stage = motion.Stage(pixels, views, *SIZE, "nv12")
    drawn = np.stack([picture.plane(stage.still(at), 0).astype(float) for at in views])
    inner = drawn[:, 10:-10, 10:-10]
    assert inner.std() < 3
    assert inner.mean() == pytest.approx(16 + 219 / 2, abs=3)


def test_no_size_is_made_for_a_handful_of_frames(photo) -> None:
    """A zoom of medium strength covers a hair more than two steps of the pyramid."""
    views = [
        path.view("zoom", "in", 50, "ease-in-out", (800, 600), SIZE, (0.5, 0.5), n / 149)
        for n in range(150)
    ]
    pyramid = motion.Stage(picture.load(photo), views, *SIZE, "nv12").pyramid
    served = pyramid.sort(views)
    assert sorted(served) == [0, 1]
    assert min(map(len, served.values())) > 30
