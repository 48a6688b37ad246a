"""The subject alone: found, whole, with a clean edge."""

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError, Stopped
from studio.engine.stills import files, matte, seeds
from tests.engine.stills.edited import assert_golden, golden, mask, pixels, sample, write


@golden
def cup_alone(folder):
    matte.remove_background(sample("coffee"), folder / "a.png")
    return folder / "a.png"


@golden
def cat_alone(folder):
    matte.remove_background(sample("chelsea"), folder / "a.png")
    return folder / "a.png"


@golden
def astronaut_alone(folder):
    matte.remove_background(sample("astronaut"), folder / "a.png")
    return folder / "a.png"


def by_hand(shape, *ellipses):
    """Ellipses of the 600 x 400 coffee picture, drawn over the cup by a person."""
    paper = np.zeros((400, 600), np.uint8)
    for middle, axes in ellipses:
        cv2.ellipse(paper, middle, axes, 0, 0, 360, 255, -1)
    return cv2.resize(paper, (shape[1], shape[0])) > 127


CAT = [(40, 0), (36, 40), (33, 80), (38, 112), (14, 124), (0, 136), (0, 299), (318, 299)]
CAT += [(312, 262), (318, 228), (330, 205), (348, 185), (360, 160), (361, 112), (357, 74)]
CAT += [(371, 46), (384, 16), (395, 0)]
"""Her outline, drawn by a person, in pixels of a picture 451 wide."""
ASTRONAUT = [(207, 16), (178, 25), (154, 60), (157, 95), (168, 115), (180, 140), (183, 150)]
ASTRONAUT += [(140, 150), (125, 175), (115, 205), (80, 235), (45, 270), (28, 330), (20, 400)]
ASTRONAUT += [(25, 450), (40, 511), (511, 511), (511, 470), (492, 452), (470, 400), (440, 362)]
ASTRONAUT += [(400, 345), (360, 350), (345, 280), (330, 250), (305, 235), (303, 205), (280, 185)]
ASTRONAUT += [(262, 170), (268, 135), (290, 115), (302, 85), (290, 45), (262, 22)]
"""The same with her helmet, of a picture 512 wide."""


def outlined(shape, points, wide) -> np.ndarray:
    paper = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(paper, [np.rint(np.array(points) * (shape[1] / wide)).astype(np.int32)], 1)
    return paper > 0


def frayed(alpha) -> float:
    """How much longer the longest outline is than it would be without its teeth: 1 is smooth."""
    found = (alpha > 127).astype(np.float32)
    soft = cv2.GaussianBlur(found, (0, 0), 4 * max(1, max(found.shape) / 600)) > 0.5
    long = []
    for marks in (found > 0, soft):
        way = (cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outlines = cv2.findContours(marks.astype(np.uint8), *way)[0]
        long.append(max(cv2.arcLength(outline, True) for outline in outlines))
    return long[0] / long[1]


def overlap(one, other) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_the_cup_and_its_saucer_are_found(tmp_path) -> None:
    cut = pixels(cup_alone(tmp_path))
    whole = by_hand(cut.shape, ((278, 236), (202, 152)), ((290, 115), (118, 98)))
    assert cut.shape == (*pixels(sample("coffee")).shape[:2], 4)
    assert overlap(cut[..., 3] > 127, whole) > 0.92
    assert_golden(tmp_path / "a.png", "cup_alone")


def test_the_cat_is_found_by_its_focus(tmp_path) -> None:
    alpha = pixels(cat_alone(tmp_path))[..., 3] > 127
    high, wide = alpha.shape
    face = alpha[int(0.1 * high) : int(0.75 * high), int(0.15 * wide) : int(0.62 * wide)]
    corner = alpha[: int(0.5 * high), int(0.9 * wide) :]
    assert face.mean() > 0.99
    assert corner.mean() < 0.02
    assert_golden(tmp_path / "a.png", "cat_alone")


def test_the_astronaut_is_found_by_her_face(tmp_path) -> None:
    alpha = pixels(astronaut_alone(tmp_path))[..., 3] > 127
    high, wide = alpha.shape
    assert (
        alpha[int(0.1 * high) : int(0.3 * high), int(0.35 * wide) : int(0.52 * wide)].mean() > 0.97
    )
    assert alpha[: int(0.4 * high), int(0.7 * wide) :].mean() < 0.02
    assert alpha[: int(0.3 * high), : int(0.25 * wide)].mean() < 0.02
    assert_golden(tmp_path / "a.png", "astronaut_alone")


@pytest.mark.parametrize(
    ("make", "points", "wide", "least"),
    [(cat_alone, CAT, 451, 0.9), (astronaut_alone, ASTRONAUT, 512, 0.88)],
)
def test_all_of_it_is_found_also_what_looks_like_the_wall(
    tmp_path, make, points, wide, least
) -> None:
    """The cat's cheek in the colours of the room, the black helmet in front of a black table."""
    alpha = pixels(make(tmp_path))[..., 3]
    assert overlap(alpha > 127, outlined(alpha.shape, points, wide)) > least


@pytest.mark.parametrize("make", [cup_alone, cat_alone, astronaut_alone])
def test_the_edge_has_no_teeth(tmp_path, make) -> None:
    assert frayed(pixels(make(tmp_path))[..., 3]) < 1.12


def test_between_two_legs_it_stays_open() -> None:
    found = np.zeros((200, 200), np.uint8)
    found[40:120, 60:140] = found[120:, 60:90] = found[120:, 110:140] = 1
    assert (seeds.whole(found) == found).all()


def test_a_hint_on_a_part_brings_the_rest(tmp_path) -> None:
    shape = pixels(sample("chelsea")).shape
    by = shape[1] / 451
    eye = round(170 * by), round(115 * by)
    hint = mask(tmp_path, shape, lambda paper: cv2.circle(paper, eye, round(25 * by), 255, -1))
    matte.remove_background(sample("chelsea"), tmp_path / "a.png", hint=hint)
    alpha = pixels(tmp_path / "a.png")[..., 3] > 127
    assert overlap(alpha, outlined(shape, CAT, 451)) > 0.85


def test_a_hint_on_what_was_not_found_adds_it(tmp_path) -> None:
    shape = pixels(sample("astronaut")).shape
    by = shape[1] / 512
    ends = [(round(x * by), round(y * by)) for x, y in ((330, 420), (450, 480))]
    hint = mask(tmp_path, shape, lambda p: cv2.line(p, *ends, 255, round(40 * by)))
    matte.remove_background(sample("astronaut"), tmp_path / "a.png", hint=hint)
    alpha = pixels(tmp_path / "a.png")[..., 3] > 127
    assert overlap(alpha, outlined(shape, ASTRONAUT, 512)) > 0.88


def test_the_core_of_a_hint_is_sure_and_its_rim_is_not() -> None:
    marks = np.zeros((100, 160), np.uint8)
    cv2.circle(marks, (80, 50), 20, 1, -1)
    trimap = seeds.hinted(marks, np.zeros(marks.shape, np.float32))
    assert trimap[50, 80] == cv2.GC_FGD
    assert trimap[50, 61] == cv2.GC_PR_FGD
    assert trimap[50, 103] == cv2.GC_PR_BGD
    assert trimap[50, 2] == cv2.GC_BGD


def disc(size=240, soft=0.0, ground=(20, 160, 40), front=(200, 60, 50)):
    rows, columns = np.mgrid[:size, :size] + 0.5
    away = np.hypot(rows - size / 2, columns - size / 2)
    share = np.clip((size / 4 - away) / max(soft, 1) + 0.5, 0, 1)[..., None]
    return np.rint(np.array(front) * share + np.array(ground) * (1 - share)).astype(np.uint8), share


def test_the_edge_has_none_of_the_old_background(tmp_path) -> None:
    picture, share = disc(soft=6)
    cut = matte.cut_out(files.with_alpha(picture))
    alpha = cut[..., 3]
    edge = (alpha > 40) & (alpha < 250)
    assert edge.sum() > 500
    assert np.abs(alpha / 255 - share[..., 0]).mean() < 0.01
    # Cleaned: red as the disc, not the green that is mixed into the same pixels of the picture.
    apart = np.abs(cut[edge][:, :3].astype(int) - (200, 60, 50)).mean()
    mixed = np.abs(picture[edge].astype(int) - (200, 60, 50)).mean()
    assert apart < 12 < mixed / 3


def test_what_is_transparent_has_no_colour_left(tmp_path) -> None:
    cut = pixels(cup_alone(tmp_path))
    assert (cut[cut[..., 3] == 0] == 0).all()


def test_a_hint_decides_which_thing_is_meant(tmp_path) -> None:
    picture = np.full((200, 300, 3), (90, 120, 150), np.uint8)
    cv2.circle(picture, (80, 100), 40, (220, 60, 40), -1)
    cv2.circle(picture, (220, 100), 40, (240, 220, 60), -1)
    picture = np.clip(picture + np.random.default_rng(1).normal(0, 4, picture.shape), 0, 255)
    source = write(tmp_path, "two.png", picture.astype(np.uint8))
    hint = mask(tmp_path, picture.shape, lambda paper: cv2.circle(paper, (222, 96), 26, 255, -1))
    matte.remove_background(source, tmp_path / "a.png", hint=hint)
    alpha = pixels(tmp_path / "a.png")[..., 3] > 127
    wanted = np.zeros(alpha.shape, np.uint8)
    cv2.circle(wanted, (220, 100), 40, 1, -1)
    assert overlap(alpha, wanted > 0) > 0.95


def test_a_softer_edge_fades_inwards() -> None:
    picture, _ = disc()
    hard, soft = (matte.matte(picture, edge=edge).astype(int) for edge in (1, 20))
    assert (soft <= hard).all()
    assert ((soft > 5) & (soft < 250)).sum() > 4 * ((hard > 5) & (hard < 250)).sum()
    assert soft[120, 120] == 255


def test_what_was_transparent_stays_so(tmp_path) -> None:
    picture, _ = disc()
    alpha = np.full(picture.shape[:2], 255, np.uint8)
    alpha[:120] = 0
    cut = matte.cut_out(files.with_alpha(picture, alpha))
    assert (cut[:120, :, 3] == 0).all()
    assert cut[130, 120, 3] == 255


def test_the_same_call_makes_the_same_bytes(tmp_path) -> None:
    source = write(tmp_path, "d.png", disc()[0])
    for name in "ab":
        matte.remove_background(source, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 3), (60, 40)])
def test_where_there_is_nothing_it_asks_for_a_hint(tmp_path, size) -> None:
    source = write(tmp_path, "flat.png", np.full((*size, 3), 130, np.uint8))
    with pytest.raises(EngineError, match="Paint roughly over what is to stay"):
        matte.remove_background(source, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 50), (9, 9)])
def test_with_a_hint_even_a_tiny_picture_has_a_result(tmp_path, size) -> None:
    source = write(tmp_path, "flat.png", np.full((*size, 3), 130, np.uint8))
    hint = mask(tmp_path, size, lambda paper: paper.fill(255))
    matte.remove_background(source, tmp_path / "a.png", hint=hint)
    assert (pixels(tmp_path / "a.png") == (130, 130, 130, 255)).all()


def test_a_jpeg_is_refused(tmp_path) -> None:
    with pytest.raises(EngineError, match="A jpeg keeps no transparency"):
        matte.remove_background(sample("coffee"), tmp_path / "a.jpg", format="jpeg")


def test_it_can_be_stopped_and_leaves_nothing(tmp_path) -> None:
    def report(fraction, stage) -> None:
        if fraction > 0.5:
            raise Stopped

    source = write(tmp_path, "d.png", disc()[0])
    with pytest.raises(Stopped):
        matte.remove_background(source, tmp_path / "a.png", report=report)
    assert [path.name for path in tmp_path.iterdir()] == ["d.png"]


def test_a_turned_photograph_comes_out_upright(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = disc()[0][:, :200]
    Image.fromarray(picture).save(tmp_path / "d.jpg", exif=exif, quality=95)
    matte.remove_background(tmp_path / "d.jpg", tmp_path / "a.webp", format="webp")
    assert pixels(tmp_path / "a.webp").shape == (200, 240, 4)
