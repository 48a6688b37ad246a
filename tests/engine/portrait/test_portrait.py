"""Portraits moved by a voice: small real renders, measured in the decoded file."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.engine import EngineError, Stopped, portrait
from studio.engine.picture import Picture, load, plane
from studio.engine.portrait import face, fields, lids, life, voice
from studio.engine.portrait.stage import Stage
from tests.engine.portrait import make

CAT = make.ASTRONAUT.with_name("chelsea.jpg")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    return make.voice(tmp_path_factory.mktemp("voice") / "spoken.wav")


def render(target: Path, sound: Path, source: Path = make.ASTRONAUT, **changes) -> Path:
    portrait.animate(source, sound, target, **{"resolution": "480p", "seed": 5, **changes})
    return target


def place(source: Path, width: int, mask: np.ndarray | None = None) -> face.Face:
    """Where the face is in a video of that width."""
    picture = load(source)
    pixels, by = face.as_rgb(picture, face.LOOKED)
    return face.find(pixels, by, mask).scaled(width / (picture.width * by))


def box(x: float, y: float, half: float, high: float) -> tuple[int, int, int, int]:
    return int(x - half), int(y - high), int(x + half), int(y + high)


def mouth_and_head(frames, at: face.Face) -> tuple[np.ndarray, np.ndarray]:
    """How far the chin lies below the nose in each frame, and the nose below its first place."""
    size = at.size
    chin = make.shifts(frames, box(at.x, at.mouth + 0.25 * size, 0.16 * size, 0.11 * size))
    nose = make.shifts(frames, box(at.x, at.mouth - 0.26 * size, 0.16 * size, 0.12 * size))
    return chin - nose, nose


def test_the_mouth_follows_the_sound(tmp_path):
    """In the finished file, its picture against its sound."""
    film = render(
        tmp_path / "a.mp4",
        make.voice(tmp_path / "voice.wav", 5),
        resolution="720p",
        extras=portrait.Extras(blink=False),
    )
    mouth, nose = mouth_and_head(make.frames(film), place(make.ASTRONAUT, 720))
    late, alike = make.lag(make.heard(film, portrait.FPS), mouth, portrait.FPS)
    assert abs(late) < 0.04
    assert alike > 0.9
    assert np.ptp(mouth) > 3
    # The head sways without a tremble: its speed changes by little from frame to frame.
    assert np.abs(np.diff(nose)).max() < 1.0
    assert np.sqrt((np.diff(nose, n=2) ** 2).mean()) < 0.25


@pytest.mark.parametrize("seconds", [0.3, 1.0, 1.31, 2.019])
def test_it_is_as_long_as_the_sound(tmp_path, seconds):
    film = render(tmp_path / "a.mp4", make.voice(tmp_path / "voice.wav", seconds, gap=False))
    with av.open(str(film)) as container:
        lengths = [float(s.duration * s.time_base) for s in container.streams]
        assert all(abs(length - seconds) <= 0.0201 for length in lengths)
        codecs = [s.codec_context.name for s in container.streams]
        assert codecs == ["h264", "aac"]


def test_a_part_of_the_sound(tmp_path):
    """Two seconds of silence before a tone are cut away: it is loud from the first frame on."""
    tone = np.sin(np.arange(make.RATE * 2) * 0.06) * 0.5
    sound = make.write(tmp_path / "v.wav", np.concatenate([np.zeros(make.RATE * 2), tone]))
    film = render(tmp_path / "a.mp4", sound, start=2.2, end=3.0)
    loud = make.heard(film, portrait.FPS)
    assert 19 <= len(loud) <= 21
    assert loud[2:-2].min() > 0.2


def test_the_same_seed_makes_the_same_bytes(tmp_path, spoken):
    said = portrait.Extras("One two three", strip=True)
    one, same = (
        render(tmp_path / f"{n}.mp4", spoken, extras=said, end=1.0).read_bytes() for n in "ab"
    )
    other = render(tmp_path / "c.mp4", spoken, extras=said, end=1.0, seed=6).read_bytes()
    assert one == same != other


@pytest.mark.parametrize(
    ("size", "resolution", "expected"),
    [
        ((1920, 1080), "720p", (1280, 720)),
        ((1080, 1920), "720p", (720, 1280)),
        ((512, 512), "720p", (720, 720)),
        ((512, 512), "480p", (480, 480)),
        ((4000, 1000), "720p", (1280, 320)),
        ((601, 399), "480p", (724, 480)),
    ],
)
def test_sizes(size, resolution, expected):
    width, height = size
    plain = np.zeros((height, width), np.uint8)
    assert portrait.size_of(Picture(plain, plain, plain, 1, 1), resolution) == expected


def test_what_is_black_in_the_mask_stays():
    """To the last pixel, before the encoder adds its own noise."""
    mask = Image.new("L", (512, 512))
    ImageDraw.Draw(mask).ellipse((140, 10, 310, 210), fill=255)
    light = np.asarray(mask, np.float32) / 255
    at = place(make.ASTRONAUT, 512, light)
    held = fields.inside(light, 512, 512)
    stage = Stage(load(make.ASTRONAUT), 512, 512, fields.make(at, 512, 512, held))
    stage.draw(np.full(len(fields.MOVES), 1.5, np.float32), 1.0)
    moved = np.abs(plane(stage.frame, 0).astype(int) - stage.still[0])
    assert moved[light == 0].max() == 0
    assert moved[light > 0].max() > 60


def test_of_two_faces_the_larger_moves_or_the_marked_one(tmp_path, spoken):
    both = make.two_faces(tmp_path / "both.png")
    large, small = slice(0, 500), slice(520, 800)
    film = render(tmp_path / "a.mp4", spoken, both, end=1.2)
    frames = np.stack(make.frames(film)).astype(int)
    moved = np.abs(frames - frames[0]).max(axis=0)
    assert moved[:260, large].max() > 60
    assert moved[:, 600:].max() < 40
    mask = Image.new("L", Image.open(both).size)
    ImageDraw.Draw(mask).rectangle((512, 150, 852, 511), fill=255)
    mask.save(tmp_path / "mask.png")
    film = render(tmp_path / "b.mp4", spoken, both, end=1.2, mask=tmp_path / "mask.png")
    frames = np.stack(make.frames(film)).astype(int)
    moved = np.abs(frames - frames[0]).max(axis=0)
    assert moved[:, small].max() > 60
    assert moved[:, :440].max() < 25


def test_a_mask_says_where_a_head_is_that_was_not_found(tmp_path, spoken):
    with pytest.raises(EngineError, match=r"No face was found.*Paint a mask"):
        render(tmp_path / "a.mp4", spoken, CAT)
    with Image.open(CAT) as image:
        mask = Image.new("L", image.size)
    wide, high = mask.size
    ImageDraw.Draw(mask).ellipse((wide * 0.3, 0, wide * 0.75, high * 0.8), fill=255)
    mask.save(tmp_path / "mask.png")
    film = render(tmp_path / "b.mp4", spoken, CAT, mask=tmp_path / "mask.png", end=1.0)
    assert len(make.frames(film)) == 25


def test_what_cannot_be_used_says_why(tmp_path, spoken):
    def refused(words: str, sound: Path = spoken, source: Path = make.ASTRONAUT, **more) -> None:
        with pytest.raises(EngineError, match=words):
            render(tmp_path / "a.mp4", sound, source, **more)

    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF" + bytes(200))
    refused("cannot be read", broken)
    quiet = make.write(tmp_path / "quiet.wav", np.zeros(make.RATE))
    refused("The voice is silent", quiet)
    refused("0.10 s long; 0.2 s is the least", make.voice(tmp_path / "short.wav", 0.1, gap=False))
    Image.open(make.ASTRONAUT).resize((90, 90)).save(tmp_path / "tiny.png")
    refused("24 px is the least|No face was found", source=tmp_path / "tiny.png")
    few = Image.new("L", (512, 512))
    ImageDraw.Draw(few).line((220, 180, 260, 200, 300, 180), fill=255, width=24)
    few.save(tmp_path / "mask.png")
    refused("The mask leaves nothing that could move", mask=tmp_path / "mask.png")
    Image.new("L", (100, 100), 255).save(tmp_path / "mask.png")
    refused("The mask is 100 × 100, the picture is 512 × 512", mask=tmp_path / "mask.png")
    assert not list(tmp_path.glob("*.mp4"))


def test_more_than_ten_minutes(tmp_path, monkeypatch, spoken):
    monkeypatch.setattr(voice, "LONGEST", 2)
    with pytest.raises(EngineError, match=r"longer than .* minutes.*Trim it"):
        render(tmp_path / "a.mp4", spoken)
    assert len(make.frames(render(tmp_path / "a.mp4", spoken, start=1))) == 50


def test_it_stops_and_leaves_nothing(tmp_path, spoken):
    def stop(fraction: float, stage: str) -> None:
        if fraction > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        render(tmp_path / "a.mp4", spoken, report=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [40, 130, 400])
def test_nothing_folds(size):
    """Places keep their order at the strongest movement that there can be: the displacement never
    grows as fast as the place itself."""
    at = face.Face(640, 360 - size * 0.6, size, 360 - size * 0.6 + 0.8 * size)
    stack = fields.make(at, 1280, 720, None).stack * (100 / portrait.NATURAL) / fields.CELL
    assert np.abs(np.diff(stack, axis=1)[..., 1]).sum(axis=0).max() < 0.95
    assert np.abs(np.diff(stack, axis=2)[..., 0]).sum(axis=0).max() < 0.5


def test_movement_is_natural(spoken):
    heard = voice.listen(spoken, 25)
    moves = life.movements(heard, 25, 1)
    assert moves.shape == (75, len(fields.MOVES))
    jaw = moves[:, fields.MOVES.index("jaw")]
    assert jaw.max() <= 1
    assert np.abs(moves).max() < 2.2
    # In the pause (2.2 to 3 s) the mouth is at rest.
    assert abs(jaw[68]) < 0.25
    shut = life.blinks(voice.listen(spoken, 25), 25, 1)
    assert shut.min() >= 0
    assert shut.max() == 1


def test_eyes_shut_where_there_are_eyes():
    picture = load(make.ASTRONAUT)
    pixels, by = face.as_rgb(picture, face.LOOKED)
    found = face.find(pixels, by, None)
    left, right = lids.eyes(pixels, found)
    assert abs(left.y - 100) < 6
    assert abs(right.y - 103) < 6
    assert right.x - left.x > 0.35 * found.size
    assert lids.eyes(np.full_like(pixels, 120), found) == []
