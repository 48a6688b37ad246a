"""What else can be wrong with a request: a message that helps, and nothing left behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.models import Account, User
from tests.api.conftest import post, refused

pytestmark = pytest.mark.usefixtures("nothing_left")

JOBS = "/api/v1/jobs/"
ESTIMATE = "/api/v1/estimate/"


# --- the params ---------------------------------------------------------------------------------

PARAMS = [
    ({"sharpness": 3}, "sharpness", ("sharpness", "motion")),
    ({"key": "x"}, "key", ("key",)),
    ({"csrfmiddlewaretoken": "x"}, "csrfmiddlewaretoken", ("csrfmiddlewaretoken",)),
    ({"motion": "zoom", "direction": "left"}, "direction", ("left", "zoom", "in or out")),
    ({"motion": "rotation", "direction": "in"}, "direction", ("in", "rotation")),
    ({"format": "gif", "fps": 60}, "fps", ("60", "gif")),
    ({"duration": 0}, "duration", ("0 s", "1 s", "1 to 30 s")),
    ({"duration": 31}, "duration", ("31 s", "30 s")),
    ({"duration": -5}, "duration", ("-5",)),
    ({"duration": "five"}, "duration", ("five", "number")),
    ({"duration": True}, "duration", ("True", "number")),
    ({"duration": [5]}, "duration", ("number",)),
    ({"duration": {"s": 5}}, "duration", ("number",)),
    ({"duration": "1e309"}, "duration", ("1e309",)),
    ({"duration": "NaN"}, "duration", ("NaN",)),
    ({"duration": 10**400}, "duration", ("number",)),
    ({"duration": "9" * 100_000}, "duration", ("number",)),
    ({"strength": 0}, "strength", ("1 to 100",)),
    ({"strength": 101}, "strength", ("1 to 100",)),
    ({"strength": 1.5}, "strength", ("whole",)),
    ({"strength": "1\x00"}, "strength", ("whole",)),
    ({"width": 63}, "width", ("64",)),
    ({"width": 3841}, "width", ("3840",)),
    ({"width": "wide"}, "width", ("wide", "whole number")),
    ({"motion": "fly"}, "motion", ("fly", "zoom")),
    ({"motion": 7}, "motion", ("7",)),
    ({"motion": ["zoom"]}, "motion", ("zoom",)),
    ({"motion": "\x00"}, "motion", ()),
    ({"motion": "x" * 1_000_000}, "motion", ("zoom",)),
    ({"focus": "here"}, "focus", ("here",)),
    ({"focus": [0.5]}, "focus", ("two numbers",)),
    ({"focus": [0.5, "x"]}, "focus", ("two numbers",)),
    ({"focus": [2, 0]}, "focus", ("outside",)),
    ({"focus": {"x": 0, "y": 1}}, "focus", ("two numbers",)),
    ({"focus": ["NaN", 0]}, "focus", ()),
    ({"fps": 29}, "fps", ("29", "24")),
    ({"image": None}, "image", ("missing",)),
    ({"image": ""}, "image", ("missing",)),
    ({"image": 5}, "image", ("asset",)),
    ({"image": ["x"]}, "image", ("asset",)),
    ({"image": {}}, "image", ("asset",)),
    ({"image": "cat.png"}, "image", ("cat.png", "asset")),
    ({"image": "\x00"}, "image", ("asset",)),
    ({"image": "data:"}, "image", ("data URL",)),
    ({"image": "data:image/png;base64,!!!"}, "image", ("base64",)),
    ({"image": "data:image/png," + "A" * 1000}, "image", ("data URL",)),
    ({"image": "https://" + "a" * 10_000}, "image", ("10,008", "4,000")),
    ({"image": "https://exa\x00mple.com/"}, "image", ()),
    ({"image": "://"}, "image", ("https",)),
]


@pytest.mark.parametrize(("params", "field", "words"), PARAMS, ids=lambda v: repr(v)[:40])
def test_a_bad_param(
    api: Client, body: Any, params: Any, field: str, words: tuple[str, ...]
) -> None:
    refused(post(api, JOBS, body(**params)), field, *words)


@pytest.mark.parametrize(("params", "field", "words"), PARAMS[:12], ids=lambda v: repr(v)[:40])
def test_an_estimate_refuses_the_same(
    api: Client, params: Any, field: str, words: tuple[str, ...]
) -> None:
    answer = post(api, ESTIMATE, {"operation": "image-to-video", "params": params})
    refused(answer, field, *words)


def test_all_problems_are_told_at_once(api: Client, body: Any) -> None:
    answer = post(api, JOBS, body(duration=31, strength="x", motion="fly"))
    assert answer.status_code == 400
    assert {e["field"] for e in answer.json()["errors"]} == {"duration", "strength", "motion"}


def test_very_many_problems_are_a_short_answer(api: Client, body: Any) -> None:
    answer = post(api, JOBS, body(**{f"p{n}": n for n in range(3000)}))
    assert answer.status_code == 400
    assert len(answer.content) < 30_000
    assert "2,980 more" in answer.json()["message"]


@pytest.mark.parametrize("address", [JOBS, ESTIMATE])
@pytest.mark.parametrize(
    ("words", "named"), [("Hi 🎬", "U+1F3AC"), ("سلام", "U+0633"), ("雨", "“雨”")]
)
def test_letters_that_a_title_card_lacks(api: Client, address: str, words: str, named: str) -> None:
    order = {"operation": "text-to-video", "offer": "local-title-card", "params": {"prompt": words}}
    refused(post(api, address, order), "prompt", named, "Latin, Greek and Cyrillic")


# --- the body -----------------------------------------------------------------------------------

DEEP = '{"a":' * 10_000 + "1" + "}" * 10_000
BODIES = [
    (b"", "operation", "missing"),
    (b"{", "", "broken"),
    (b"nonsense", "", "broken"),
    (b"null", "", "object"),
    (b"[]", "", "object"),
    (b'"text"', "", "object"),
    (b"1e309", "", "object"),
    (b"NaN", "", "NaN"),
    (b'{"operation": NaN}', "", "NaN"),
    (b'{"operation": -Infinity}', "", "Infinity"),
    (b"1" * 5000, "", "broken"),
    (b"\xff\xfe\x00", "", "broken"),
    (b'{"operation": "\xff"}', "", "broken"),
    (DEEP.encode(), "", "deep"),
    (b"[" * 5000, "", "deep"),
    (b"[" * 100_000, "", "values"),
    (b"[" + b"1," * 50_000 + b"1]", "", "values"),
    (b'{"operation": "\\ud800"}', "", "surrogate"),
    (b'{"\\ud800": 1}', "", "surrogate"),
    (b'{"operation": {"a":' + b"[" * 15 + b"]" * 15 + b"}}", "operation", "image-to-video"),
    (b'{"params": {}}', "operation", "image-to-video"),
    (b'{"operation": null}', "operation", "missing"),
    (b'{"operation": 1e309}', "operation", "inf"),
    (b'{"operation": ["image-to-video"]}', "operation", "image-to-video"),
    (b'{"operation": "bake"}', "operation", "bake"),
    (b'{"operation": "\\u0000"}', "operation", "image-to-video"),
    (b'{"operation": "image-to-video", "offer": "cheap"}', "offer", "local-motion"),
    (b'{"operation": "image-to-video", "offer": {}}', "offer", "local-motion"),
    (b'{"operation": "image-to-video", "params": []}', "params", "object"),
    (b'{"operation": "image-to-video", "params": null}', "params", "object"),
    (b'{"operation": "image-to-video", "params": "x"}', "params", "object"),
    (
        b'{"operation": "image-to-video", "duration": 5}',
        "duration",
        "operation, offer, params, count or grid",
    ),
]


@pytest.mark.parametrize(("raw", "field", "words"), BODIES, ids=lambda v: repr(v)[:40])
def test_a_bad_body(api: Client, raw: bytes, field: str, words: str) -> None:
    for address in (JOBS, ESTIMATE):
        answer = api.post(address, raw, content_type="application/json")
        assert answer.status_code == 400, answer.content
        assert words in answer.json()["message"]
        assert [e["field"] for e in answer.json()["errors"]] in ([], [field])


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x" * 300])
def test_a_type_that_is_not_taken(api: Client, db: None, kind: str) -> None:
    answer = api.post(JOBS, b"operation=image-to-video", content_type=kind)
    assert answer.status_code == 415
    assert "application/json or multipart/form-data" in answer.json()["message"]


def test_a_body_that_is_too_large(api: Client, db: None, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
    answer = post(api, JOBS, {"operation": "x" * 3 * 1024**2})
    assert answer.status_code == 413
    assert "2 MB" in answer.json()["message"]
    form = {"operation": "x" * 3 * 1024**2}
    assert api.post(JOBS, form).status_code == 413


def test_a_body_of_unknown_length(api: Client, db: None) -> None:
    """It would be taken for an empty one."""
    answer = api.generic("POST", JOBS, b"", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 400
    assert "Content-Length" in answer.json()["message"]


def test_a_file_that_is_too_large_is_not_read(api: Client, db: None, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    for address, name in (("/api/v1/assets/", "file"), (JOBS, "image")):
        big = SimpleUploadedFile("a.png", b"x" * 3 * 1024**2)
        answer = api.post(address, {name: big})
        assert answer.status_code == 413
        assert "2 MB" in answer.json()["message"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"--b",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
        b'--b\r\nContent-Disposition: form-data; name="operation"; filename="x"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
        b"\0" * 1000,
    ],
)
def test_a_broken_form(api: Client, db: None, raw: bytes) -> None:
    for boundary in ("; boundary=b", "", "; boundary=", "; boundary=ä"):
        answer = api.post(JOBS, raw, content_type=f"multipart/form-data{boundary}")
        assert answer.status_code == 400


def test_a_broken_form_of_a_session(sign_in: Any, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(JOBS, b"--b", content_type="multipart/form-data; boundary=")
    assert answer.status_code in (400, 403)
    assert set(answer.json()) == {"message", "errors"}


def test_a_form_of_a_thousand_fields(api: Client, db: None) -> None:
    answer = api.post(JOBS, {f"f{n}": "x" for n in range(1500)})
    assert answer.status_code == 400
    assert set(answer.json()) == {"message", "errors"}


def test_a_field_that_is_given_twice(api: Client, picture: Any) -> None:
    form = {
        "operation": "image-to-video",
        "image": [SimpleUploadedFile(f"{n}.png", picture()) for n in "ab"],
    }
    refused(api.post(JOBS, form), "image", "twice")
    refused(api.post(JOBS, {"operation": "image-to-video", "width": [64, 65]}), "width", "twice")


def test_text_in_place_of_a_file_and_a_file_in_place_of_text(api: Client, picture: Any) -> None:
    refused(api.post(JOBS, {"operation": "image-to-video", "image": "cat"}), "image", "cat")
    file = SimpleUploadedFile("a.png", picture())
    form = {"operation": "image-to-video", "image": file, "duration": file}
    assert api.post(JOBS, form).status_code == 400
    assert api.post(JOBS, {"operation": file}).status_code == 400


# --- addresses and methods ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["", "nothing/", "jobs", "jobs/1/", "jobs/%00/", "assets/x/file/", "jobs/" + "a" * 5000 + "/"],
)
def test_an_unknown_address(api: Client, db: None, path: str) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(api, method)(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert "/api/docs/" in answer.json()["message"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_method_that_is_not_there(api: Client, db: None, method: str) -> None:
    answer = getattr(api, method)(JOBS)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST, HEAD"
    assert "Use GET or POST" in answer.json()["message"]
    assert set(answer.json()) == {"message", "errors"}


def test_a_query_where_none_is_taken(api: Client, body: Any) -> None:
    answer = api.post(f"{JOBS}?dry_run=1", json.dumps(body()), content_type="application/json")
    refused(answer, "dry_run", "not known")


def test_a_bug_is_said_in_the_same_shape(
    api: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("studio.api.operations._data", broken)
    api.raise_request_exception = False
    answer = api.get("/api/v1/operations/")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert set(answer.json()) == {"message", "errors"}
    api.raise_request_exception = True
    with pytest.raises(RuntimeError, match="secret"):
        api.get("/api/v1/operations/")
