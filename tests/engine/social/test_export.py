"""Files for every format: exact, light enough, in the right colors."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.engine import EngineError, Stopped
from studio.engine.social import Safe, boxes, export, look, recalled, told
from studio.engine.stills import icc
from tests.engine.social.pictures import (
    COFFEE,
    SAMPLES,
    made,
    noise,
    noisy,
    of_color,
    pixels_of,
    want,
    written,
)


def test_every_format_is_there_in_order_and_exact(tmp_path: Path) -> None:
    sizes = [(108, 108), (108, 192), (300, 50), (108, 108), (64, 200)]
    formats = [want(key=f"f{i}", width=w, height=h) for i, (w, h) in enumerate(sizes)]
    done = export(COFFEE, tmp_path / "new", formats).made
    assert [one.key for one in done] == [one.key for one in formats]
    assert [pixels_of(one.path).shape[1::-1] for one in done] == sizes
    assert done[0].path.name == "f0.jpg"
    assert done[0].path.read_bytes() == done[3].path.read_bytes()
    assert all(one.bytes == one.path.stat().st_size for one in done)
    assert all(one.quality == 95 and one.enlarged == 1 for one in done)


def test_the_same_makes_the_same_bytes(tmp_path: Path) -> None:
    one, other = made(COFFEE, tmp_path / "a"), made(COFFEE, tmp_path / "b")
    assert one.path.read_bytes() == other.path.read_bytes()


def test_the_file_shows_the_box_of_the_preview(tmp_path: Path) -> None:
    seen = look(COFFEE)
    done = export(seen, tmp_path, [want(width=200, height=200)]).made[0]
    (box,) = boxes(seen, [1.0])
    assert np.abs(np.subtract(done.box, box)).max() <= 1.5 / 400


def test_a_preview_of_a_small_copy_and_the_file_are_cut_the_same(tmp_path: Path) -> None:
    """What was seen in the copy goes by way of JSON, as a page keeps it."""
    copy = tmp_path / "small.jpg"
    with Image.open(SAMPLES / "astronaut.jpg") as image:
        image.resize((200, 200)).save(copy, quality=70)
    kept = json.loads(json.dumps(told(look(copy))))
    sizes = [(90, 160), (191, 100), (300, 100)]
    seen = look(SAMPLES / "astronaut.jpg", known=recalled(kept))
    preview = boxes(recalled(kept), [width / height for width, height in sizes])
    formats = [want(key=f"f{w}", width=w, height=h) for w, h in sizes]
    for box, one in zip(preview, export(seen, tmp_path, formats).made, strict=True):
        assert np.abs(np.subtract(box, one.box)).max() * 512 <= 2


@pytest.mark.parametrize("size", [(300, 200), (213, 142), (150, 100), (75, 50), (200, 60)])
def test_it_looks_as_if_lanczos_had_made_it_from_the_whole(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    done = made(COFFEE, tmp_path, width=size[0], height=size[1], types=("png",))
    with Image.open(COFFEE) as image:
        left, top, right, bottom = done.box
        box = (left * 600, top * 400, right * 600, bottom * 400)
        gold = np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box), np.float64)
    error = float(((pixels_of(done.path) - gold) ** 2).mean())
    assert 10 * np.log10(255**2 / max(error, 1e-9)) >= 33


# --- bytes --------------------------------------------------------------------------------------


def test_a_lower_limit_gives_a_lower_quality_and_is_kept(tmp_path: Path) -> None:
    limits = (200_000, 20_000, 12_000, 8_000)
    found = [made(COFFEE, tmp_path, most=most) for most in limits]
    assert all(one.bytes <= most for one, most in zip(found, limits, strict=True))
    qualities = [one.quality or 0 for one in found]
    assert qualities[0] == 95
    assert qualities == sorted(qualities, reverse=True)
    assert len(set(qualities)) == 4


def test_the_quality_is_the_best_under_the_limit(tmp_path: Path) -> None:
    done = made(COFFEE, tmp_path, most=15_000)
    assert done.quality is not None
    with pytest.raises(EngineError, match="may have 3"):
        made(COFFEE, tmp_path, most=300)
    more = made(COFFEE, tmp_path, most=done.bytes + 1500)
    assert more.quality is not None
    assert more.quality > done.quality


def test_a_png_that_is_too_large_becomes_a_jpeg_where_that_is_taken(tmp_path: Path) -> None:
    done = made(COFFEE, tmp_path, types=("png", "jpeg"), most=60_000)
    assert (done.type, done.path.suffix, done.quality) == ("jpeg", ".jpg", 95)
    assert made(COFFEE, tmp_path, types=("png", "jpeg")).type == "png"


def test_else_it_gives_up_colors(tmp_path: Path) -> None:
    done = made(COFFEE, tmp_path, types=("png",), most=60_000)
    assert done.type == "png"
    assert done.bytes <= 60_000
    with Image.open(done.path) as image:
        assert image.mode == "P"
    assert any("colors to be small enough" in line for line in done.warnings)


HEAVY = want(key="heavy", most=2000, types=("png", "jpeg"))


def test_what_cannot_be_small_enough_is_left_out_and_says_so(tmp_path: Path) -> None:
    source, out = noisy(tmp_path, 640, 400), tmp_path / "out"
    done, refused = export(source, out, [want(key="good"), HEAVY])
    assert [one.key for one in done] == ["good"]
    assert [*out.iterdir()] == [done[0].path]
    assert [*refused] == ["heavy"]
    assert "“heavy” may have 2.0 KB, and its 320 × 200 px take" in refused["heavy"]


def test_when_nothing_can_be_made_that_is_an_error(tmp_path: Path) -> None:
    source, out = noisy(tmp_path, 640, 400), tmp_path / "out"
    with pytest.raises(EngineError, match=r"^“heavy” may have"):
        export(source, out, [HEAVY])
    large = want(key="large", width=2000, height=2000, enlarge=False)
    with pytest.raises(EngineError, match=r"^None of 2 formats can be made\. “large” has"):
        export(source, out, [HEAVY, large])
    assert not list(out.iterdir())


@pytest.mark.parametrize("type", ["jpeg", "png", "webp", "avif", "gif"])
def test_every_type_is_what_its_first_bytes_say(tmp_path: Path, type: str) -> None:
    done = made(COFFEE, tmp_path, types=(type,), most=200_000)
    assert done.type == type
    assert f"{type.upper()} by its first bytes" in done.checked
    assert "320 × 200 px" in done.checked


# --- pictures of every kind ---------------------------------------------------------------------


def test_cmyk_becomes_srgb(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (640, 400), (0, 200, 200, 20)).save(path)
    done = made(path, tmp_path)
    red, green, blue = pixels_of(done.path)[100, 160]
    assert red > 200
    assert max(green, blue) < 80
    assert "sRGB" in done.checked


def test_a_turned_photograph_is_upright_and_not_marked(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (400, 640))
    image.paste((250, 20, 20), (0, 0, 400, 320))
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif, quality=95)
    done = made(path, tmp_path, mode="center")
    pixels = pixels_of(done.path)
    # Turned to the right, what was above is at the right.
    assert pixels[100, 300, 0] > 200
    assert pixels[100, 20, 0] < 60
    with Image.open(done.path) as written:
        assert not written.getexif()
    assert done.checked[-1].startswith("upright")


def test_a_wide_gamut_is_brought_into_srgb(tmp_path: Path) -> None:
    wide = icc.adobe_rgb()
    path = tmp_path / "a.jpg"
    Image.new("RGB", (640, 400), (120, 200, 60)).save(path, icc_profile=wide, quality=95)
    done = made(path, tmp_path)
    expected = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (120, 200, 60)),
        ImageCms.ImageCmsProfile(io.BytesIO(wide)),
        ImageCms.createProfile("sRGB"),
    )
    assert expected is not None
    assert np.abs(pixels_of(done.path)[100, 160].astype(int) - expected.getpixel((0, 0))).max() < 8
    assert pixels_of(done.path)[100, 160, 0] < 80, "not as the numbers were"
    with Image.open(done.path) as written:
        assert written.info["icc_profile"] == icc.srgb()


@pytest.mark.parametrize("type", ["jpeg", "png"])
def test_a_file_says_that_it_is_in_srgb_and_stays_below_its_limit(
    tmp_path: Path, type: str
) -> None:
    done = made(COFFEE, tmp_path, types=(type,), most=60_000)
    assert done.bytes == done.path.stat().st_size <= 60_000
    with Image.open(done.path) as written:
        written.load()
        assert written.info.get("icc_profile") == icc.srgb() or "srgb" in written.info


def test_sixteen_bits_of_grey(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.full((400, 640), 32768, np.uint16)).save(path)
    assert abs(int(pixels_of(made(path, tmp_path).path)[100, 160, 0]) - 128) < 3


def test_what_is_transparent_stands_on_the_background_in_a_jpeg(tmp_path: Path) -> None:
    source = of_color(tmp_path, 640, 400, (0, 0, 0, 0))
    done = made(source, tmp_path, background=(10, 200, 30))
    assert np.abs(pixels_of(done.path)[50, 50].astype(int) - (10, 200, 30)).max() < 4


def test_and_stays_so_in_a_png(tmp_path: Path) -> None:
    source = of_color(tmp_path, 640, 400, (200, 0, 0, 100))
    pixels = pixels_of(made(source, tmp_path, types=("png",)).path)
    assert pixels.shape == (200, 320, 4)
    assert np.abs(pixels.astype(int) - (200, 0, 0, 100)).max() <= 3


def test_what_is_hidden_under_a_hole_does_not_color_its_edge(tmp_path: Path) -> None:
    pixels = np.zeros((400, 640, 4), np.uint8)
    pixels[:] = (0, 255, 0, 0)
    pixels[101:299, 101:541] = (200, 30, 30, 255)
    source = written(pixels, tmp_path / "a.png")
    for width, height in ((320, 200), (150, 94), (70, 44)):
        done = made(source, tmp_path, width=width, height=height, types=("png", "jpeg"))
        there = pixels_of(done.path)
        seen = there[there[..., 3] > 40]
        assert seen[:, 1].max() < 60


WAYS = [("smart", "white"), ("center", "white")]
WAYS += [("fit", fill) for fill in ("white", "color", "blur", "extend")]


@pytest.mark.parametrize(("mode", "fill"), WAYS)
@pytest.mark.parametrize("size", [(4000, 100), (100, 4000), (1, 1), (3, 2), (1, 900), (321, 201)])
def test_pictures_of_every_shape_are_exact(
    tmp_path: Path, mode: str, fill: str, size: tuple[int, int]
) -> None:
    source = noisy(tmp_path, *size)
    for wide, tall in ((320, 200), (90, 160), (300, 51), (1, 1)):
        done = made(source, tmp_path, width=wide, height=tall, mode=mode, fill=fill)
        assert pixels_of(done.path).shape == (tall, wide, 3)
        assert all(0 <= value <= 1 for value in done.box)


def test_fit_shows_all_of_it_between_the_fill(tmp_path: Path) -> None:
    source = of_color(tmp_path, 400, 400, (200, 30, 30))
    fills = {"white": (255, 255, 255), "color": (1, 2, 3), "extend": (200, 30, 30)}
    for fill, beside in fills.items():
        done = made(source, tmp_path, mode="fit", fill=fill, background=(1, 2, 3), types=("png",))
        pixels = pixels_of(done.path)
        assert (pixels[:, 60:260] == (200, 30, 30)).all()
        assert (pixels[:, :60] == beside).all()
        assert done.box == (0, 0, 1, 1)


def test_a_small_picture_is_enlarged_or_refused(tmp_path: Path) -> None:
    source = noisy(tmp_path, 80, 50)
    done = made(source, tmp_path)
    assert done.enlarged == pytest.approx(4)
    assert any("enlarged 4.0 times" in line for line in done.warnings)
    with pytest.raises(EngineError, match=r"shows has only 80 × 50\. Allow it to be enlarged"):
        made(source, tmp_path, enlarge=False)
    assert made(COFFEE, tmp_path, enlarge=False).enlarged == 1


# --- warnings -----------------------------------------------------------------------------------


def test_a_face_where_the_platform_writes_is_told(tmp_path: Path) -> None:
    source = SAMPLES / "astronaut.jpg"
    story = {"width": 270, "height": 480}
    calm = made(source, tmp_path, **story)
    assert calm.warnings == ()
    told = made(source, tmp_path, **story, safe=Safe(top=0.25))
    assert told.warnings == ("A face is in the unsafe zone at the top, which may be covered.",)


def test_a_face_that_is_cut_is_told(tmp_path: Path) -> None:
    part = (0.45, 0.0, 1.0, 0.55)
    done = made(SAMPLES / "astronaut.jpg", tmp_path, width=100, height=100, box=part)
    assert done.warnings == ("A face is cut off at the left.",)


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        if fraction > 0.3:
            raise Stopped

    formats = [want(key=f"f{i}", width=100 + i) for i in range(6)]
    with pytest.raises(Stopped):
        export(COFFEE, tmp_path / "out", formats, stop)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 0}, "The width of “a” is 0 px. Use 1 to 16,384"),
        ({"height": 20_000}, "The height of “a” is 20000 px"),
        ({"types": ()}, "takes no file type"),
        ({"types": ("psd",)}, "The type of “a” is “psd”. Choose from jpeg"),
        ({"most": 0}, "The limit of “a” is 0 bytes"),
        ({"mode": "melt"}, "The mode of “a” is “melt”"),
        ({"fill": "sand"}, "The fill of “a” is “sand”"),
        ({"focus": (0.5, 1.5)}, r"at 0\.5, 1\.5. Use 0 to 1"),
        ({"box": (0.5, 0, 0.2, 1)}, "left before right"),
        ({"safe": Safe(0.6, 0.5)}, "leaves nothing"),
        ({"key": "../a"}, "cannot name a file"),
        ({"key": ""}, "cannot name a file"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        made(COFFEE, tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_what_was_kept_has_no_pixels_to_export(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no pixels"):
        export(recalled(told(look(COFFEE))), tmp_path, [want()])


def test_two_of_one_key_and_none_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="“a” is there 2 times"):
        export(COFFEE, tmp_path, [want(), want(width=10)])
    with pytest.raises(EngineError, match="No format is chosen"):
        export(COFFEE, tmp_path, [])


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(COFFEE.read_bytes()[:20_000])
    with pytest.raises(EngineError, match="cannot be read"):
        made(path, tmp_path)
    with pytest.raises(EngineError, match="no longer there"):
        look(tmp_path / "none.jpg")


def test_noise_of_any_channels_is_looked_at() -> None:
    from studio.engine.social.sight import at_pixels

    for channels in (3, 4):
        seen = at_pixels(noise(70, 41, channels))
        assert seen.size == (70, 41)
        assert len(seen.levels) == 1
