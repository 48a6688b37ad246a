"""The relief that this computer offers, as the catalogue knows it and as it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import catalogue
from studio.providers import Renderer
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status
from tests.conftest import SAMPLES


def render(offer: Offer, source: Path, folder: Path) -> Path:
    provider = catalogue.provider_of(offer)
    assert isinstance(provider, Renderer)
    operation = catalogue.operations()[offer.operation]
    params = {p.name: p.default for p in offer.params(operation) if not p.is_asset}
    heard: list[float] = []
    call = Call(
        offer=offer,
        params=params | {"detail": 96},
        files={"image": source},
        ref="a.1",
        folder=folder,
        report=lambda fraction, stage: heard.append(fraction),
    )
    update = provider.render(call)
    assert update.status is Status.SUCCEEDED
    assert heard[0] == 0
    assert heard[-1] == 1
    (output,) = update.outputs
    assert isinstance(output.path, Path)
    return output.path


def offer() -> Offer:
    return catalogue.all_offers()["local-relief"]


def test_it_asks_for_what_it_uses_and_says_what_it_is_not() -> None:
    operation = catalogue.operations()["image-to-3d"]
    names = [p.name for p in offer().params(operation)]
    assert names == ["image", "depth", "detail", "texture_resolution"]
    assert operation.makes == "model"
    assert offer().cannot == "A relief of the picture, not a scanned object: its back is flat."
    assert offer().price.quote({}).amount == 0


def test_it_makes_a_glb(work: Path) -> None:
    path = render(offer(), SAMPLES / "coffee.jpg", work)
    assert path.name == "relief.glb"
    assert path.read_bytes()[:8] == b"glTF\x02\0\0\0"


def test_a_bad_picture_is_the_picture_s_fault(work: Path) -> None:
    (work / "a.png").write_bytes(b"no picture")
    with pytest.raises(ProviderError, match="cannot be read") as told:
        render(offer(), work / "a.png", work)
    assert told.value.kind == ErrorKind.INPUT
