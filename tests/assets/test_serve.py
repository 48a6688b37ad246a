"""Files leave to members of their account only, by ranges, and never as a document."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.db import connections
from django.test import AsyncClient, Client
from django.urls import reverse

from assets import services
from assets.models import Asset
from billing import access
from billing.models import Account, User
from tests.assets import make

Bring = Callable[..., Asset]
SignIn = Callable[[User], Client]


def address(asset: Asset | Any, variant: str = "original") -> str:
    return reverse("asset-file", args=[getattr(asset, "pk", asset), variant])


@pytest.fixture
def film(bring: Bring, work: Path) -> Asset:
    content = make.film(work / "a.mp4", sound=True).read_bytes()
    return bring(content, "My film ☀.mp4", limits=services.result_limits())


@pytest.fixture
def client(sign_in: SignIn, alice: User) -> Client:
    return sign_in(alice)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_variant_with_its_type(client: Client, film: Asset, bring: Bring) -> None:
    for variant, mime in (
        ("original", "video/mp4"),
        ("thumbnail", "image/webp"),
        ("poster", "image/jpeg"),
    ):
        response = client.get(address(film, variant))
        field = film.file if variant == "original" else getattr(film, variant)
        assert response.status_code == 200
        assert response["Content-Type"] == mime
        assert body(response) == field.read()
        assert int(response["Content-Length"]) == field.size


def test_headers_that_keep_a_file_a_file(client: Client, bring: Bring) -> None:
    for response in (client.get(address(bring())), client.head(address(bring()))):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Content-Disposition"].startswith("inline")
        assert "private" in response["Cache-Control"]
        assert "public" not in response["Cache-Control"]
        assert "immutable" in response["Cache-Control"]
        assert "Cookie" in response["Vary"]


def test_a_type_that_is_not_ours_is_never_shown(client: Client, bring: Bring) -> None:
    """Only an old or a broken row can say so; the file must still not run in a browser."""
    asset = bring()
    Asset.objects.update(mime="text/html")
    response = client.get(address(asset))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_picture_that_is_a_page_too_is_served_as_a_picture(client: Client, bring: Bring) -> None:
    page = b"<html><script>alert(1)</script></html>"
    gif = make.encoded(make.Image.new("P", (9, 9)), "GIF", comment=page)
    assert page in gif
    response = client.get(address(bring(gif, "page.html")))
    assert response["Content-Type"] == "image/gif"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("filename", "part"),
    [
        ("plain.png", 'filename="plain.png"'),
        ("Käse ☀.png", "filename*=utf-8''K%C3%A4se%20%E2%98%80.png"),
        ('a"b;c.png', 'filename="a_b;c.png"'),
        ("a\r\nX-Evil: 1.png", "X-Evil_ 1.png"),
    ],
)
def test_a_download_has_its_name(client: Client, bring: Bring, filename: str, part: str) -> None:
    response = client.get(address(bring(filename=filename)) + "?download=1")
    assert response["Content-Disposition"].startswith("attachment; ")
    assert part in response["Content-Disposition"]
    assert not response.has_header("X-Evil")


def test_a_name_from_elsewhere_breaks_no_header(client: Client, bring: Bring) -> None:
    asset = bring()
    Asset.objects.update(filename="a\r\nX-Evil: 1.png")
    response = client.get(address(asset))
    assert response.status_code == 200
    assert not response.has_header("X-Evil")


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, -1),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", -5, -1),
        ("bytes=-99999999", 0, -1),
        ("bytes=7-99999999", 7, -1),
    ],
)
def test_ranges(client: Client, film: Asset, header: str, first: int, last: int) -> None:
    whole = film.file.read()
    first, last = first % len(whole), last % len(whole)
    response = client.get(address(film), headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert body(response) == whole[first : last + 1]
    assert int(response["Content-Length"]) == last + 1 - first


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0", f"bytes={10**17}-{10**17}"])
def test_ranges_outside(client: Client, film: Asset, header: str) -> None:
    response = client.get(address(film), headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{film.size}"


@pytest.mark.parametrize(
    "header",
    ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=0-" + "9" * 5000],
)
def test_ranges_that_mean_nothing_give_the_whole_file(
    client: Client, film: Asset, header: str
) -> None:
    response = client.get(address(film), headers={"Range": header})
    assert response.status_code == 200
    assert len(body(response)) == film.size


def test_the_browser_may_keep_it(client: Client, film: Asset) -> None:
    etag = client.get(address(film))["ETag"]
    assert client.get(address(film, "poster"))["ETag"] != etag
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = client.get(address(film), headers={"If-None-Match": known})
        assert response.status_code == 304
        assert response["ETag"] == etag
        assert not response.content
    assert client.get(address(film), headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_range_of_another_version_gives_the_whole_file(client: Client, film: Asset) -> None:
    etag = client.get(address(film))["ETag"]
    for known, status in ((etag, 206), ('"other"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)):
        headers = {"Range": "bytes=0-9", "If-Range": known}
        assert client.get(address(film), headers=headers).status_code == status


def test_the_head_of_a_file(client: Client, film: Asset) -> None:
    response = client.head(address(film))
    assert response.status_code == 200
    assert int(response["Content-Length"]) == film.size
    assert body(response) == b""
    response = client.head(address(film), headers={"Range": "bytes=0-9"})
    assert (response.status_code, response["Content-Length"]) == (206, "10")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_files_are_only_read(client: Client, film: Asset, method: str) -> None:
    assert getattr(client, method)(address(film)).status_code == 405


def test_members_see_it_strangers_do_not(
    sign_in: SignIn, film: Asset, bob: User, vera: User, charlie: User
) -> None:
    for user in (bob, vera):
        assert sign_in(user).get(address(film)).status_code == 200
    stranger = sign_in(charlie)
    for variant in ("original", "thumbnail", "poster", "unheard-of"):
        theirs = stranger.get(address(film, variant))
        missing = stranger.get(address(uuid4(), variant))
        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content
        assert not theirs.has_header("ETag")


def test_a_known_etag_opens_nothing(sign_in: SignIn, film: Asset, charlie: User) -> None:
    headers = {"If-None-Match": "*"}
    assert sign_in(charlie).get(address(film), headers=headers).status_code == 404


def test_a_visitor_is_asked_to_sign_in(film: Asset) -> None:
    response = Client().get(address(film))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign-in"))
    assert Client().get(address(uuid4())).status_code == 302


def test_an_api_key_opens_the_files_of_its_account(
    film: Asset, account: Account, alice: User, charlie: User
) -> None:
    def status(secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().get(address(film), headers=headers).status_code

    _, secret = access.create_key(account, alice, "mine", read_only=True)
    _, theirs = access.create_key(charlie.accounts.get(), charlie, "theirs")
    assert status(secret) == 200
    assert status(theirs) == 404
    assert status("zt_nonsense") == 401
    alice.membership_set.all().delete()
    assert status(secret) == 401, "who left the account has left its files"


def test_a_wrong_key_is_not_helped_by_a_session(client: Client, film: Asset) -> None:
    headers = {"Authorization": "Bearer zt_nonsense"}
    assert client.get(address(film), headers=headers).status_code == 401


def test_the_sign_in_of_a_proxy_is_not_taken_for_a_key(client: Client, film: Asset) -> None:
    headers = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert client.get(address(film), headers=headers).status_code == 200


def test_the_trash_can_be_looked_into(client: Client, film: Asset) -> None:
    services.trash(film)
    assert client.get(address(film)).status_code == 200


def test_a_missing_file_is_a_404_and_is_noted(client: Client, film: Asset) -> None:
    default_storage.delete(film.file.name)
    assert client.get(address(film)).status_code == 404
    film.refresh_from_db()
    assert film.status == "damaged"
    assert client.get(address(film, "thumbnail")).status_code == 200


def test_a_missing_thumbnail_is_no_damage(client: Client, film: Asset) -> None:
    default_storage.delete(film.thumbnail.name)
    assert client.get(address(film, "thumbnail")).status_code == 404
    film.refresh_from_db()
    assert film.status == "ready"


@pytest.fixture
def large(film: Asset) -> int:
    """The film's file grown to 64 MB."""
    path = Path(default_storage.path(film.file.name))
    with path.open("ab") as file:
        file.truncate(64 * 1024 * 1024)
    return path.stat().st_size


def test_a_large_file_takes_little_memory(client: Client, film: Asset, large: int) -> None:
    tracemalloc.start()
    response = client.get(address(film))
    assert sum(len(chunk) for chunk in response.streaming_content) == large
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


@pytest.mark.django_db(transaction=True)
def test_a_large_file_takes_little_memory_on_an_event_loop(
    film: Asset, large: int, alice: User
) -> None:
    async def download() -> int:
        client = AsyncClient()
        await client.aforce_login(alice)
        response = await client.get(address(film), headers={"Range": "bytes=1-"})
        assert response.status_code == 206
        assert response.is_async
        size = sum([len(chunk) async for chunk in response.streaming_content])
        await sync_to_async(connections.close_all)()
        return size

    tracemalloc.start()
    assert asyncio.run(download()) == large - 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024
