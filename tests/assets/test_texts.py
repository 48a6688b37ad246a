"""Texts in the library: told apart, limited, found by their content, and never run."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import ImageColor

from assets import media, services
from assets.media import text
from assets.models import Asset, Excerpt
from assets.search import filter_assets
from billing.models import Account, User

Look = Callable[..., media.Examined]
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello there\n"


@pytest.mark.parametrize(
    ("content", "filename", "extension", "mime"),
    [
        (b"Just words.", "a.txt", "txt", "text/plain"),
        (b"Just words.", "a.png", "txt", "text/plain"),
        (b"# Head\n\n* point", "notes.MD", "md", "text/markdown"),
        (b"a,b\n1,2\n", "table.csv", "csv", "text/csv"),
        (b'{"a": [1, 2]}', "a.txt", "json", "application/json"),
        (b"{not json", "a.json", "txt", "text/plain"),
        (SRT.encode(), "a.md", "srt", "application/x-subrip"),
        (SRT.replace("\n", "\r\n").encode(), "film", "srt", "application/x-subrip"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi", "a.vtt", "vtt", "text/vtt"),
        ("\ufeffWith a mark: ü".encode(), "a.txt", "txt", "text/plain"),
        ("Smörgåsbord ünd 水墨".encode("utf-16"), "a.txt", "txt", "text/plain"),
        ("Grüße".encode("utf-16-be").join([b"\xfe\xff", b""]), "a.txt", "txt", "text/plain"),
    ],
)
def test_kinds_of_text(
    bring: Callable[..., Asset], content: bytes, filename: str, extension: str, mime: str
) -> None:
    asset = bring(content, filename)
    assert (asset.kind, asset.mime) == ("text", mime)
    assert asset.filename.endswith(f".{extension}")
    assert asset.thumbnail
    assert asset.poster
    with services.open_file(asset) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"words \0 and zeros", "unknown type"),
        (b"words" * 2000 + b"\xff\xfe\xfd", "neither UTF-8 nor UTF-16"),
        (b"words" * 2000 + b"\0", "control characters"),
        ("x".encode("utf-16") + b"\x00\xd8", "neither UTF-8 nor UTF-16"),
        (b"<html><script>alert(1)</script>", "a web page"),
        (b"<svg onload=alert(1)>", "an SVG drawing"),
        (b"  <?xml version='1.0'?><a/>", "XML or HTML"),
        ("<html>".encode("utf-16"), "a web page"),
        (b"%PDF-1.4 text", "a PDF document"),
        (b"a" * (5 * 1024**2 + 1), "the limit is 5 MB"),
        (b"", "0 bytes"),
    ],
)
def test_what_is_no_text(bring: Callable[..., Asset], content: bytes, words: str) -> None:
    with pytest.raises(services.Refused, match=words):
        bring(content, "a.txt")
    assert not Asset.objects.exists()


def test_a_text_where_something_else_is_wanted(
    bring: Callable[..., Asset], account: Account
) -> None:
    who: dict[str, Any] = {"account": account, "user": None, "filename": "a.png"}
    for content in (b"words", "words".encode("utf-16")):
        with pytest.raises(services.Refused, match="a text file, which cannot be used"):
            services.ingest(io.BytesIO(content), kinds=("image",), **who)
    assert services.ingest(io.BytesIO(b"words"), kinds=("text",), **who).kind == "text"


def test_found_by_its_content_and_only_its_beginning(
    bring: Callable[..., Asset], account: Account
) -> None:
    asset = bring(b"The heron waits. " + b"x " * 6000 + b"pelican", "birds.txt")
    mine = Asset.objects.for_account(account)
    assert filter_assets(mine, {"q": "heron"}).get() == asset
    assert not filter_assets(mine, {"q": "pelican"}).exists()
    services.update(asset, title="Water birds")
    assert filter_assets(mine, {"q": "heron water"}).get() == asset
    assert len(Excerpt.objects.get(asset=asset).text) == 10_000
    assert filter_assets(mine, {"kind": "text"}).get() == asset


def test_it_is_served_as_plain_text(
    bring: Callable[..., Asset], sign_in: Callable[[User], Client], alice: User
) -> None:
    asset = bring(b"# <script>alert(1)</script>", "a.md")
    answer = sign_in(alice).get(f"/files/{asset.pk}/original/")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    page = sign_in(alice).get(f"/library/{asset.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_hostile_texts_are_drawn_in_time(look: Look) -> None:
    for content in (
        b"x" * (5 * 1024**2),
        b"\n" * 10**6,
        b"[" * 10**6,
        "\u202e漢\t".encode() * 9999,
    ):
        seen = look(content, text_bytes=10**7)
        assert seen.still.size == (1200, 900)


@pytest.mark.parametrize(
    "words", ["漢字", "Привет", "السلام", "🎬", "👨\u200d👩", "नमस्ते", "\u3000字"]
)
def test_letters_that_the_font_has_not_are_no_boxes(words: str) -> None:
    ink = ImageColor.getrgb(text._INK)
    colors = {color for _, color in text.draw(words).getcolors(100_000) or []}
    assert ink not in colors
    assert ImageColor.getrgb(text._BAR) in colors
    mixed = {color for _, color in text.draw(f"Zoe {words}").getcolors(100_000) or []}
    assert ink in mixed


def test_tiles_show_the_text_itself(
    bring: Callable[..., Asset], sign_in: Callable[[User], Client], alice: User
) -> None:
    client = sign_in(alice)
    bring("漢字 <script>alert(1)</script>".encode(), "one.txt")
    client.get("/library/")
    with CaptureQueriesContext(connection) as one:
        page = client.get("/library/").content.decode()
    assert "漢字 &lt;script&gt;alert(1)" in page
    for number in range(3):
        bring(f"{number}{'字' * 5_000}".encode(), f"{number}.txt")
    for view in ("grid", "list", "timeline"):
        with CaptureQueriesContext(connection) as many:
            page = client.get(f"/library/?view={view}").content.decode()
        assert page.count("字") < 4 * 510
        assert "2字字字" in page
    with CaptureQueriesContext(connection) as many:
        client.get("/library/")
    assert len(many) <= len(one)
