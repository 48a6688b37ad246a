"""This computer's finishing offers: from a Call to a file, and what they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.engine import Stopped
from studio.operations import finishing
from studio.providers.local import PROVIDER
from studio.providers.local.finish import OFFERS
from studio.spec import Call, ErrorKind, Offer, Operation, ProviderError, Status

SAMPLES = Path(__file__).resolve().parents[2] / "static" / "samples"
BY_OPERATION: dict[str, Offer] = {offer.operation: offer for offer, _ in OFFERS}
DECLARED: dict[str, Operation] = {
    o.key: o
    for o in (
        finishing.ADJUST,
        finishing.LOOK,
        finishing.CONVERT,
        finishing.CROP,
        finishing.WATERMARK,
    )
}
NEEDED: dict[str, dict[str, Any]] = {
    "look": {"style": "noir-monochrome"},
    "watermark": {"text": "N"},
}


def call(
    operation: str,
    folder: Path,
    files: Mapping[str, Path] | None = None,
    **said: Any,
) -> Call:
    """As the studio makes it: defaults filled in, what nobody said left out."""
    offer = BY_OPERATION[operation]
    params = {
        p.name: p.default
        for p in offer.params(DECLARED[operation])
        if p.default is not None and not p.is_asset
    }
    params |= NEEDED.get(operation, {}) | said
    given = {"image": SAMPLES / "chelsea.jpg", **(files or {})}
    return Call(offer=offer, params=params, files=given, ref="r1", folder=folder)


def made(work: Call) -> Path:
    update = PROVIDER.render(work)
    assert update.status == Status.SUCCEEDED
    path = update.outputs[0].path
    assert path is not None
    assert path.parent == work.folder
    return path


def test_every_operation_of_this_part_is_offered_in_full() -> None:
    assert set(BY_OPERATION) == set(DECLARED)
    for key, offer in BY_OPERATION.items():
        assert set(offer.accepts) == {param.name for param in DECLARED[key].params}


@pytest.mark.parametrize("operation", DECLARED)
def test_defaults_make_a_picture(tmp_path: Path, operation: str) -> None:
    with Image.open(made(call(operation, tmp_path))) as image:
        assert image.format in ("PNG", "WEBP")
        assert image.size == ((1024, 1024) if operation == "crop" else (451, 300))


@pytest.mark.parametrize("operation", DECLARED)
def test_the_suffix_fits_the_type(tmp_path: Path, operation: str) -> None:
    for format in DECLARED[operation].param("format").choices:
        path = made(call(operation, tmp_path, format=format))
        with Image.open(path) as image:
            assert image.format == format.upper()
            assert Image.registered_extensions()[path.suffix] == image.format


@pytest.mark.parametrize("operation", DECLARED)
def test_the_same_call_makes_the_same_bytes(tmp_path: Path, operation: str) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert made(call(operation, first)).read_bytes() == made(call(operation, second)).read_bytes()


def test_every_param_reaches_the_engine(tmp_path: Path) -> None:
    """Another value of a param, another picture."""
    mask = tmp_path / "mask.png"
    Image.fromarray(np.eye(300, 451, dtype=np.uint8) * 255).save(mask)
    usual = made(call("adjust", tmp_path)).read_bytes()
    for name in (p.name for p in finishing.ADJUST.params if p.kind in ("integer", "number")):
        assert (
            made(call("adjust", tmp_path, **{name: 1 if name == "exposure" else 60})).read_bytes()
            != usual
        )
    whole = made(call("adjust", tmp_path, exposure=1)).read_bytes()
    assert made(call("adjust", tmp_path, {"mask": mask}, exposure=1)).read_bytes() != whole
    assert (
        made(call("look", tmp_path, amount=20)).read_bytes()
        != made(call("look", tmp_path)).read_bytes()
    )
    small = {"width": 90, "height": 40}
    shapes = [{}, {"focus": (0.0, 1.0)}, {"mode": "stretch"}]
    shapes += [{"mode": "fit", "fill": f} for f in ("blur", "color", "mirror")]
    assert len({made(call("crop", tmp_path, **small, **s)).read_bytes() for s in shapes}) == 6
    marks = [
        {},
        {"position": "tiled"},
        {"size": 60},
        {"opacity": 20},
        {"margin": 15},
        {"color": "#ff0000"},
    ]
    assert len({made(call("watermark", tmp_path, **m)).read_bytes() for m in marks}) == 6


def test_a_target_is_kept(tmp_path: Path) -> None:
    path = made(call("convert", tmp_path, format="png", target_kb=40, longest_side=400))
    assert path.stat().st_size <= 40_000
    with Image.open(path) as image:
        assert max(image.size) <= 400


def refused(work: Call) -> str:
    with pytest.raises(ProviderError) as caught:
        PROVIDER.render(work)
    assert caught.value.kind == ErrorKind.INPUT
    assert list(work.folder.glob("*.png")) == []
    return caught.value.message


@pytest.mark.parametrize("operation", DECLARED)
def test_what_is_no_picture_is_refused(tmp_path: Path, operation: str) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((SAMPLES / "chelsea.jpg").read_bytes()[:5000])
    assert "damaged" in refused(call(operation, tmp_path, {"image": broken}))
    assert "no longer there" in refused(call(operation, tmp_path, {"image": tmp_path / "none"}))


def test_bad_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    mask = tmp_path / "in" / "mask.png"
    Image.new("L", (20, 10), 255).save(mask)
    assert "20 × 10, the picture is 451 × 300" in refused(call("adjust", tmp_path, {"mask": mask}))
    assert "“名”" in refused(call("watermark", tmp_path, text="名"))
    message = refused(call("convert", tmp_path, format="bmp", target_kb=5))
    assert message.startswith("At most 5 KB cannot be reached")


def test_words_or_a_logo_are_asked_for() -> None:
    assert finishing.WATERMARK.check is not None
    assert finishing.WATERMARK.check({}) is not None
    assert finishing.WATERMARK.check({"text": "North"}) is None


def test_it_stops(tmp_path: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        raise Stopped

    work = call("look", tmp_path)
    stopped = Call(work.offer, work.params, work.files, work.ref, work.folder, report=stop)
    with pytest.raises(ProviderError) as caught:
        PROVIDER.render(stopped)
    assert caught.value.kind == ErrorKind.STOPPED
