"""Tags by rule: proposed, accepted, refused, remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from assets import media, services
from assets.models import Asset, HintState
from assets.search import filter_assets
from assets.services import hints
from assets.services.rules import Known, names_for
from billing.models import Account, User


def layout(*color: int) -> bytes:
    return media.likeness(Image.new("RGB", (64, 64), color)).layout  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (300, 100, "panorama"),
        (160, 90, "landscape"),
        (100, 100, "square"),
        (90, 160, "portrait"),
        (1, 4000, "portrait"),
    ],
)
def test_shapes(width: int, height: int, name: str) -> None:
    assert names_for(Known("image", width, height)) == [name]
    assert names_for(Known("audio", width, height)) == []


@pytest.mark.parametrize(
    ("color", "names"),
    [
        ((220, 20, 30), ["red"]),
        ((255, 140, 0), ["bright", "orange"]),
        ((250, 230, 40), ["bright", "yellow"]),
        ((30, 160, 50), ["green"]),
        ((30, 60, 220), ["blue"]),
        ((0, 150, 150), ["teal"]),
        ((110, 30, 160), ["purple"]),
        ((240, 110, 180), ["pink"]),
        ((10, 10, 10), ["dark", "black and white"]),
        ((250, 250, 250), ["bright", "black and white"]),
        ((128, 128, 128), ["black and white"]),
    ],
)
def test_colors(color: tuple[int, ...], names: list[str]) -> None:
    assert names_for(Known("image", layout=layout(*color))) == names


def test_two_colors_and_how_it_was_made() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32], pixels[32:] = (220, 20, 30), (30, 60, 220)
    seen = media.likeness(Image.fromarray(pixels)).layout
    assert names_for(Known("image", layout=seen)) == ["blue", "red"]
    made = Known("video", operation="image-to-video", provider="local", has_audio=True)
    assert names_for(made) == ["with sound", "image to video", "made here"]
    assert "fal" in names_for(Known("image", operation="upscale", provider="fal"))


def test_a_proposal_is_no_tag_until_it_is_accepted(
    bring: Callable[..., Asset], account: Account
) -> None:
    asset, mine = bring(), Asset.objects.for_account(account)
    names = [hint.name for hint in hints.open_hints(asset)]
    assert "landscape" in names
    assert not filter_assets(mine, {"q": "landscape"}).exists()
    assert not filter_assets(mine, {"tag": "landscape"}).exists()
    assert hints.accept(asset, ["Landscape", "never proposed"]) == ["landscape"]
    assert filter_assets(mine, {"q": "landscape"}).get() == asset
    assert filter_assets(mine, {"tag": "landscape"}).get() == asset
    assert hints.accept(asset, ["landscape"]) == []


def test_what_was_refused_is_not_proposed_again(bring: Callable[..., Asset]) -> None:
    asset = bring()
    refused = hints.refuse(asset)
    assert refused
    hints.propose(asset, [*refused, "fresh"], "ai")
    assert [hint.name for hint in hints.open_hints(asset)] == ["fresh"]
    services.update(asset, tags=["fresh"])
    hints.propose(asset, ["fresh"])
    assert asset.hints.filter(name="fresh").count() == 1


def test_an_account_may_have_them_at_once(bring: Callable[..., Asset], account: Account) -> None:
    hints.set_accepts_rules(account, True)
    asset = bring(tags=["mine"])
    tags = {tag.name for tag in asset.tags.all()}
    assert {"mine", "landscape"} <= tags
    assert hints.open_hints(asset) == []
    full = bring(tags=[f"tag {number}" for number in range(50)])
    assert full.tags.count() == 50
    with pytest.raises(services.Refused, match="the limit is 50"):
        hints.accept(full)


def test_on_the_page(
    bring: Callable[..., Asset],
    sign_in: Callable[[User], Client],
    alice: User,
    vera: User,
    charlie: User,
    account: Account,
) -> None:
    asset, client = bring(), sign_in(alice)
    address = f"/library/{asset.pk}/hints/"
    assert "Accept the tag landscape" in client.get(f"/library/{asset.pk}/").content.decode()
    assert sign_in(charlie).post(address, {"accept": ""}).status_code == 404
    assert sign_in(vera).post(address, {"accept": ""}).status_code == 403
    assert sign_in(vera).post("/library/settings/", {"accept_rules": "1"}).status_code == 403
    assert Client().post(address, {"accept": ""}).status_code == 302
    assert hints.open_hints(asset)
    assert client.post(address, {"accept": "landscape"}).status_code == 302
    assert client.post(address, {"refuse": ""}).status_code == 302
    assert [tag.name for tag in asset.tags.all()] == ["landscape"]
    assert not asset.hints.filter(state=HintState.OPEN).exists()
    client.post("/library/settings/", {"accept_rules": "1"})
    assert hints.accepts_rules(account)
    assert "Propose them only" in client.get("/account/").content.decode()
    client.post("/library/settings/", {"accept_rules": "0"})
    assert not hints.accepts_rules(account)
