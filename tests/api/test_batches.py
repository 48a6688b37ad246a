"""Batches over the API: every way in, every bad table, and nothing that is left behind by one."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from billing.models import Account, Entry, User
from studio.models import Batch, BatchRow
from tests.api.conftest import patch, post, refused

V1 = "/api/v1/batches/"
MARK = {"operation": "watermark", "params": {"text": "© Alice"}}
Table = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_is_paid_for(db: None) -> Iterator[None]:
    """Whatever is asked here, nothing is begun."""
    yield
    assert not Entry.objects.exists()


@pytest.fixture
def send(api: Client) -> Table:
    """send(b"image\n…", "cats.csv", operation="crop") → the answer to a file in a form."""

    def make(content: bytes, name: str = "cats.csv", **fields: str) -> Any:
        return api.post(V1, {"file": SimpleUploadedFile(name, content), **fields})

    return make


def rows_of(api: Client, batch: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"{V1}{batch['id']}/rows/{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.content
    told = dict(answer.json())
    assert answer["Location"] == told["links"]["self"]
    return told


# --- ways in ------------------------------------------------------------------------------------


def test_a_csv_as_excel_writes_it(api: Client, send: Table, cat: Asset) -> None:
    text = f"\ufeffpicture;Words;Opacity\r\n{cat.pk};“Größe”;60\r\n{cat.pk};Two;0,5\r\n"
    batch = made(send(text.encode(), operation="watermark", title="Marks"))
    assert (batch["title"], batch["state"], batch["source_name"]) == ("Marks", "draft", "cats.csv")
    assert batch["columns"] == ["picture", "Words", "Opacity"]
    assert batch["mapping"]["picture"] == "image"
    assert batch["mapping"]["Opacity"] == "opacity"
    assert any("divided by" in note for note in batch["notes"])
    patched = patch(api, f"{V1}{batch['id']}/", {"mapping": {**batch["mapping"], "Words": "text"}})
    assert patched.status_code == 200, patched.content
    first, second = rows_of(api, batch)
    assert (first["state"], first["line"], first["cells"]["Words"]) == ("ready", 2, "“Größe”")
    assert first["problems"] == []
    (wrong,) = second["problems"]
    assert wrong["column"] == "Opacity"
    assert "0.5" in wrong["message"]


def test_rows_prompts_and_files_of_the_library(api: Client, cat: Asset) -> None:
    size = {"width": 320, "height": 320}
    said = {"operation": "background", "params": size, "rows": [{"pattern": "mesh", "seed": 7}]}
    batch = made(post(api, V1, said))
    assert batch["mapping"] == {"pattern": "pattern", "seed": "seed"}
    (row,) = rows_of(api, batch)
    assert (row["number"], row["cells"]) == (1, {"pattern": "mesh", "seed": "7"})
    assert batch["rows"] == {
        **dict.fromkeys(batch["rows"], 0),
        "total": 1,
        "ready": 1,
    }
    batch = made(post(api, V1, {**MARK, "assets": [str(cat.pk)]}))
    assert batch["mapping"] == {"file": "image"}
    assert rows_of(api, batch)[0]["title"] == "The cat · marked"
    text = "- A cat\n\n- A dog, with a hat\n"
    batch = made(post(api, V1, {"operation": "text-to-video", "prompts": text}))
    assert [row["cells"]["prompt"] for row in rows_of(api, batch)] == ["A cat", "A dog, with a hat"]


def test_a_form_says_all_that_the_json_says(api: Client, cat: Asset, send: Table) -> None:
    steps = [{"operation": "upscale", "params": {"size": "2x"}}, MARK]
    batch = made(
        send(
            f"a,b\n{cat.pk},Cat\n".encode(),
            steps=json.dumps(steps),
            mapping='{"a": "image", "b": "2.text"}',
            at_once="3",
            stop_failures="4",
            stop_units="5000000",
            email="alice@example.com",
            webhook="https://hooks.example.com/zoe",
            window='{"days": ["sat"], "from": "22:00", "to": "06:00"}',
            repeats="weekly",
        )
    )
    assert [(s["operation"], s["offer"]) for s in batch["steps"]] == [
        ("upscale", "local-upscale"),
        ("watermark", "local-watermark"),
    ]
    assert batch["steps"][1]["takes"] == "image"
    assert (batch["at_once"], batch["stop_failures"], batch["stop_units"]) == (3, 4, 5_000_000)
    assert (batch["email"], batch["repeats"]) == ("alice@example.com", "weekly")
    assert batch["window"] == {"days": ["sat"], "from": "22:00", "to": "06:00", "zone": "UTC"}
    assert rows_of(api, batch)[0]["problems"] == []
    assert "2.text" in batch["targets"]


def test_any_operation_in_each_row(api: Client, cat: Asset) -> None:
    rows = [
        {"operation": "background", "pattern": "mesh"},
        {"operation": "watermark", "image": str(cat.pk), "text": "© A"},
        {"operation": "nonsense"},
    ]
    batch = made(post(api, V1, {"rows": rows}))
    first, second, third = rows_of(api, batch)
    assert (first["offer"], first["state"]) == ("local-background", "ready")
    assert third["problems"][0]["column"] == "operation"
    assert "“nonsense” is no operation" in third["problems"][0]["message"]
    assert (second["offer"], second["state"]) == ("local-watermark", "ready")
    refused(
        post(api, V1, {"rows": [*rows[:2], {"pattern": "waves"}]}),
        "operation",
        "line 3",
        "names no operation",
    )


def test_the_same_file_twice_is_told(api: Client, send: Table) -> None:
    content = b"pattern\nmesh\n"
    made(send(content, operation="background"))
    again = made(send(content, operation="background"))
    assert any("same file was brought before" in note for note in again["notes"])


# --- tables that cannot be read -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", ["empty"]),
        (b"pattern\n", "a.csv", ["header", "no row"]),
        (b"\x00\x01\x02\xff" * 50, "a.csv", []),
        (b"PK\x03\x04 not really", "a.xlsx", []),
        (b"pattern,pattern\nmesh,waves\n", "a.csv", ["both called", "another name"]),
        (b"https://a.example/1.jpg\nhttps://a.example/2.jpg\n", "a.csv", ["name the columns"]),
        (b"pattern\n" + b"mesh\n" * 10_001, "a.csv", ["10,000", "several files"]),
        (b",".join(b"c%d" % n for n in range(201)) + b"\n1\n", "a.csv", ["201 columns", "200"]),
        (b'[{"pattern": "mesh"}, 5]', "a.json", ["no object"]),
        (b'[{"pattern": "mesh"}', "a.json", ["comma or ]"]),
        (b"x" * (32 * 1024**2 + 1), "a.csv", ["32 MB"]),
    ],
    ids=lambda v: repr(v)[:24] if isinstance(v, bytes | str) else "",
)
def test_a_bad_file(send: Table, content: bytes, name: str, words: list[str]) -> None:
    refused(send(content, name, operation="background"), "file", *words)
    assert not Batch.objects.exists()


def test_a_million_rows_are_refused_quickly(send: Table) -> None:
    refused(send(b"pattern\n" + b"mesh\n" * 1_000_000, operation="background"), "file", "10,000")


def test_what_is_not_utf_8_is_read_and_told(api: Client, send: Table) -> None:
    batch = made(send("text\nGröße\n".encode("cp1252"), operation="background"))
    assert rows_of(api, batch)[0]["cells"] == {"text": "Größe"}
    assert any("Windows-1252" in note for note in batch["notes"])


def test_a_hundred_columns_that_nobody_knows_are_told_once(send: Table) -> None:
    names = ",".join(f"zz{n}qq" for n in range(100))
    batch = made(send(f"pattern,{names}\nmesh\n".encode(), operation="background"))
    assert batch["mapping"] == {"pattern": "pattern"}
    (told,) = [note for note in batch["notes"] if "not used" in note]
    assert told.startswith("100 columns are not used: ")
    assert "95 more" in told


def test_a_row_that_does_not_fit_is_wrong_and_the_others_are_not(api: Client, send: Table) -> None:
    batch = made(send(b"pattern,palette\nmesh,sea,more\nwaves,sand\n", operation="background"))
    first, second = rows_of(api, batch)
    assert "3 cells" in first["problems"][0]["message"]
    assert (first["state"], second["state"]) == ("wrong", "ready")


# --- bodies that cannot be meant ----------------------------------------------------------------

GOOD: dict[str, Any] = {"operation": "background", "rows": [{"pattern": "mesh"}]}


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"rows": [{"pattern": "mesh"}]}, "operation", ["what is to be done"]),
        ({"operation": "background"}, "", ["what the rows are", "prompts"]),
        (GOOD | {"prompts": "A cat"}, "prompts", ["both given"]),
        (GOOD | {"steps": [MARK]}, "steps", ["both given"]),
        (GOOD | {"operation": "paint"}, "operation", ["“paint” is no operation"]),
        (GOOD | {"operation": "story-film"}, "operation", ["cannot be made from a sheet"]),
        (GOOD | {"offer": "dall-e"}, "offer", ["“dall-e” is no model"]),
        (GOOD | {"params": []}, "params", []),
        (GOOD | {"rows": {}}, "rows", ["not a list"]),
        (GOOD | {"rows": []}, "rows", ["no row"]),
        (GOOD | {"rows": ["mesh"]}, "rows", ["Row 1", "no object"]),
        (GOOD | {"rows": [{"a": 1}] * 10_001}, "rows", ["10,000"]),
        (GOOD | {"rows": [{"a\0": "b"}]}, "rows", ["NUL"]),
        (GOOD | {"params": {"seed": "1\0"}}, "params", ["NUL"]),
        (GOOD | {"mapping": {"pattern": "a\0"}}, "mapping", []),
        (GOOD | {"rows": [{"a": "b\0"}]}, "rows", ["NUL"]),
        (GOOD | {"tilte": "New"}, "tilte", ["not known"]),
        (GOOD | {"title": "x" * 201}, "title", ["200"]),
        (GOOD | {"mapping": {"nothing": "pattern"}}, "mapping.nothing", ["no column"]),
        (GOOD | {"mapping": {"pattern": "nothing"}}, "mapping.pattern", ["no param"]),
        (GOOD | {"at_once": 0}, "at_once", ["1"]),
        (GOOD | {"at_once": "3"}, "at_once", ["whole number"]),
        (GOOD | {"at_once": 51}, "at_once", ["50"]),
        (GOOD | {"stop_failures": -1}, "stop_failures", ["1"]),
        (GOOD | {"stop_units": 1.5}, "stop_units", ["whole number"]),
        (GOOD | {"email": "alice"}, "email", ["name@example.com"]),
        (GOOD | {"webhook": "ftp://a.example/"}, "webhook", []),
        (GOOD | {"webhook": "http://127.0.0.1/"}, "webhook", []),
        (GOOD | {"webhook": "https://10.0.0.7/hook"}, "webhook", ["private network"]),
        (GOOD | {"repeats": "daily"}, "repeats", ["Choose weekly, or leave it empty."]),
        (GOOD | {"starts_at": "2020-01-01T00:00:00Z"}, "starts_at", ["over"]),
        (GOOD | {"starts_at": "2099-01-01T00:00:00Z"}, "starts_at", ["furthest", "90 days"]),
        (GOOD | {"starts_at": "tomorrow"}, "starts_at", []),
        (GOOD | {"window": "mornings"}, "window", ["nights, weekends"]),
        (GOOD | {"window": {"days": ["sat"], "from": "25:00", "to": "06:00"}}, "window", ["25:00"]),
        (
            GOOD | {"window": {"days": ["sat"], "from": "1:00", "to": "2:00", "zone": "Mars"}},
            "window",
            ["Mars", "time zone"],
        ),
        (GOOD | {"repeats": "daily"}, "repeats", ["weekly"]),
        ({"rows": [{"a": 1}], "steps": []}, "steps", ["no step"]),
        ({"rows": [{"a": 1}], "steps": [MARK] * 9}, "steps", ["9 steps", "8"]),
        ({"rows": [{"a": 1}], "steps": ["crop"]}, "steps", ["no step"]),
        ({"rows": [{"a": 1}], "steps": [{**MARK, "model": "x"}]}, "steps", ["“model”"]),
        (
            {"rows": [{"a": 1}], "steps": [MARK, {"operation": "background"}]},
            "steps",
            ["does not take"],
        ),
        ({"rows": [{"a": 1}], "steps": [MARK], "offer": "x"}, "offer", ["leave it out"]),
        ({"operation": "background", "prompts": " \n"}, "prompts", ["no prompt"]),
        ({"operation": "background", "prompts": "A cat"}, "prompts", ["takes a prompt"]),
        ({**MARK, "assets": []}, "assets", ["empty"]),
        ({**MARK, "assets": ["x"]}, "assets", []),
    ],
    ids=lambda v: str(v)[-48:] if isinstance(v, dict) else "",
)
def test_a_bad_body(api: Client, said: dict[str, Any], field: str, words: list[str]) -> None:
    refused(post(api, V1, said), field, *words)
    assert not Batch.objects.exists()


def test_files_that_are_not_there_and_files_of_two_kinds(
    api: Client, cat: Asset, alice: User, account: Account, tmp_path: Any
) -> None:
    from assets.services import ingest
    from tests.assets import make

    nowhere = uuid.uuid4()
    answer = post(api, V1, {**MARK, "assets": [str(cat.pk), str(nowhere)]})
    refused(answer, "assets", f"no asset {nowhere}", status=404)
    tone = make.tone(tmp_path / "tone.wav", 1.0)
    upload = SimpleUploadedFile("tone.wav", tone.read_bytes())
    sound = ingest(upload, account=account, user=alice, filename="tone.wav")
    answer = post(api, V1, {**MARK, "assets": [str(cat.pk), str(sound.pk)]})
    refused(answer, "assets", "several kinds: audio and image")
    refused(post(api, V1, {**MARK, "assets": [str(sound.pk)]}), "assets", "these are audio files")
    refused(post(api, V1, {**GOOD, "template": str(nowhere)}), "template", "both given")
    said = {"rows": GOOD["rows"], "template": str(nowhere)}
    refused(post(api, V1, said), "template", f"no template {nowhere}", status=404)
    answer = post(api, V1, {**GOOD, "saved_mapping": str(nowhere)})
    refused(answer, "saved_mapping", f"no mapping {nowhere}", status=404)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"mapping": "pattern"}, "mapping", ["not good JSON"]),
        ({"mapping": "[" * 3000}, "mapping", ["not good JSON"]),
        ({"params": "5"}, "params", []),
        ({"steps": "{}"}, "steps", ["not a list"]),
        ({"window": "{"}, "window", ["not good JSON"]),
        ({"at_once": "many"}, "at_once", ["whole number"]),
        ({"rows": "[]"}, "rows", ["not known"]),
    ],
)
def test_a_bad_field_of_a_form(
    send: Table, fields: dict[str, str], field: str, words: list[str]
) -> None:
    said = {"operation": "background"} if "steps" not in fields else {}
    refused(send(b"pattern\nmesh\n", **said, **fields), field, *words)
    assert not Batch.objects.exists()


def test_other_bodies(api: Client) -> None:
    assert api.post(V1, b"pattern", content_type="text/csv").status_code == 415
    answer = api.post(V1, b"{", content_type="application/json")
    assert answer.status_code == 400
    twice = io.BytesIO(b"pattern\nmesh\n")
    twice.name = "a.csv"
    refused(api.post(V1, {"title": ["a", "b"], "file": twice}), "title", "given twice")


def test_a_check_that_cannot_be_made_leaves_nothing(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assets import services as assets

    def full() -> None:
        raise assets.NoRoom("The disk is full.")

    monkeypatch.setattr(assets, "check_disk", full)
    answer = post(api, V1, GOOD)
    assert answer.status_code == 400
    assert "disk is full" in answer.json()["message"]
    assert not Batch.objects.exists()
    assert not BatchRow.objects.exists()


# --- lists --------------------------------------------------------------------------------------


def test_the_list_by_state_in_pages(api: Client) -> None:
    ids = [made(post(api, V1, {**GOOD, "title": f"Number {n}"}))["id"] for n in range(3)]
    Batch.objects.filter(pk=ids[0]).update(state="done")
    first = api.get(f"{V1}?page_size=2").json()
    assert [one["id"] for one in first["results"]] == [ids[2], ids[1]]
    second = api.get(first["next"]).json()
    assert [one["id"] for one in second["results"]] == [ids[0]]
    assert second["next"] is None
    done = api.get(f"{V1}?state=done").json()["results"]
    assert [one["id"] for one in done] == [ids[0]]
    refused(api.get(f"{V1}?state=over"), "state", "draft")
    refused(api.get(f"{V1}?stat=done"), "stat", "not known")
    refused(api.get(f"{V1}?page_size=1000"), "page_size", "100")
    assert api.get(f"{V1}?created_before=2020-01-01").json()["results"] == []


def test_what_is_wrong_with_a_step_is_told_once_at_the_step(api: Client, cat: Asset) -> None:
    """No row is called wrong for it, and the way out is the step."""
    rows = [{"image": str(cat.pk)}] * 3
    chain = [{"operation": "upscale", "params": {"size": "9x"}}, {"operation": "watermark"}]
    batch = post(api, V1, {"steps": chain, "rows": rows}).json()
    assert [(p["step"], p["param"]) for p in batch["step_problems"]] == [(1, "size"), (2, "text")]
    assert "9x" in batch["step_problems"][0]["message"]
    assert (batch["rows"]["wrong"], batch["rows"]["new"]) == (0, 3)
    address = f"{V1}{batch['id']}/"
    blocked = api.get(f"{address}plan/").json()["blocked"]
    assert blocked.count("Words and logo are both missing") == 1
    refused(
        post(api, f"{address}start/", {}), "steps", "Words and logo are both missing", status=409
    )
    whole = [{"operation": "upscale"}, MARK]
    batch = api.patch(address, {"steps": whole}, content_type="application/json").json()
    assert (batch["step_problems"], batch["rows"]["ready"]) == ([], 3)
    # What a column says is told at its cells.
    rows = [{"image": str(cat.pk), "words": ""}]
    mapping = {"image": "image", "words": "2.text"}
    chain = [{"operation": "upscale"}, {"operation": "watermark"}]
    batch = post(api, V1, {"steps": chain, "rows": rows, "mapping": mapping}).json()
    assert (batch["step_problems"], batch["rows"]["wrong"]) == ([], 1)
