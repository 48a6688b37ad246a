"""From the library into a module: what takes the chosen files, together or one by one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset, Status
from billing.models import Account, User
from studio import sending
from studio.models import Job
from tests.assets import make
from tests.studio.pages import People, said
from tests.studio.stories import bring


@pytest.fixture
def pictures(account: Account, alice: User, picture: Any, tmp_path: Path) -> list[Asset]:
    found = []
    for name, size in (("cat", (64, 48)), ("dog", (48, 64)), ("hen", (80, 40))):
        path = tmp_path / f"{name}.png"
        path.write_bytes(picture(size))
        found.append(bring(path, account, alice))
    return found


@pytest.fixture
def tone(account: Account, alice: User, tmp_path: Path) -> Asset:
    return bring(make.tone(tmp_path / "voice.wav"), account, alice)


def names(text: str, part: str) -> list[str]:
    """The operations that are linked in a part of the page."""
    inside = text.split(f'aria-labelledby="{part}"', 1)[-1].split("</section>", 1)[0]
    return re.findall(r"<b>([^<]+)</b>", inside) if f'"{part}"' in text else []


def ids(assets: list[Asset]) -> str:
    return ",".join(str(asset.pk) for asset in assets)


def page(client: Client, assets: list[Asset]) -> str:
    return said(client.get(reverse("send"), {"ids": ids(assets)}))


def test_every_way_leads_to_its_page_with_the_files_in_place(
    pictures: list[Asset], tone: Asset, account: Account, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    for assets in (pictures[:1], pictures[:2], pictures, [pictures[0], tone], [tone]):
        ways = sending.together(account, assets)
        for way in ways:
            shown = said(client.get(way.url))
            assert list(way.params.values()) == [str(asset.pk) for asset in assets]
            for name, pk in way.params.items():
                assert f'name="{name}" value="{pk}"' in shown, way.operation.key
            assert f'value="{way.offer.key}"' in shown
        assert ways or assets == pictures


def test_what_is_offered_follows_from_number_and_kind(
    pictures: list[Asset], tone: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    one = page(client, pictures[:1])
    assert {"Image to video", "Upscale"} <= set(names(one, "together"))
    assert names(one, "each") == []
    two = page(client, pictures[:2])
    assert {"Compare", "Style transfer", "Replace background"} <= set(names(two, "together"))
    # Nobody who may be used takes a last picture.
    assert "Image to video" not in names(two, "together")
    assert {"Image to video", "Upscale"} <= set(names(two, "each"))
    assert "Talking avatar" in names(page(client, [pictures[0], tone]), "together")
    mixed = page(client, [*pictures, tone])
    assert "Nothing takes 3 pictures and 1 sound together" in mixed
    assert names(mixed, "each") == []


def test_first_and_last_picture_go_to_a_model_that_takes_both(
    pictures: list[Asset], account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [w for w in sending.together(account, pictures[:2]) if "end_image" in w.params]
    monkeypatch.setenv("FAL_KEY", "k")
    ways = {w.operation.key: w for w in sending.together(account, pictures[1::-1])}
    way = ways["image-to-video"]
    assert way.params == {"image": str(pictures[1].pk), "end_image": str(pictures[0].pk)}
    assert "end_image" in {p.name for p in way.offer.params(way.operation)}


def test_videos_are_joined_in_their_order(
    account: Account, alice: User, sign_in: People, tmp_path: Path
) -> None:
    clips = [bring(make.film(tmp_path / f"{n}.mp4"), account, alice) for n in "ba"]
    shown = page(sign_in(alice), clips)
    assert f"clip_1={clips[0].pk}&amp;clip_2={clips[1].pk}" in shown
    turned = f"?ids={clips[1].pk},{clips[0].pk}"
    assert turned in shown


def test_what_is_offered_for_each_can_be_ordered_as_it_is(
    pictures: list[Asset], tone: Asset, account: Account, alice: User, tmp_path: Path
) -> None:
    film = bring(make.film(tmp_path / "film.mp4"), account, alice)
    for assets in (pictures, [film], [tone]):
        ways = sending.one_each(account, assets)
        assert ways or assets == [tone]
        for way in ways:
            assert len(sending.wanted(way, account, alice, assets)) == len(assets)


def test_one_of_each_is_one_order(
    pictures: list[Asset], account: Account, sign_in: People, alice: User
) -> None:
    client, address = sign_in(alice), reverse("send-each", args=["upscale"])
    shown = said(client.get(address, {"ids": ids(pictures)}))
    assert "Make 3 · free" in shown
    form = dict(re.findall(r'name="(ids|key|shown)" value="([^"]*)"', shown))
    answer = client.post(address, form)
    assert answer["Location"] == reverse("operation", args=["upscale", "upscale"])
    made = list(Job.objects.order_by("created", "pk"))
    assert [job.params["image"] for job in made] == [str(asset.pk) for asset in pictures]
    assert len({job.run for job in made}) == 1
    client.post(address, form)
    assert Job.objects.count() == 3


def test_a_changed_price_is_said_before_anything_is_ordered(
    pictures: list[Asset], sign_in: People, alice: User
) -> None:
    address = reverse("send-each", args=["upscale"])
    sent = {"ids": ids(pictures), "key": "k", "shown": "5000000:credits"}
    answer = sign_in(alice).post(address, sent)
    assert answer.status_code == 422
    assert "The price has changed: free instead of 5 cr" in said(answer)
    assert not Job.objects.exists()


def test_what_needs_words_is_named_and_not_linked(
    pictures: list[Asset], sign_in: People, alice: User
) -> None:
    shown = page(sign_in(alice), pictures)
    assert "Erase" not in names(shown, "each")
    assert "More has to be said for" in shown
    erase = reverse("send-each", args=["erase"])
    assert sign_in(alice).get(erase, {"ids": ids(pictures)}).status_code == 404


def test_limits_and_lost_files_are_said_in_words(
    pictures: list[Asset], account: Account, sign_in: People, alice: User
) -> None:
    client, address = sign_in(alice), reverse("send")
    many = ",".join(f"00000000-0000-0000-0000-{n:012}" for n in range(25))
    for given, words in (
        ({"ids": many}, "more than 24 files"),
        ({"ids": "soup"}, "is not an id"),
        ({}, "None of these files"),
        ({"filter": "kind=soup"}, "soup"),
    ):
        answer = client.get(address, given)
        assert (answer.status_code, words in said(answer)) == (422, True), given
    services.trash(pictures[0])
    Asset.objects.filter(pk=pictures[1].pk).update(status=Status.DAMAGED)
    assert "1 picture" in page(client, pictures).lower()
    assert str(pictures[2].pk) in said(client.get(address, {"filter": "kind=image"}))


def test_strangers_and_viewers_send_nothing(
    pictures: list[Asset], sign_in: People, vera: User, charlie: User
) -> None:
    each = reverse("send-each", args=["upscale"])
    for address in (reverse("send"), each):
        assert sign_in(vera).get(address, {"ids": ids(pictures)}).status_code == 403
        theirs = sign_in(charlie).get(address, {"ids": ids(pictures)})
        assert theirs.status_code == 422
        assert not any(str(asset.pk) in said(theirs).split("<main", 1)[1] for asset in pictures)
        assert Client().get(address).status_code == 302
    sent = {"ids": ids(pictures), "key": "k", "shown": ""}
    assert sign_in(charlie).post(each, sent).status_code == 422
    assert not Job.objects.exists()


def test_use_in_begins_with_the_file_itself_not_with_what_it_was_made_of(
    pictures: list[Asset], sign_in: People, alice: User
) -> None:
    source, made = pictures[:2]
    recipe = {"operation": "upscale", "offer": "local-upscale", "params": {"image": str(source.pk)}}
    Asset.objects.filter(pk=made.pk).update(recipe=recipe)
    shown = said(sign_in(alice).get(reverse("asset", args=[made.pk])))
    uses = re.findall(r'href="(/upscale/upscale/[^"]+)"><svg', shown)
    assert [f"image={made.pk}" in address for address in uses] == [True]


def test_a_way_of_somebody_else_shows_nothing_of_the_file(
    pictures: list[Asset], account: Account, sign_in: People, charlie: User
) -> None:
    for way in sending.together(account, pictures[:2]):
        shown = said(sign_in(charlie).get(way.url))
        assert f"/files/{pictures[0].pk}/" not in shown
        assert "Cat" not in shown.split("<main", 1)[1]
