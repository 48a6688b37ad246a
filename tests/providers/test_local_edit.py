"""What this computer offers for editing: from a Call to a file, and every mistake by its name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.operations import edit as declared
from studio.providers.local import PROVIDER, edit
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status

OPERATIONS = {operation.key: operation for operation in declared.OPERATIONS}
OFFERS = {offer.operation: offer for offer, _ in edit.OFFERS}
CALLS = {
    "remove-background": {"edge": 4},
    "erase": {"mask": "spot.png"},
    "outpaint": {"left": 20, "down": 10},
    "recolor": {"from_color": "#c83c32", "color": "#3050c8"},
    "replace-background": {"background_color": "#202830", "light_direction": "left"},
}


@pytest.fixture
def folder(tmp_path):
    rows, columns = np.mgrid[:90, :120]
    picture = np.full((90, 120, 3), (70, 150, 90), float)
    picture[np.hypot(rows - 45, columns - 60) < 25] = (200, 60, 50)
    picture += np.random.default_rng(1).normal(0, 3, picture.shape)
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(tmp_path / "picture.png")
    spot = np.hypot(rows - 45, columns - 60) < 27
    Image.fromarray((spot * 255).astype(np.uint8)).save(tmp_path / "spot.png")
    Image.new("L", (30, 20), 255).save(tmp_path / "other.png")
    Image.new("L", (120, 90), 255).save(tmp_path / "white.png")
    (tmp_path / "made").mkdir()
    return tmp_path


def call(offer: Offer, folder: Path, **said) -> Call:
    """A call as the studio makes it: what is not said has its default, files are paths."""
    params = {
        p.name: p.default
        for p in offer.params(OPERATIONS[offer.operation])
        if not p.is_asset and p.default is not None
    }
    taken = {p.name for p in offer.params(OPERATIONS[offer.operation]) if p.is_asset}
    files = {name: folder / value for name, value in said.items() if name in taken}
    params |= {name: value for name, value in said.items() if name not in taken}
    return Call(offer, params, {"image": folder / "picture.png", **files}, "ref", folder / "made")


def made(update) -> Path:
    assert update.status == Status.SUCCEEDED
    (output,) = update.outputs
    return output.path


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("operation", CALLS)
def test_every_operation_makes_a_file_of_the_right_type_and_size(folder, operation, format) -> None:
    offer = OFFERS[operation]
    if operation == "remove-background" and format == "jpeg":
        return  # not among its choices: the next test
    path = made(PROVIDER.render(call(offer, folder, format=format, **CALLS[operation])))
    with Image.open(path) as image:
        assert image.format == format.upper()
        assert image.size == ((140, 100) if operation == "outpaint" else (120, 90))
        assert (image.mode == "RGBA") == (operation == "remove-background")
    assert path.suffix == {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}[format]
    assert list((folder / "made").iterdir()) == [path]


def test_a_cut_out_is_never_a_jpeg() -> None:
    offer = OFFERS["remove-background"]
    (format,) = (p for p in offer.params(OPERATIONS[offer.operation]) if p.name == "format")
    assert format.choices == ("png", "webp")


def test_the_disc_is_gone_where_it_was_erased(folder) -> None:
    path = made(PROVIDER.render(call(OFFERS["erase"], folder, mask="spot.png")))
    with Image.open(path) as image:
        after = np.asarray(image).astype(int)
    assert (after[..., 0] < 110).all()


def test_blur_alone_keeps_the_old_background(folder) -> None:
    path = made(PROVIDER.render(call(OFFERS["replace-background"], folder, blur=50)))
    with Image.open(path) as image:
        corner = np.asarray(image)[:10, :10].reshape(-1, 3).mean(0)
    assert np.abs(corner - (70, 150, 90)).max() < 5


def test_a_background_picture_goes_before_blur_and_color(folder) -> None:
    Image.new("RGB", (10, 10), (10, 20, 200)).save(folder / "blue.png")
    made_ = made(
        PROVIDER.render(call(OFFERS["replace-background"], folder, background="blue.png", blur=30))
    )
    with Image.open(made_) as image:
        corner = np.asarray(image)[:10, :10].reshape(-1, 3).mean(0)
    assert np.abs(corner - (10, 20, 200)).max() < 3


@pytest.mark.parametrize(
    ("operation", "said", "words"),
    [
        ("erase", {"mask": "other.png"}, "The mask is 30 × 20, the picture is 120 × 90"),
        ("erase", {"mask": "white.png"}, "Everything is marked"),
        ("outpaint", {}, "all 0"),
        ("recolor", {}, "Paint a mask, or pick the color"),
        ("recolor", {"mask": "other.png"}, "30 × 20"),
        ("remove-background", {"mask": "other.png"}, "30 × 20"),
        ("replace-background", {"background": "gone.png"}, "background picture is no longer there"),
    ],
)
def test_bad_input_is_the_persons_to_mend_and_leaves_nothing(
    folder, operation, said, words
) -> None:
    with pytest.raises(ProviderError, match=words) as caught:
        PROVIDER.render(call(OFFERS[operation], folder, **said))
    assert caught.value.kind == ErrorKind.INPUT
    assert not list((folder / "made").iterdir())


@pytest.mark.parametrize("operation", CALLS)
def test_what_an_offer_takes_is_declared(operation) -> None:
    declared = {p.name for p in OPERATIONS[operation].params}
    assert set(OFFERS[operation].accepts) <= declared


def test_recolor_asks_for_something_to_recolor() -> None:
    check = OPERATIONS["recolor"].check
    assert check({"image": 1, "color": "#ffffff"})[0] == "mask"
    for name in ("mask", "select_prompt", "from_color"):
        assert check({name: "x"}) is None
