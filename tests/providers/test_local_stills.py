"""Backgrounds, cards, enlarging, lines and colours: an order in, a file out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio import catalogue
from studio.engine import Stopped
from studio.forms import OperationForm
from studio.operations.upscale import PRESETS
from studio.providers.local import PROVIDER
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status

KEYS = ("local-background", "local-card", "local-upscale", "local-edges", "local-transfer")
SAMPLE = Path(__file__).parents[2] / "static" / "samples" / "coffee.jpg"
SMALL = {"width": "96", "height": "64"}


def offer(key: str) -> Offer:
    return next(o for o in PROVIDER.offers if o.key == key)


def params(key: str, **said: str) -> dict[str, Any]:
    """What the form makes of it, without the pictures."""
    form = ordered(key, **said)
    assert form.is_valid(), form.errors
    return form.params


def ordered(key: str, **said: str) -> OperationForm:
    whole = offer(key)
    kept = {k: v for k, v in whole.accepts.items() if k not in ("image", "style_image")}
    chosen = replace(whole, accepts=kept)
    return OperationForm(catalogue.operations()[whole.operation], chosen, said, resolve=False)


def made(key: str, folder: Path, files: dict[str, Path] | None = None, **said: str) -> Path:
    names = {p.name for p in offer(key).params(catalogue.operations()[offer(key).operation])}
    given = files or {"image": SAMPLE, "style_image": SAMPLE}
    given = {k: v for k, v in given.items() if k in names}
    call = Call(offer(key), params(key, **said), given, "ref", folder)
    update = PROVIDER.render(call)
    assert update.status is Status.SUCCEEDED
    path = update.outputs[0].path
    assert path is not None
    assert path.parent == folder
    return path


def words_of(key: str) -> dict[str, str]:
    return {"local-background": SMALL, "local-card": {"prompt": "Hello", **SMALL}}.get(key, {})


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("key", KEYS)
def test_each_makes_a_file_of_the_format(key: str, format: str, work: Path) -> None:
    path = made(key, work, format=format, **words_of(key))
    with Image.open(path) as image:
        assert image.format == format.upper()
        assert Image.registered_extensions()[path.suffix] == image.format
    assert [p.name for p in work.iterdir()] == [path.name], "nothing else is left"


@pytest.mark.parametrize("key", KEYS)
def test_each_is_free_and_says_what_it_cannot(key: str) -> None:
    assert offer(key).price.quote({}).amount == 0
    assert offer(key).cannot
    assert offer(key).quality == "", "it is never taken for a model"


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ({"size": "2x"}, (1200, 800)),
        ({"size": "4x"}, (2400, 1600)),
        ({"size": "custom", "longest_side": "777"}, (777, 518)),
        *(({"size": key}, (px, round(px * 2 / 3))) for key, px in PRESETS.items() if px < 2100),
    ],
)
def test_every_size_is_really_set(said: dict[str, str], size: tuple[int, int], work: Path) -> None:
    with Image.open(made("local-upscale", work, format="jpeg", **said)) as image:
        assert image.size == size


def refused(key: str, folder: Path, files: dict[str, Path], **said: str) -> ProviderError:
    with pytest.raises(ProviderError) as error:
        made(key, folder, files, **said)
    assert error.value.kind is ErrorKind.INPUT
    return error.value


def test_a_picture_that_is_large_enough_is_not_upscaled(work: Path) -> None:
    error = refused("local-upscale", work, {"image": SAMPLE}, size="custom", longest_side="300")
    assert "600 × 400 already; the result would be 300 × 200" in error.message
    assert list(work.iterdir()) == []


def test_too_large_a_result_is_refused(work: Path, tmp_path: Path) -> None:
    Image.new("L", (4000, 4000)).save(tmp_path / "large.png")
    error = refused("local-upscale", work, {"image": tmp_path / "large.png"}, size="4x")
    assert "16000 × 16000 are 256 megapixels; at most 150" in error.message


@pytest.mark.parametrize("key", ["local-upscale", "local-edges", "local-transfer"])
def test_what_is_no_picture_is_refused(key: str, work: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture")
    files = {"image": tmp_path / "notes.png", "style_image": SAMPLE}
    assert "cannot be read" in refused(key, work, files).message


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1"])
@pytest.mark.parametrize("key", ["local-upscale", "local-edges", "local-transfer"])
def test_every_kind_of_picture_is_taken(
    key: str, mode: str, work: Path, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    source = tmp_path / "a.tif"
    source.write_bytes(picture(size=(33, 21), format="TIFF", mode=mode))
    with Image.open(made(key, work, {"image": source, "style_image": SAMPLE})) as image:
        assert image.width in (33, 66)


@pytest.mark.parametrize("key", KEYS)
def test_each_can_be_stopped(key: str, work: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        raise Stopped

    files = {"image": SAMPLE, "style_image": SAMPLE}
    call = Call(offer(key), params(key, **words_of(key)), files, "ref", work, stop)
    with pytest.raises(ProviderError) as error:
        PROVIDER.render(call)
    assert error.value.kind is ErrorKind.STOPPED
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("key", ["local-background", "local-card"])
def test_own_colours_are_there_with_the_own_palette_only(key: str, work: Path) -> None:
    said = {**words_of(key), "palette": "own", "color_1": "#ffffff"}
    assert params(key, **said)["color_1"] == "#ffffff"
    assert "color_1" not in params(key, **words_of(key))
    form = ordered(key, **words_of(key), palette="sea", color_2="#123456")
    assert form.is_valid()
    assert any("First color does not go with colors “Sea”" in note for note in form.notes)
    made(key, work, **said)


@pytest.mark.parametrize(
    ("words", "problem"),
    [("Hi 😀", "has no “😀”"), ("x" * 201, "201"), ("", "Words is missing")],
)
def test_words_that_cannot_be_set_are_refused_at_the_form(words: str, problem: str) -> None:
    form = ordered("local-card", prompt=words, **SMALL)
    assert not form.is_valid()
    assert problem in str(form.errors["prompt"])
