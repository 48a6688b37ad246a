"""Look-alikes: copies are found, other pictures are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from assets import services
from assets.media import likeness
from assets.media.likeness import bands, is_like, is_same, neighbors
from assets.models import Asset, Look
from assets.search import filter_assets
from assets.services import looks
from billing.models import Account, User

SAMPLES = sorted(Path("static/samples").glob("*.jpg"))


def sample(name: str) -> Image.Image:
    with Image.open(f"static/samples/{name}.jpg") as image:
        return image.convert("RGB")


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def noise(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture of soft spots like no other."""
    rough = np.random.default_rng(seed).integers(0, 255, (7, 9, 3), np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)


def cropped(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    left, top = round(width * share), round(height * share)
    return image.crop((left, top, width - left, height - top))


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "saved again": lambda i: Image.open(io.BytesIO(encoded(i, quality=35))),
    "halved": lambda i: i.resize((i.width // 2, i.height // 2)),
    "tiny": lambda i: i.resize((i.width // 6, i.height // 6)),
    "cropped 2 %": lambda i: cropped(i, 0.02),
    "cropped 3 %": lambda i: cropped(i, 0.03),
    "brighter": lambda i: ImageEnhance.Brightness(i).enhance(1.3),
    "darker": lambda i: ImageEnhance.Brightness(i).enhance(0.7),
    "stronger": lambda i: ImageEnhance.Color(i).enhance(1.6),
    "gray": lambda i: i.convert("L"),
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", COPIES)
def test_copies_are_alike(path: Path, name: str) -> None:
    image = sample(path.stem)
    seen, copy = likeness(image), likeness(COPIES[name](image).convert("RGB"))
    assert is_like(seen, copy)
    assert seen.hash is not None
    assert copy.hash is not None
    pairs = zip(bands(seen.hash), bands(copy.hash), strict=True)
    assert any(b in neighbors(a) for a, b in pairs), "the index would not find it"


def test_different_pictures_are_not_alike() -> None:
    seen = [likeness(sample(path.stem)) for path in SAMPLES]
    seen += [likeness(noise(seed)) for seed in range(120)]
    pairs = [(a, b) for n, a in enumerate(seen) for b in seen[:n]]
    assert len(pairs) > 7000
    assert [pair for pair in pairs if is_like(*pair)] == []


def test_a_picture_without_light_and_shade_is_like_nothing() -> None:
    red, blue = (likeness(Image.new("RGB", (64, 64), color)) for color in ("red", "blue"))
    assert red.hash is None
    assert not is_like(red, blue)
    assert not is_like(red, red)
    assert not is_same(red, red)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 3)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_any_shape_has_a_look(size: tuple[int, int], mode: str) -> None:
    assert len(likeness(Image.new(mode, size)).layout) == 48


def test_alike_of_the_own_account(
    bring: Callable[..., Asset], account: Account, charlie: User
) -> None:
    cat = bring(encoded(sample("chelsea")), "cat.jpg")
    near = bring(encoded(cropped(sample("chelsea"), 0.02)), "near.jpg")
    small = bring(encoded(sample("chelsea").resize((200, 133))), "small.jpg")
    bring(encoded(sample("coffee")), "coffee.jpg")
    gone = services.trash(bring(encoded(sample("chelsea"), quality=60), "gone.jpg"))
    theirs = services.ingest(
        io.BytesIO(encoded(sample("chelsea"))),
        account=charlie.accounts.get(),
        filename="a.jpg",
        user=None,
    )
    assert services.alike(cat) == [small, near]
    assert services.alike(cat, limit=1) == [small]
    assert services.alike(theirs) == []
    mine = Asset.objects.for_account(account)
    assert {*filter_assets(mine, {"like": str(cat.pk)})} == {cat, near, small}
    assert {*filter_assets(mine, {"like": str(cat.pk), "status": "trashed"})} == {gone}
    assert not filter_assets(mine, {"like": str(theirs.pk)}).exists()
    with pytest.raises(ValueError, match="not the id of an asset"):
        filter_assets(mine, {"like": "cat"})


def test_twins(bring: Callable[..., Asset]) -> None:
    first = bring(encoded(sample("chelsea"), quality=95), "cat.jpg")
    assert services.twin_of(first) is None
    exact = services.twin_of(again := bring(encoded(sample("chelsea"), quality=95), "copy.jpg"))
    assert exact
    assert (exact.asset, exact.exact) == (first, True)
    assert again.sha256 == first.sha256
    looks_same = services.twin_of(bring(encoded(sample("chelsea"), quality=70), "saved.jpg"))
    assert looks_same
    assert (looks_same.asset, looks_same.exact) == (first, False)
    assert services.twin_of(bring(encoded(cropped(sample("chelsea"), 0.04)), "crop.jpg")) is None
    assert services.twin_of(first) is None, "the older one equals nothing"
    services.trash(first)
    exact = services.twin_of(again)
    assert exact is None, "what is in the trash does not count"


def test_old_assets_are_caught_up_with(bring: Callable[..., Asset]) -> None:
    cat = bring(encoded(sample("chelsea")), "cat.jpg")
    lost = bring(encoded(noise(1)), "lost.jpg")
    Look.objects.all().delete()
    lost.thumbnail.storage.delete(lost.thumbnail.name)
    assert services.catch_up_looks() == 2
    assert services.catch_up_looks() == 0
    near = bring(encoded(cropped(sample("chelsea"), 0.02)), "near.jpg")
    assert services.alike(near) == [cat]
    assert Look.objects.get(asset=lost).hash is None


def test_every_hash_fits_the_column(bring: Callable[..., Asset]) -> None:
    cat = bring()
    for hash in (0, 1, 2**63 - 1, 2**63, 2**64 - 1):
        looks.remember(cat, looks.Likeness(hash, bytes(48)))
        kept = looks._look_of(Asset.objects.get(pk=cat.pk))
        assert kept
        assert kept.hash == hash
