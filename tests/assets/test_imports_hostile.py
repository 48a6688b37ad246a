"""ZIPs that want to do harm: bombs, names that lead away, lies about everything."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import services
from assets.models import Asset, Collection, Import
from assets.services import imports
from assets.services.imports import about, limits, opened
from assets.services.imports.plan import plan_of
from billing.models import Account, User
from tests.assets.zips import brought, counts, foreign, ours, reasons


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../etc/cron.d/a.png", "leads outside"),
        ("/etc/a.png", "leads outside"),
        ("C:\\a.png", "leads outside"),
        ("a\\..\\..\\b.png", "leads outside"),
        ("a\nb.png", "letters that no name has"),
        ("x" * 2000 + ".png", "2,004 letters; the limit is 1,000"),
    ],
)
def test_names_that_lead_away_are_refused_and_nothing_is_written_there(
    theirs: Account, picture: Any, name: str, words: str
) -> None:
    row = brought(theirs, foreign((name, picture()), ("good.png", picture((9, 9)))))
    assert counts(row) == (1, 0, 1)
    assert words in reasons(row)[name[-300:]]
    assert not Path("/etc/cron.d/a.png").exists()
    assert not Path("/etc/a.png").exists()


def test_a_file_without_a_name(theirs: Account, picture: Any) -> None:
    content = foreign(("QQ.png", picture()), ("good.png", picture((9, 9))))
    row = brought(theirs, content.replace(b"QQ.png", b"\0Q.png"))  # a name ends at such a letter
    assert counts(row) == (1, 0, 1)
    assert "no name" in reasons(row)["(no name)"]


def test_links_are_not_followed(theirs: Account, picture: Any) -> None:
    row = brought(theirs, foreign((link("passwords.txt"), b"/etc/passwd"), ("a.png", picture())))
    assert counts(row) == (1, 0, 1)
    assert "a link or a device" in reasons(row)["passwords.txt"]


def test_doubles_encrypted_and_strange_methods_are_refused_one_by_one(
    theirs: Account, picture: Any
) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = foreign(("a.png", picture()), ("a.png", picture((9, 9))))
    row = brought(theirs, content)
    assert counts(row) == (1, 0, 1)
    assert "same name" in reasons(row)["a.png"]
    secret = bytearray(foreign(("b.png", picture((8, 8)))))
    for at in (6, secret.index(b"PK\1\2") + 8):
        secret[at] |= 1
    assert "encrypted" in reasons(brought(theirs, bytes(secret)))["b.png"]
    packed = foreign(("c.png", picture((7, 7))), method=zipfile.ZIP_LZMA)
    assert "method 14" in reasons(brought(theirs, packed))["c.png"]


def test_a_broken_file_does_not_stop_the_others(theirs: Account, picture: Any) -> None:
    content = bytearray(foreign(("a.png", picture()), ("b.png", picture((9, 9)))))
    content[100] ^= 0xFF
    row = brought(theirs, bytes(content))
    assert counts(row) == (1, 0, 1)
    assert "does not fit its checksum" in reasons(row)["a.png"]


def test_a_truncated_zip_says_so_and_can_be_sent_again(theirs: Account, picture: Any) -> None:
    content = foreign(("a.png", picture()))
    for cut in (content[:200], content[:-5], content[:10]):
        row = brought(theirs, cut)
        assert row.state == "failed"
        assert "not whole" in row.error
    assert not Asset.objects.exists()
    for nothing in (b"", b"GIF89a", b"PK"):
        with pytest.raises(services.Refused, match="not a ZIP"):
            imports.order(theirs, None, ContentFile(nothing), "a.zip")


def test_files_that_lie_about_their_type(theirs: Account, picture: Any) -> None:
    row = brought(theirs, foreign(("a.png", b"<html><script>"), ("b.txt", picture())))
    assert counts(row) == (1, 0, 1)
    assert "a web page" in reasons(row)["a.png"]
    assert Asset.objects.get().filename == "b.png"


# --- bombs --------------------------------------------------------------------------------------


def test_what_grows_too_much_is_not_unpacked(theirs: Account, picture: Any, settings: Any) -> None:
    grows = foreign(("a.bmp", bytes(6_000_000)), ("b.png", picture()), method=zipfile.ZIP_DEFLATED)
    row = brought(theirs, grows)
    assert counts(row) == (1, 0, 1)
    assert "times when it is unpacked; the limit is 200" in reasons(row)["a.bmp"]
    settings.UPLOAD_MAX_BYTES = settings.IMAGE_MAX_BYTES = 1000
    row = brought(theirs, foreign(("large.txt", os.urandom(2000))))
    assert "It has 2 kB; the limit of a file is 1000 bytes" in reasons(row)["large.txt"]


def test_the_whole_is_measured_before_anything_is_unpacked(
    theirs: Account, picture: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = foreign(("a.png", picture()), ("b.png", picture((9, 9))))
    monkeypatch.setattr(opened.limits, "MOST_ENTRIES", 1)
    row = brought(theirs, content)
    assert "has 2 entries" in row.error
    monkeypatch.setattr(opened.limits, "MOST_ENTRIES", 100)
    monkeypatch.setattr(opened.limits, "MOST_FILES", 1)
    assert "has 2 files; the limit is 1" in brought(theirs, content).error
    monkeypatch.setattr(opened.limits, "MOST_FILES", 100)
    settings.ARCHIVE_MAX_BYTES = 1_000_000
    large = foreign(("a.txt", b"a" * 70_000_000), method=zipfile.ZIP_DEFLATED)
    assert "Unpacked the ZIP would have 66.8 MB" in brought(theirs, large).error
    assert "There is no file in the ZIP" in brought(theirs, foreign(("a/", b""))).error
    assert not Asset.objects.exists()


def test_files_that_share_their_bytes_are_refused(theirs: Account) -> None:
    """The trick of the bomb that unpacks 46 MB to 4.5 PB."""
    content = foreign(*[(f"{n}.txt", b"a" * 9000) for n in range(3)])
    start = content.index(b"PK\1\2")
    entry = content[start : content.index(b"PK\1\2", start + 4)]
    head = content[: content.index(b"PK\3\4", 4)]
    directory = entry * 3
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3, 3, len(directory), len(head), 0)
    row = brought(theirs, head + directory + end)
    assert row.state == "failed"
    assert "overlap" in row.error


def test_a_list_of_millions_is_not_read(theirs: Account) -> None:
    head = b"PK\3\4" + bytes(30)
    directory = bytes(13 * 1024 * 1024)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(head), 0)
    row = brought(theirs, head + directory + end)
    assert "a list of 13 MB" in row.error


def test_memory_is_bounded_however_large_a_file_is(tmp_path: Path) -> None:
    """150 MB in one file, copied out in a process that may use 60 MB more than it has."""
    path = tmp_path / "large.zip"
    block = os.urandom(1024 * 1024)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zip,
        zip.open("a.bin", "w", force_zip64=True) as out,
    ):
        for _ in range(150):
            out.write(block)
    code = (
        "import django, os, sys, resource; os.environ['DJANGO_SETTINGS_MODULE']='tests.settings'\n"
        "django.setup()\n"
        "from pathlib import Path\n"
        "from assets.services.imports.opened import copy_out, opened\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with opened(Path(sys.argv[1])) as zip:\n"
        "    before = used(); copy_out(zip, zip.infolist()[0], Path(sys.argv[2]), 2**40)\n"
        "print(used() - before)\n"
    )
    target = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(target)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert target.stat().st_size == 150 * 1024 * 1024
    assert int(done.stdout) < 60_000


# --- lies of the manifest -----------------------------------------------------------------------


def test_a_checksum_that_does_not_fit_refuses_the_file(theirs: Account, picture: Any) -> None:
    lie = {"id": str(uuid.uuid4()), "entry": {"sha256": "0" * 64}}
    row = brought(theirs, ours(("a.png", picture(), lie), ("b.png", picture((9, 9)), {})))
    assert counts(row) == (1, 0, 1)
    assert "manifest.json says 000000000000…" in reasons(row)["a.png"]


def test_ids_of_others_mean_nothing(
    account: Account, alice: User, theirs: Account, bring: Callable[..., Asset], picture: Any
) -> None:
    """Neither is an asset of another account touched, nor told of, nor tied to."""
    ours_ = bring(title="Ours", recipe={"operation": "crop", "params": {"prompt": "secret"}})
    before = Asset.objects.filter(pk=ours_.pk).values().get()
    about_ = {
        "id": str(ours_.pk),
        "parents": [str(ours_.pk)],
        "version_of": str(ours_.pk),
        "version": 2,
        "title": "Mine",
        "origin": "job:" + str(uuid.uuid4()),
    }
    other = {"id": str(uuid.uuid4()), "parents": [str(ours_.pk)], "version_of": str(ours_.pk)}
    row = brought(theirs, ours(("a.png", picture(), about_), ("b.png", picture((9, 9)), other)))
    assert counts(row) == (2, 0, 0)
    assert Asset.objects.filter(pk=ours_.pk).values().get() == before
    assert not ours_.children.exists()
    assert not ours_.versions.exists()
    assert not Asset.objects.filter(account=theirs, pk=ours_.pk).exists()
    assert set(Asset.objects.filter(account=theirs).values_list("origin", flat=True)) == {"upload"}


def test_circles_are_left_out(theirs: Account, picture: Any) -> None:
    a, b, c = (str(uuid.uuid4()) for _ in range(3))
    row = brought(
        theirs,
        ours(
            ("a.png", picture(), {"id": a, "parents": [b], "version_of": b}),
            ("b.png", picture((9, 9)), {"id": b, "parents": [c, a, b], "version_of": a}),
            ("c.png", picture((8, 8)), {"id": c, "version_of": c}),
        ),
    )
    assert counts(row) == (3, 0, 0)
    found = {asset.filename: asset for asset in Asset.objects.all()}
    assert list(found["b.png"].parents.all()) == [found["c.png"]]
    assert not found["a.png"].parents.exists()
    assert not Asset.objects.exclude(version_of=None).exists()
    assert not Asset.objects.filter(stacked=True).exists()
    assert "go in a circle" in reasons(row)["c.png"]
    assert "made from itself" in reasons(row)["a.png"]


def test_wrong_types_are_left_out_one_by_one_and_said(theirs: Account, picture: Any) -> None:
    lies = {
        "title": "x" * 300,
        "tags": ["good", 5, "y" * 100],
        "rating": 9,
        "flag": "best",
        "favorite": "yes",
        "seed": 2**70,
        "cost": -1,
        "created": "3000-01-01T00:00:00+00:00",
        "module": "<script>",
        "collections": [{"path": 7}],
        "recipe": {"operation": ["a"], "params": 4},
        "parents": "no",
        "version": "one",
        "provider": {"a": 1},
    }
    row = brought(theirs, ours(("my file.png", picture(), lies)))
    assert counts(row) == (1, 0, 0)
    asset = Asset.objects.get()
    assert (asset.title, asset.rating, asset.flag, asset.favorite) == ("My file", 0, "", False)
    assert (asset.seed, asset.cost, asset.module, asset.recipe) == (None, 0, "upload", {})
    assert [tag.name for tag in asset.tags.all()] == ["good"]
    said = reasons(row)["my file.png"]
    assert "rating is 9; it has to be a whole number from 0 to 5. It was left out." in said
    assert len(said) <= 600


def test_a_manifest_that_is_too_large_too_deep_or_too_new(theirs: Account, picture: Any) -> None:
    content = foreign(
        ("manifest.json", b"[" * 9_000_000), ("a.png", picture()), method=zipfile.ZIP_DEFLATED
    )
    assert "8.6 MB; the limit is 8 MB" in brought(theirs, content).error
    deep = foreign(("manifest.json", b"[" * 100_000), ("a.png", picture()))
    assert brought(theirs, deep).state == "failed"
    row = brought(theirs, ours(("a.png", picture(), {}), manifest={"version": 3}))
    assert "version 3, written by a newer Zoetrope" in row.error
    damaged = brought(theirs, foreign(("manifest.json", b"{"), ("a.png", picture())))
    assert "“manifest.json”: It is damaged" in damaged.error
    assert not Asset.objects.exists()
    # Somebody else's, which is only called so.
    row = brought(theirs, foreign(("manifest.json", b'{"name": "x"}'), ("a.png", picture())))
    assert (row.ours, counts(row)) == (False, (2, 0, 0))


def test_files_and_manifest_that_do_not_fit_each_other(theirs: Account, picture: Any) -> None:
    content = ours(
        ("a.png", picture(), {}),
        manifest={
            "files": [
                {"file": "gone.png", "sha256": "0" * 64},
                {"file": None, "id": "x", "why": "deleted"},
                {"file": ["a.png"]},
                "nonsense",
            ]
        },
    )
    row = brought(theirs, content)
    assert counts(row) == (0, 0, 6)
    why = reasons(row)
    assert "it is not in the ZIP" in why["gone.png"]
    assert "when the ZIP was packed (deleted)" in why["x"]
    assert "does not name it" in why["a.png"]


def test_one_collection_too_deep_is_said_and_the_file_is_there(
    theirs: Account, picture: Any
) -> None:
    path = "/".join("abcdefghijkl")
    row = brought(theirs, ours(("a.png", picture(), {"collections": [{"path": path}]})))
    assert counts(row) == (1, 0, 0)
    assert "Its collection was left out" in reasons(row)["a.png"]
    assert Collection.objects.count() == 8


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just(str(uuid.uuid4())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIELDS = sorted(about.About.__dataclass_fields__)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
@settings(max_examples=400, deadline=None, database=None)
def test_whatever_a_sidecar_says(value: Any) -> None:
    """Never an exception, and never anything that a column or a page cannot take."""
    said = about.read(json.loads(json.dumps(value)))
    assert 0 <= said.rating <= 5
    assert said.flag in ("", "pick", "reject")
    assert len(said.title) <= 200
    assert len(said.alt) <= 300
    assert len(said.tags) <= 50
    assert isinstance(said.recipe, dict)
    assert isinstance(said.recipe.get("params", {}), dict)
    assert "\0" not in json.dumps(said.recipe)
    json.dumps(said.links(), allow_nan=False)


def test_a_list_that_says_that_files_begin_before_the_zip(tmp_path: Path) -> None:
    content = bytearray(ours(("a.png", b"some content", {})))
    at = content.rindex(b"PK\x05\x06")
    (place,) = struct.unpack_from("<L", content, at + 16)
    struct.pack_into("<L", content, at + 16, place + 1000)
    path = tmp_path / "made-up.zip"
    path.write_bytes(bytes(content))
    with pytest.raises(services.Refused, match="is damaged or not whole"), opened.opened(path):
        pass


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_bytes_are_changed(tmp_path: Path, changes: list[tuple[float, int]]) -> None:
    """A ZIP with a few bytes wrong is read, or refused in words: nothing else is raised."""
    content = bytearray(ours(("a.png", b"some content", {}), ("b.png", b"more", {})))
    for place, value in changes:
        content[4 + int(place * (len(content) - 5))] = value
    path = tmp_path / "made-up.zip"
    path.write_bytes(bytes(content))
    with contextlib.suppress(services.Refused), opened.opened(path) as zip:
        for wanted in plan_of(zip).files:
            if wanted.entry:
                with contextlib.suppress(services.Refused):
                    opened.copy_out(zip, wanted.entry, tmp_path / "out", 2**40)


def test_three_at_a_time(theirs: Account, picture: Any) -> None:
    content = foreign(("a.png", picture()))
    for _ in range(limits.MOST_WAITING):
        imports.order(theirs, None, ContentFile(content), "a.zip")
    with pytest.raises(services.Refused, match="3 ZIPs are being unpacked"):
        imports.order(theirs, None, ContentFile(content), "a.zip")
    assert Import.objects.count() == 3
