"""Pictures and sounds that cannot be used, and addresses that are not fetched."""

from __future__ import annotations

import base64
import io
import struct
import threading
import uuid
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from assets.models import Asset
from assets.services import ingest
from billing.models import User
from tests.api.conftest import post, refused

pytestmark = pytest.mark.usefixtures("nothing_left")

JOBS = "/api/v1/jobs/"


# --- the picture --------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    length, check = struct.pack(">I", len(content)), zlib.crc32(kind + content)
    return length + kind + content + struct.pack(">I", check)


def bomb() -> bytes:
    """A PNG of a few bytes whose header says 30,000 × 30,000."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def truncated() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).save(out, "JPEG")
    return out.getvalue()[: len(out.getvalue()) // 3]


PICTURES = {
    "not a picture": (b"This is a letter, not a picture.\n" * 20, "a.png"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "a.png"),
    "a drawing with scripts": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg"),
    "truncated": (truncated(), "a.jpg"),
    "a bomb": (bomb(), "a.png"),
    "empty": (b"", "a.png"),
}
each_picture = pytest.mark.parametrize(("content", "name"), PICTURES.values(), ids=list(PICTURES))


@each_picture
def test_a_bad_picture_as_a_file(api: Client, media: Path, content: bytes, name: str) -> None:
    form = {"operation": "image-to-video", "image": SimpleUploadedFile(name, content)}
    answer = api.post(JOBS, form)
    wrong = refused(answer, "image", "Picture")
    assert wrong["message"].count(".") >= 2, "what is wrong, and the way out"
    assert not [f for f in media.rglob("*") if f.is_file()]


@each_picture
def test_a_bad_picture_as_a_data_url(api: Client, content: bytes, name: str) -> None:
    text = "data:image/png;base64," + base64.b64encode(content).decode()
    answer = post(api, JOBS, {"operation": "image-to-video", "params": {"image": text}})
    refused(answer, "image", "Picture")


@each_picture
def test_a_bad_picture_as_an_upload(api: Client, content: bytes, name: str) -> None:
    # Letters alone are a text, which may come in here.
    content = content.replace(b"This is a letter", b"\0 is no letter")
    answer = api.post("/api/v1/assets/", {"file": SimpleUploadedFile(name, content)})
    refused(answer, "file")


@pytest.mark.usefixtures("accepted")
def test_the_extension_does_not_count(api: Client, picture: Any) -> None:
    """A JPEG named .png is a JPEG, and gets the name of one."""
    file = SimpleUploadedFile("photo.png", picture(format="JPEG"), "text/html")
    answer = api.post(JOBS, {"operation": "image-to-video", "image": file})
    assert answer.status_code == 201
    asset = Asset.objects.get()
    assert (asset.mime, asset.filename) == ("image/jpeg", "photo.jpg")


def test_a_picture_where_a_sound_belongs(api: Client, body: Any, cat: Asset) -> None:
    answer = post(api, JOBS, body(audio=str(cat.pk)))
    refused(answer, "audio", "The cat", "audio")


def test_a_good_picture_with_a_bad_sound_leaves_nothing(api: Client, picture: Any) -> None:
    form = {
        "operation": "image-to-video",
        "image": SimpleUploadedFile("a.png", picture()),
        "audio": SimpleUploadedFile("a.wav", b"RIFF no"),
    }
    refused(api.post(JOBS, form), "audio")


# --- which picture ------------------------------------------------------------------------------


def test_an_unknown_asset_and_somebody_elses_are_the_same(
    api: Client, body: Any, charlie: User, picture: Any, cat: Asset
) -> None:
    upload = SimpleUploadedFile("theirs.png", picture())
    theirs = ingest(upload, account=charlie.accounts.get(), user=charlie, filename="theirs.png")
    unknown = uuid.uuid4()
    answers = [post(api, JOBS, body(image=str(pk))) for pk in (unknown, theirs.pk)]
    one, two = (refused(a, "image", "no asset", status=404) for a in answers)
    assert one["message"].replace(str(unknown), "") == two["message"].replace(str(theirs.pk), "")
    theirs.delete()


def test_a_trashed_asset(api: Client, body: Any, cat: Asset) -> None:
    assert api.delete(f"/api/v1/assets/{cat.pk}/").status_code == 204
    refused(post(api, JOBS, body()), "image", "in the trash", status=404)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://127.0.0.1/photo.jpg", "private"),
        ("https://localhost/photo.jpg", "private"),
        ("https://[::1]/photo.jpg", "private"),
        ("https://10.0.0.7/photo.jpg", "private"),
        ("https://192.168.1.1/photo.jpg", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://2130706433/photo.jpg", "private"),
        ("https://[::ffff:127.0.0.1]/photo.jpg", "private"),
        ("https://127.0.0.1:8000/photo.jpg", "port"),
        ("http://example.com/photo.jpg", "https"),
        ("file:///etc/passwd", "https"),
        ("ftp://example.com/photo.jpg", "https"),
        ("https://user:word@example.com/photo.jpg", "password"),
        ("https:///photo.jpg", "https"),
    ],
)
def test_an_address_of_this_network(api: Client, address: str, words: str) -> None:
    answer = post(api, JOBS, {"operation": "image-to-video", "params": {"image": address}})
    refused(answer, "image", words)


@pytest.fixture
def server(picture: Any) -> Iterator[str]:
    """A web server on this computer: "127.0.0.1:<port>"."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = picture() if self.path == "/photo.png" else b"<html></html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None: ...

    web = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, args=[0.01], daemon=True).start()
    yield f"127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


@pytest.mark.usefixtures("accepted")
def test_a_server_that_the_operator_allows(api: Client, server: str, settings: Any) -> None:
    settings.FETCH_ALLOWED_HOSTS = [server]
    params = {"image": f"http://{server}/photo.png"}
    answer = post(api, JOBS, {"operation": "image-to-video", "params": params})
    assert answer.status_code == 201, answer.content
    assert Asset.objects.get().filename == "photo.png"
    assert server not in answer.content.decode()


def test_the_same_server_without_leave(api: Client, server: str) -> None:
    params = {"image": f"http://{server}/photo.png"}
    refused(post(api, JOBS, {"operation": "image-to-video", "params": params}), "image", "https")


def test_a_page_where_a_picture_was_promised(api: Client, server: str, settings: Any) -> None:
    settings.FETCH_ALLOWED_HOSTS = [server]
    params = {"image": f"http://{server}/page.png"}
    refused(post(api, JOBS, {"operation": "image-to-video", "params": params}), "image")
