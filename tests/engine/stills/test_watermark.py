"""Marks: where they stand, how large, and that they can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.stills.regard import faces
from studio.engine.stills.watermark import CALM, CORNERS, TILED, calmest, watermark
from tests.engine.stills.pictures import SAMPLES, Pixels, assert_golden, pixels_of, sample, written


def ground(tmp_path: Path, shade: int = 128, size: tuple[int, int] = (300, 200)) -> Path:
    return written(np.full((size[1], size[0], 3), shade, np.uint8), tmp_path / f"{shade}.png")


def logo(tmp_path: Path, size: tuple[int, int] = (40, 20)) -> Path:
    pixels = np.zeros((60, 80, 4), np.uint8)
    pixels[10 : 10 + size[1], 20 : 20 + size[0]] = (255, 0, 0, 255)
    return written(pixels, tmp_path / "logo.png")


def marked(tmp_path: Path, source: Path, **how: object) -> Pixels:
    return pixels_of(watermark(source, tmp_path / "marked.png", **how))


def changed(pixels: Pixels, shade: int = 128, by: int = 6) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what differs from the ground, in shares of the picture."""
    rows, columns = np.nonzero((np.abs(pixels.astype(int) - shade) > by).any(2))
    height, width = pixels.shape[:2]
    return (
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )


@pytest.mark.parametrize("position", CORNERS)
def test_it_stands_in_its_place(tmp_path: Path, position: str) -> None:
    pixels = marked(tmp_path, ground(tmp_path), text="Studio", position=position)
    left, top, right, bottom = changed(pixels)
    across, down = CORNERS[position]
    middle = ((left + right) / 2, (top + bottom) / 2)
    for value, wanted in zip(middle, (across, down), strict=True):
        third = {0.0: (0, 1 / 3), 0.5: (1 / 3, 2 / 3), 1.0: (2 / 3, 1)}[wanted]
        assert third[0] < value < third[1]


def test_margin_and_size_are_relative_to_the_picture(tmp_path: Path) -> None:
    for size in ((300, 200), (900, 600)):
        source = ground(tmp_path, size=size)
        pixels = marked(tmp_path, source, text="Studio", position="top-left", size=0.4, margin=0.1)
        left, top, right, _ = changed(pixels)
        assert left == pytest.approx(0.067, abs=0.02)
        assert top == pytest.approx(0.1, abs=0.02)
        assert right - left == pytest.approx(0.41, abs=0.05)


@pytest.mark.parametrize("shade", [0, 60, 128, 190, 255])
@pytest.mark.parametrize("color", [(255, 255, 255), (0, 0, 0)])
def test_it_can_be_read_on_any_ground(
    tmp_path: Path, shade: int, color: tuple[int, int, int]
) -> None:
    how = {"text": "Studio North", "size": 0.6, "color": color, "position": "center"}
    pixels = marked(tmp_path, ground(tmp_path, shade), **how)
    assert np.ptp(pixels.astype(int)) > 70


def test_more_opacity_shows_more(tmp_path: Path) -> None:
    shown = []
    for opacity in (0.1, 0.5, 1.0):
        pixels = marked(tmp_path, ground(tmp_path), text="Studio", opacity=opacity)
        shown.append(float(np.abs(pixels.astype(int) - 128).mean()))
    assert shown == sorted(shown)
    assert shown[0] < shown[2] / 4


def test_a_logo_keeps_its_color_and_loses_its_empty_rim(tmp_path: Path) -> None:
    how = {"logo": logo(tmp_path), "size": 0.3, "opacity": 1.0, "position": "center"}
    pixels = marked(tmp_path, ground(tmp_path), **how)
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 40)
    rows, columns = np.nonzero(red)
    assert np.ptp(columns) + 1 == pytest.approx(90, abs=2)
    assert np.ptp(rows) + 1 == pytest.approx(45, abs=2)


def test_tiles_cover_all_of_it(tmp_path: Path) -> None:
    pixels = marked(tmp_path, ground(tmp_path), text="Studio", position="tiled", opacity=1.0)
    touched = (np.abs(pixels.astype(int) - 128) > 6).any(2)
    parts = [part for row in np.split(touched, 2) for part in np.split(row, 3, axis=1)]
    assert all(part.mean() > 0.02 for part in parts)


def test_a_mark_never_leaves_the_picture(tmp_path: Path) -> None:
    source = ground(tmp_path, size=(300, 40))
    pixels = marked(tmp_path, source, logo=logo(tmp_path, (10, 40)), size=1.0, opacity=1.0)
    rows = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 1] < 60))[0]
    assert rows.min() > 0
    assert rows.max() < 39


def test_it_shows_on_what_is_transparent_and_nothing_else_does(tmp_path: Path) -> None:
    source = written(np.zeros((200, 300, 4), np.uint8), tmp_path / "a.png")
    pixels = marked(tmp_path, source, text="Studio")
    assert pixels[..., 3].max() > 150
    assert pixels[:100, :, 3].max() == 0


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, "Words and logo are both missing"),
        ({"text": "   "}, "both missing"),
        ({"text": "東京"}, r"The font has no “東” \(U\+6771\)"),
        ({"text": "a\u0007b"}, r"The font has no U\+0007"),
        ({"text": "x" * 81}, "81 characters; a mark holds 80"),
        ({"text": "x", "position": "moon"}, "no place “moon”"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, how: dict[str, str], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        watermark(ground(tmp_path), tmp_path / "b.png", **how)


def test_an_empty_logo_and_a_tiny_picture_are_refused(tmp_path: Path) -> None:
    empty = written(np.zeros((9, 9, 4), np.uint8), tmp_path / "empty.png")
    with pytest.raises(EngineError, match="wholly transparent"):
        watermark(ground(tmp_path), tmp_path / "b.png", logo=empty)
    with pytest.raises(EngineError, match=r"picture is 12 × 9.*needs 16 × 16"):
        watermark(ground(tmp_path, size=(12, 9)), tmp_path / "b.png", text="x")


def test_every_position_takes_words_and_logo(tmp_path: Path) -> None:
    seen = {
        marked(tmp_path, ground(tmp_path), text="Ωж", logo=logo(tmp_path), position=p).tobytes()
        for p in (*CORNERS, TILED)
    }
    assert len(seen) == len(CORNERS) + 1


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("mark-corner", {"text": "© Studio North", "size": 0.5}),
        ("mark-tiled", {"text": "Studio North", "position": "tiled", "size": 0.4, "opacity": 0.5}),
    ],
)
def test_it_looks_as_it_did(tmp_path: Path, name: str, how: dict[str, object]) -> None:
    source = written(sample("coffee", 200), tmp_path / "a.png")
    assert_golden(marked(tmp_path, source, **how), name)


def test_a_jpeg_comes_out_where_it_is_wanted(tmp_path: Path) -> None:
    path = watermark(SAMPLES / "coffee.jpg", tmp_path / "a.jpg", text="North", format="jpeg")
    with Image.open(path) as image:
        assert (image.format, image.size) == ("JPEG", (600, 400))


@pytest.mark.parametrize("spot", [(0.5, 0.5), (0.3, 0.7), (0.0, 0.0), (1.0, 1.0)])
def test_a_spot_of_my_own_holds_the_margin(tmp_path: Path, spot: tuple[float, float]) -> None:
    how = {"text": "Studio", "position": "custom", "size": 0.2, "margin": 0.1}
    left, top, right, bottom = changed(marked(tmp_path, ground(tmp_path), spot=spot, **how))
    middle = ((left + right) / 2, (top + bottom) / 2)
    if 0 < spot[0] < 1:
        assert middle == pytest.approx(spot, abs=0.03)
    # The margin is 20 px; the shadow reaches a little into it.
    assert left > 0.05
    assert top > 0.07
    assert right < 0.95
    assert bottom < 0.93


@pytest.mark.parametrize("calm", CALM)
def test_the_smart_mark_stands_where_nothing_is(tmp_path: Path, calm: str) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (200, 300, 3), np.uint8)
    rows, columns = (slice(0, 100), slice(100, 200)), (slice(0, 150), slice(150, 300))
    across, down = (int(share) for share in CORNERS[calm])
    pixels[rows[down], columns[across]] = 128
    assert calmest(pixels, (80, 20), 8) == calm


def test_it_spares_a_face() -> None:
    """The astronaut's face is brought to each corner in turn."""
    photo = pixels_of(SAMPLES / "astronaut.jpg")
    face = faces(photo)[0]
    cut = photo[int(face.top) : int(face.bottom) + 20, int(face.left) - 20 : int(face.right) + 40]
    for corner in CALM:
        across, down = (int(share) for share in CORNERS[corner])
        field = np.full((2 * cut.shape[0], 3 * cut.shape[1], 3), 128, np.uint8)
        top, left = down * cut.shape[0], across * 2 * cut.shape[1]
        field[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
        assert faces(field)
        assert calmest(field, (cut.shape[1], cut.shape[0] // 3), 4) != corner


def test_equally_calm_corners_are_taken_in_order() -> None:
    assert calmest(np.full((100, 100, 3), 90, np.uint8), (30, 10), 4) == "bottom-right"
