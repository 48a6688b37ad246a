"""What leaves for people outside has its content, and not one word beside it."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from assets.media import Limits, Refused
from assets.media.clean import clean
from assets.models import Asset
from assets.services import boards
from billing.models import Account, User
from tests.assets.make import chunk, film, tone

SECRET = "SECRET PLACE"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()


def exif(orientation: int = 6) -> Image.Exif:
    told = Image.Exif()
    told[0x0112], told[0x010E] = orientation, SECRET
    return told


def picture(format: str, **options: Any) -> bytes:
    """A picture with the secret in every corner that the format has."""
    image = Image.effect_noise((60, 40), 80).convert("RGB")
    out = io.BytesIO()
    if format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("parameters", SECRET)
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options["pnginfo"] = text
    if format == "GIF":
        options["comment"] = SECRET.encode()
    else:
        options |= {"exif": exif()}
    if format in ("JPEG", "WEBP"):
        options["xmp"] = XMP
    if format == "JPEG":
        options["comment"] = SECRET
    image.save(out, format, **options)
    return out.getvalue()


def cleaned(content: bytes | Path, work: Path, suffix: str) -> Path:
    source = work / f"source{suffix}"
    if isinstance(content, bytes):
        source.write_bytes(content)
    else:
        source = content
    return clean(source, work / f"clean{suffix}", Limits())


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {}),
        ("PNG", {}),
        ("WEBP", {"quality": 80}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("TIFF", {}),
        ("AVIF", {}),
    ],
)
def test_pictures(format: str, options: dict[str, Any], work: Path) -> None:
    content = picture(format, **options)
    assert SECRET.encode() in content
    made = cleaned(content, work, f".{format.lower()}")
    assert SECRET.encode() not in made.read_bytes()
    with Image.open(io.BytesIO(content)) as old, Image.open(made) as new:
        assert set(new.info) <= set(old.info) | {"icc_profile", "transparency"}
        turned = new.getexif().get(0x0112, 1)
        assert set(new.getexif()) <= {0x0112}
        if made.suffix == ".png" and format != "PNG":
            assert (new.size, turned) == ((40, 60), 1)  # stands upright
        else:
            assert turned == (1 if format == "GIF" else 6)
            assert np.array_equal(np.asarray(old.convert("RGB")), np.asarray(new.convert("RGB")))


def test_a_moving_gif_still_moves(work: Path) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=0, comment=b"SECRET")
    made = cleaned(out.getvalue(), work, ".gif")
    with Image.open(made) as image:
        assert (image.n_frames, image.info.get("loop"), "comment" in image.info) == (3, 0, False)


def test_a_moving_webp_still_moves(work: Path) -> None:
    frames = [Image.effect_noise((20, 20), n).convert("RGB") for n in (10, 90)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], exif=exif(1), xmp=XMP)
    made = cleaned(out.getvalue(), work, ".webp")
    assert SECRET.encode() not in made.read_bytes()
    with Image.open(made) as image:
        assert image.n_frames == 2


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv"])
def test_films(suffix: str, work: Path) -> None:
    codec = {"codec": "libvpx-vp9"} if suffix == ".webm" else {}
    told = told_of(film(work / f"plain{suffix}", **codec), work / f"told{suffix}")
    assert SECRET.encode() in told.read_bytes()
    made = cleaned(told, work, suffix)
    assert SECRET.encode() not in made.read_bytes()
    assert frames(made) == frames(told)
    with av.open(str(made)) as container:
        assert not {k: v for k, v in container.metadata.items() if SECRET in v}


def told_of(source: Path, target: Path) -> Path:
    """The same recording with words in its container and in its stream."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        new.metadata.update({"title": SECRET, "comment": SECRET, "artist": SECRET})
        streams = [new.add_stream_from_template(stream) for stream in old.streams]
        for stream in streams:
            stream.metadata["title"] = SECRET
        for packet in old.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    return target


def frames(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux() if packet.size]


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        (".wav", "pcm_s16le"),
        (".mp3", "libmp3lame"),
        (".flac", "flac"),
        (".ogg", "libopus"),
        (".m4a", "aac"),
    ],
)
def test_sounds(suffix: str, codec: str, work: Path) -> None:
    rate = 48000 if codec in ("libopus", "aac", "libmp3lame") else 8000
    told = told_of(tone(work / f"plain{suffix}", codec=codec, rate=rate), work / f"told{suffix}")
    assert SECRET.encode() in told.read_bytes()
    made = cleaned(told, work, suffix)
    assert SECRET.encode() not in made.read_bytes()
    assert frames(made) == frames(told)


def test_a_model_says_nothing_but_its_shape(work: Path) -> None:
    scene = {
        "asset": {"version": "2.0", "copyright": SECRET, "extras": {"a": SECRET}},
        "nodes": [{"name": "body", "extras": {"b": SECRET}}],
    }
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    head = b"glTF" + struct.pack("<II", 2, 20 + len(text))
    made = cleaned(head + struct.pack("<II", len(text), 0x4E4F534A) + text, work, ".glb")
    data = made.read_bytes()
    assert SECRET.encode() not in data
    assert struct.unpack_from("<I", data, 8)[0] == len(data)
    assert json.loads(data[20:])["nodes"] == [{"name": "body"}]


def test_a_signed_picture_loses_its_signature_and_keeps_its_pixels(work: Path) -> None:
    plain = picture("PNG")
    signed = plain[:33] + chunk(b"caBX", b"jumb" + SECRET.encode()) + plain[33:]
    made = cleaned(signed, work, ".png").read_bytes()
    assert b"caBX" not in made
    assert SECRET.encode() not in made


def test_what_cannot_be_cleaned_does_not_leave(work: Path) -> None:
    with pytest.raises(Refused, match="cannot be cleaned"):
        cleaned(b"\x89PNG\r\n\x1a\n" + b"nonsense", work, ".png")
    with pytest.raises(Refused, match="cannot be cleaned"):
        cleaned(b"....ftypisom" + bytes(100), work, ".mp4")


# --- as a visitor gets it -----------------------------------------------------------------------


@pytest.fixture
def shared_as(
    bring: Callable[..., Asset], account: Account, alice: User
) -> Callable[..., tuple[Asset, Callable[..., Any]]]:
    """shared_as(content, name, **wishes) → the asset, and get(variant) of a visitor."""

    def share(content: bytes, name: str, **wishes: Any) -> tuple[Asset, Callable[..., Any]]:
        asset = bring(content, name)
        board = boards.make_board(account, alice, title="B", assets=[asset], **wishes)
        token, key = boards.token_of(board), board.items.get().key

        def get(variant: str, **headers: str) -> Any:
            return Client().get(reverse("share-file", args=[token, key, variant]), headers=headers)

        return asset, get

    return share


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_a_download_is_cleaned_unless_the_board_says_otherwise(shared_as: Any) -> None:
    content = picture("WEBP")
    for metadata in (False, True):
        asset, get = shared_as(content, "photo of home.webp", downloads=True, metadata=metadata)
        answer = get("download")
        assert (SECRET.encode() in body(answer)) is metadata
        assert answer.headers["Content-Disposition"] == 'attachment; filename="Photo of home.webp"'
        assert answer.headers["Content-Type"] == "image/webp"
        assert "immutable" not in answer.headers["Cache-Control"]
        assert asset.sha256[:16] not in answer.headers["ETag"]


def test_a_signed_file_is_identical_only_with_all_that_is_in_it(shared_as: Any) -> None:
    plain = picture("PNG")
    signed = plain[:33] + chunk(b"caBX", b"jumb") + plain[33:]
    _, get = shared_as(signed, "a.png", downloads=True, metadata=True)
    assert body(get("download")) == signed
    _, get = shared_as(signed, "a.png", downloads=True)
    assert b"caBX" not in body(get("download"))


def test_stills_tell_nothing(shared_as: Any) -> None:
    _, get = shared_as(picture("GIF"), "a.gif", downloads=True)
    for variant in ("thumbnail", "poster"):
        answer = get(variant)
        assert answer.headers["Content-Type"].startswith("image/")
        assert b"SECRET" not in body(answer)
        assert get(variant, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_without_downloads_a_picture_is_seen_and_a_film_played(shared_as: Any, work: Path) -> None:
    _, get = shared_as(picture("PNG"), "a.png")
    assert get("poster").status_code == 200
    assert get("download").status_code == get("view").status_code == 404
    _, get = shared_as(film(work / "a.mp4").read_bytes(), "a.mp4")
    assert get("download").status_code == 404
    part = get("view", Range="bytes=0-99")
    assert (part.status_code, len(body(part))) == (206, 100)
    assert part.headers["Content-Disposition"].startswith("inline")
    assert get("nothing").status_code == get("original").status_code == 404
