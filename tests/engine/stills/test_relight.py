"""Another background: the subject in front of it, without a halo, in light that fits."""

import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.stills import files, relight
from tests.engine.stills.edited import (
    SAMPLES,
    assert_golden,
    energy,
    golden,
    pixels,
    sample,
    write,
)
from tests.engine.stills.test_matte import disc


@golden
def astronaut_in_front_of_the_rocket(folder):
    relight.replace_background(
        sample("astronaut"), folder / "a.png", background=sample("rocket"), blur=10
    )
    return folder / "a.png"


@golden
def coffee_in_portrait_mode(folder):
    relight.replace_background(sample("coffee"), folder / "a.png", blur=40, color="#ffffff")
    return folder / "a.png"


@golden
def astronaut_lit_from_the_left(folder):
    relight.replace_background(
        sample("astronaut"),
        folder / "a.png",
        color="#f2efe9",
        light_direction="left",
        light_strength=0.8,
    )
    return folder / "a.png"


def test_the_new_background_is_there_and_so_is_she(tmp_path) -> None:
    before, after = pixels(sample("astronaut")), pixels(astronaut_in_front_of_the_rocket(tmp_path))
    assert after.shape == before.shape
    side = len(after)
    corner = after[: side // 5, -side // 5 :].reshape(-1, 3).mean(0)
    assert corner[2] > corner[0] + 20  # the blue of the evening, not the grey of the studio
    face = np.s_[int(0.2 * side) : int(0.3 * side), int(0.38 * side) : int(0.5 * side)]
    assert np.abs(after[face].astype(int) - before[face]).mean() < 20
    assert_golden(tmp_path / "a.png", "astronaut_in_front_of_the_rocket")


def test_portrait_mode_blurs_what_is_behind_and_nothing_else(tmp_path) -> None:
    before, after = pixels(sample("coffee")), pixels(coffee_in_portrait_mode(tmp_path))
    high, wide = after.shape[:2]
    cup = np.s_[int(0.2 * high) : int(0.4 * high), int(0.35 * wide) : int(0.62 * wide)]
    assert (after[cup] == before[cup]).all()
    table = np.zeros((high, wide), bool)
    table[:, int(0.9 * wide) :] = True
    assert energy(after, table) < 0.1 * energy(before, table)
    assert np.abs(after[table].mean(0) - before[table].mean(0)).max() < 6
    assert_golden(tmp_path / "a.png", "coffee_in_portrait_mode")


def test_light_from_the_left_is_on_the_left(tmp_path) -> None:
    lit = pixels(astronaut_lit_from_the_left(tmp_path)).astype(float)
    relight.replace_background(sample("astronaut"), tmp_path / "b.png", color="#f2efe9")
    plain = pixels(tmp_path / "b.png").astype(float)
    side = len(lit)
    rows = slice(int(0.6 * side), int(0.75 * side))
    left = np.s_[rows, int(0.12 * side) : int(0.22 * side)]
    right = np.s_[rows, int(0.5 * side) : int(0.58 * side)]
    assert lit[left].mean() > plain[left].mean() + 4
    assert lit[right].mean() < plain[right].mean() - 4
    assert_golden(tmp_path / "a.png", "astronaut_lit_from_the_left")


@pytest.mark.parametrize(
    ("direction", "lighter", "darker"),
    [
        ("left", np.s_[100:140, 70:80], np.s_[100:140, 160:170]),
        ("right", np.s_[100:140, 160:170], np.s_[100:140, 70:80]),
        ("above", np.s_[70:80, 100:140], np.s_[160:170, 100:140]),
        ("below", np.s_[160:170, 100:140], np.s_[70:80, 100:140]),
    ],
)
def test_every_direction(direction, lighter, darker) -> None:
    picture, share = disc(front=(120, 110, 100))
    cut = files.with_alpha(picture, np.rint(share[..., 0] * 255).astype(np.uint8))
    before = cut.copy()
    relight.lit(cut, direction, 0.7)
    assert cut[lighter][..., :3].mean() > before[lighter][..., :3].mean() + 8
    assert cut[darker][..., :3].mean() < before[darker][..., :3].mean() - 8
    assert (cut[..., 3] == before[..., 3]).all()


def test_strong_light_is_seen_on_the_face() -> None:
    """In 0 to 255 a quarter lighter towards it and a fifth darker on the other side."""
    picture, share = disc(front=(150, 130, 110))
    cut = files.with_alpha(picture, np.rint(share[..., 0] * 255).astype(np.uint8))
    relight.lit(cut, "left", 0.8)
    assert cut[120, 80, :3].mean() > 1.25 * 130
    assert cut[120, 160, :3].mean() < 0.8 * 130


@pytest.mark.parametrize(("direction", "strength"), [("none", 1.0), ("left", 0.0)])
def test_no_light_changes_nothing(direction, strength) -> None:
    cut = files.with_alpha(disc()[0])
    before = cut.copy()
    relight.lit(cut, direction, strength)
    assert (cut == before).all()


def test_strong_light_burns_nothing_out() -> None:
    cut = files.with_alpha(disc(front=(235, 230, 225), ground=(235, 230, 225))[0])
    relight.lit(cut, "left", 1.0)
    assert (cut[..., :3].min(-1) >= 254).mean() < 0.1


def test_the_subject_fits_the_background_a_little() -> None:
    picture, share = disc(front=(150, 140, 130))
    cut = files.with_alpha(picture, np.rint(share[..., 0] * 255).astype(np.uint8))
    ground = np.full((240, 240, 3), (40, 80, 220), np.uint8)
    kept, fitted = cut.copy(), cut.copy()
    relight.matched(kept, ground, 0.0)
    relight.matched(fitted, ground, 1.0)
    assert (kept == cut).all()
    middle = fitted[120, 120, :3].astype(int)
    assert middle[2] - middle[0] > -17  # bluer than -20
    assert np.abs(middle - (150, 140, 130)).max() < 40  # and no more than that


def test_no_halo_of_the_old_background(tmp_path) -> None:
    picture, share = disc(soft=5, ground=(250, 250, 250), front=(40, 40, 45))
    source = write(tmp_path, "d.png", picture)
    relight.replace_background(source, tmp_path / "a.png", color="#202020", keep_subject=1)
    after = pixels(tmp_path / "a.png")
    assert after.max() < 90  # between dark and dark there is nothing light
    assert share.max() == 1


def test_the_background_covers_whatever_its_shape(tmp_path) -> None:
    wide = np.zeros((20, 200, 3), np.uint8)
    wide[:, 90:110] = 255
    for shape in ((40, 40), (10, 90), (120, 7)):
        covered = relight.covering(wide, shape)
        assert covered.shape == (shape[1], shape[0], 3)
        assert covered[shape[1] // 2, shape[0] // 2].min() > 200


def test_odd_kinds_of_files_work(tmp_path) -> None:
    from PIL import Image

    picture, _ = disc()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture[:, :200]).convert("CMYK").save(tmp_path / "d.jpg", exif=exif)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "black.png")
    relight.replace_background(
        tmp_path / "d.jpg", tmp_path / "a.webp", background=tmp_path / "black.png", format="webp"
    )
    after = pixels(tmp_path / "a.webp")
    assert after.shape == (200, 240, 3)
    assert after[5, 5].max() < 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Nothing to put behind it"),
        ({"color": "white"}, "“white” is no color"),
        ({"color": "#ffffff", "light_direction": "behind"}, "no light from “behind”. Choose none"),
        ({"background": SAMPLES / "gone.jpg"}, "The background picture is no longer there"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, options, words) -> None:
    source = write(tmp_path, "d.png", disc()[0])
    with pytest.raises(EngineError, match=words):
        relight.replace_background(source, tmp_path / "a.png", **options)
    assert not (tmp_path / "a.png").exists()


def test_a_picture_without_a_subject_asks_for_a_hint(tmp_path) -> None:
    source = write(tmp_path, "p.png", np.full((1, 1, 3), 9, np.uint8))
    with pytest.raises(EngineError, match="Paint roughly over what is to stay"):
        relight.replace_background(source, tmp_path / "a.png", color="#ffffff")
