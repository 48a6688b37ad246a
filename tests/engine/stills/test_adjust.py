"""Adjustments: each does its own thing and nothing else."""

from __future__ import annotations

import colorsys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.engine import EngineError, Stopped
from studio.engine.stills import deep, light
from studio.engine.stills.adjust import Changes, adjust, adjusted
from tests.engine.stills.pictures import (
    Pixels,
    apart,
    assert_golden,
    pixels_of,
    sample,
    written,
)

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))


def flat(*color: int) -> Pixels:
    return np.full((24, 24, 3), color, np.uint8)


def middle(pixels: Pixels) -> tuple[int, ...]:
    return tuple(int(v) for v in pixels[12, 12])


def linear(value: int) -> float:
    return float(deep.decode(np.array([[value / 255]], np.float32))[0, 0])


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, SHAPES))
def test_nothing_changes_at_zero(pixels: Pixels) -> None:
    assert (adjusted(pixels, Changes()) == pixels).all()


def test_nothing_changes_at_zero_from_file_to_file(tmp_path: Path) -> None:
    before = sample("astronaut")
    path = adjust(written(before, tmp_path / "a.png"), tmp_path / "b.png", Changes())
    assert (pixels_of(path) == before).all()


def test_linear_light_and_back_is_exact() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)[..., None].repeat(3, 2)
    assert (deep.from_linear(deep.to_linear(every)) == every).all()


def test_exposure_counts_in_stops_of_light() -> None:
    for stops in (-2.0, -1.0, 0.5, 1.0):
        after = middle(adjusted(flat(100, 100, 100), Changes(exposure=stops)))[0]
        assert linear(after) / linear(100) == pytest.approx(2**stops, rel=0.03)


def test_exposure_keeps_white_and_the_order_of_lights() -> None:
    steps = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    after = adjusted(steps, Changes(exposure=1.5))[0, :, 0].astype(int)
    assert after[255] == 255
    assert (np.diff(after) >= 0).all()
    assert after[230] < 255, "lights come closer together, they are not lost"


@pytest.mark.parametrize(
    "change",
    [
        {"exposure": 0.8},
        {"exposure": -1.0},
        {"contrast": 50},
        {"contrast": -50},
        {"shadows": 80},
        {"highlights": -80},
        {"saturation": 50},
        {"saturation": -50},
    ],
)
def test_tones_do_not_shift_the_hue(change: dict[str, float]) -> None:
    for color in ((180, 90, 60), (60, 110, 170), (90, 150, 80)):
        after = middle(adjusted(flat(*color), Changes(**change)))
        wanted, found = (light_hue(c) for c in (color, after))
        assert abs(found - wanted) < 0.012, (color, after)


def light_hue(color: tuple[int, ...]) -> float:
    return colorsys.rgb_to_hsv(*(linear(v) for v in color))[0]


def test_contrast_turns_around_middle_grey() -> None:
    more, less = Changes(contrast=60), Changes(contrast=-60)
    assert middle(adjusted(flat(60, 60, 60), more))[0] < 50
    assert middle(adjusted(flat(200, 200, 200), more))[0] > 210
    assert abs(middle(adjusted(flat(128, 128, 128), more))[0] - 128) <= 1
    assert middle(adjusted(flat(0, 0, 0), less))[0] > 20
    for end in (0, 255):
        assert middle(adjusted(flat(end, end, end), more))[0] == end


def test_shadows_and_highlights_act_where_their_names_say() -> None:
    dark, bright = flat(50, 50, 50), flat(225, 225, 225)
    assert middle(adjusted(dark, Changes(shadows=80)))[0] > 65
    assert middle(adjusted(bright, Changes(shadows=80)))[0] == pytest.approx(225, abs=2)
    assert middle(adjusted(bright, Changes(highlights=-80)))[0] < 200
    assert middle(adjusted(dark, Changes(highlights=-80)))[0] == pytest.approx(50, abs=2)


def test_no_halo_along_an_edge() -> None:
    """Beside a hard edge each side is as light as far away from it."""
    edge = np.concatenate([np.full((60, 60, 3), 40), np.full((60, 60, 3), 210)], 1)
    row = adjusted(edge.astype(np.uint8), Changes(shadows=100, highlights=-100))[30, :, 0]
    values = row.astype(int)
    assert np.ptp(values[5:60]) <= 8
    assert np.ptp(values[60:115]) <= 8


def test_warmth_and_tint_keep_the_brightness_of_grey() -> None:
    luma = light.LUMA[0]
    for warmth, tint in ((100, 0), (-100, 0), (0, 100), (0, -100)):
        after = middle(adjusted(flat(120, 120, 120), Changes(temperature=warmth, tint=tint)))
        assert sum(w * linear(v) for w, v in zip(luma, after, strict=True)) == pytest.approx(
            linear(120), rel=0.02
        )
    warm = middle(adjusted(flat(120, 120, 120), Changes(temperature=60)))
    assert warm[0] > warm[1] > warm[2]
    magenta = middle(adjusted(flat(120, 120, 120), Changes(tint=60)))
    assert magenta[1] < min(magenta[0], magenta[2])


def test_the_white_point_at_zero_is_that_of_srgb() -> None:
    assert light.white_matrix(0, 0) == pytest.approx(np.eye(3), abs=1e-4)


def spread(color: tuple[int, ...]) -> int:
    return max(color) - min(color)


def test_saturation_to_the_end_is_grey() -> None:
    assert spread(middle(adjusted(flat(180, 90, 60), Changes(saturation=-100)))) <= 1


def test_vibrance_spares_skin_and_what_is_colorful() -> None:
    def gain(*color: int) -> float:
        return spread(middle(adjusted(flat(*color), Changes(vibrance=80)))) / spread(color)

    muted, skin, strong = gain(110, 125, 150), gain(200, 160, 140), gain(30, 60, 220)
    assert muted > 1.4
    assert skin < 1 + (muted - 1) * 0.5
    assert strong < 1.15


def test_sharpening_raises_edges_without_a_bright_rim() -> None:
    soft = cv2.GaussianBlur(np.pad(flat(200, 200, 200), ((0, 0), (24, 0), (0, 0))), (0, 0), 1.2)
    after = adjusted(np.asarray(soft, np.uint8), Changes(sharpen=100))[12, :, 0].astype(int)
    assert np.abs(np.diff(after)).max() > 1.3 * np.abs(np.diff(soft[12, :, 0].astype(int))).max()
    assert after.max() <= 206
    assert after.min() >= 0


def test_denoising_calms_noise_and_keeps_edges() -> None:
    clean = sample("coffee", 300)
    noise = np.random.default_rng(1).normal(0, 14, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    after = adjusted(noisy, Changes(denoise=60))
    assert apart(after, clean) < 0.62 * apart(noisy, clean)


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = sample("coffee", 200)
    changes = Changes(sharpen=70, exposure=0.3, shadows=40)
    whole = adjusted(picture, changes)
    monkeypatch.setattr("studio.engine.stills.adjust.BAND", 200 * 7)
    monkeypatch.setattr("studio.engine.stills.detail.STRIP", 200 * 24)
    assert np.abs(adjusted(picture, changes).astype(int) - whole).max() <= 1


def test_a_mask_limits_it(tmp_path: Path) -> None:
    before = sample("astronaut")
    mask = np.zeros(before.shape[:2], np.uint8)
    mask[:, 80:] = 255
    path = adjust(
        written(before, tmp_path / "a.png"),
        tmp_path / "b.png",
        Changes(exposure=1),
        mask=written(mask, tmp_path / "m.png"),
    )
    after = pixels_of(path)
    assert (after[:, :80] == before[:, :80]).all()
    assert after[:, 80:].mean() > before[:, 80:].mean() + 15


def test_sixteen_bits_do_not_become_bands(tmp_path: Path) -> None:
    """A dark gradient that 8 bits show in 6 steps is lifted: from 16 bits it is smooth."""
    ramp = np.linspace(0.010, 0.032, 600) * 65535
    deep_picture = np.broadcast_to(ramp[None, :, None], (40, 600, 3)).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep_picture)
    written((deep_picture // 257).astype(np.uint8), tmp_path / "flat.png")
    steps = {}
    for name in ("deep", "flat"):
        out = adjust(tmp_path / f"{name}.png", tmp_path / f"{name}-out.png", Changes(exposure=3))
        columns = pixels_of(out)[..., 0].astype(float).mean(0)
        steps[name] = np.abs(np.diff(cv2.blur(columns[None], (9, 1))[0])).max()
    assert steps["deep"] < 0.6 * steps["flat"]


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    clear = np.dstack([sample("coffee"), np.tile(np.arange(160, dtype=np.uint8), (107, 1))])
    out = adjust(written(clear, tmp_path / "a.png"), tmp_path / "b.png", Changes(exposure=1))
    assert (pixels_of(out)[..., 3] == clear[..., 3]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 3)])
def test_the_smallest_pictures(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 90, np.uint8)
    changes = Changes(1, 10, 10, 10, 10, 10, 10, 10, 50, 50)
    assert adjusted(picture, changes).shape == picture.shape


@pytest.mark.parametrize(("name", "value"), [("exposure", 4), ("sharpen", -1), ("tint", 101)])
def test_values_beyond_the_limits_are_refused(name: str, value: float) -> None:
    with pytest.raises(EngineError, match=f"{name.capitalize()} is {value}"):
        Changes(**{name: value})


def test_it_stops_when_told(tmp_path: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        if stage == "adjusting":
            raise Stopped

    source = written(sample("coffee"), tmp_path / "a.png")
    with pytest.raises(Stopped):
        adjust(source, tmp_path / "b.png", Changes(exposure=1), report=stop)
    assert not (tmp_path / "b.png").exists()


GOLDEN = {
    "adjust-light": Changes(exposure=0.5, contrast=25, highlights=-50, shadows=50),
    "adjust-color": Changes(temperature=-40, tint=15, saturation=-20, vibrance=60),
    "adjust-detail": Changes(sharpen=80, denoise=25),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_did(name: str) -> None:
    assert_golden(adjusted(sample("astronaut"), GOLDEN[name]), name)
