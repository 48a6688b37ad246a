"""Who may do what, for every endpoint: a table of people against a table of requests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from assets.models import (
    Asset,
    Board,
    BoardComment,
)
from billing import access
from billing.models import Account, ApiKey, Membership, Role, User
from studio.api.urls import v1
from studio.models import (
    Job,
    Persona,
)
from tests.api.conftest import post
from tests.api.endpoints import (
    ARCHIVE,
    BATCH,
    BOARD,
    BUDGET,
    BULK,
    CLIENT,
    COLLECTION,
    COMMENT,
    DELIVERY,
    HOOK,
    IMPORT,
    INVITATION,
    LISTS,
    MANAGING,
    MAPPING,
    MEMBER,
    PATHS,
    PERSONA,
    REQUESTS,
    SEARCH,
    SETTINGS,
    TAG,
    TEMPLATE,
    UPLOAD,
    sound,
)
from tests.api.rows import batched, begun, organized
from tests.in_turn import in_turn

IDS = [f"{method} {name}" for name, method, _, _ in REQUESTS]
each_request = in_turn("name, method, writes, about", REQUESTS, IDS)

Ask = Callable[[Client, str, str], Any]


@pytest.fixture
def ask(
    settings: Any,
    api: Client,
    cat: Asset,
    body: Callable[..., dict[str, Any]],
    picture: Callable[..., bytes],
) -> Ask:
    """ask(client, name, method) → the answer to a sound request about Alice's things."""
    job = Job.objects.get(pk=post(api, "/api/v1/jobs/", body()).json()["id"])
    account = job.account
    settings.WRITER_URL = "http://127.0.0.1:9/v1"  # nothing is asked before a task runs

    def send(client: Client, /, name: str, method: str, **ids: Any) -> Any:
        caches["local"].clear()  # the throttles count there
        state = {"job-retry": "failed", "job-send-again": "review", "job-give-up": "review"}.get(
            name
        )
        if state:
            Job.objects.filter(pk=job.pk).update(state=state)
        # A second deletion needs something to delete.
        persona, _ = account.personas.get_or_create(id=PERSONA, defaults={"name": "Acme"})
        kept = {"name": "Kept", "operation": "crop"}
        row, _ = account.saved_settings.get_or_create(id=SETTINGS, defaults=kept)
        said = _said(account, cat)
        # A search is a person's own; a stranger asks for Alice's.
        owner = getattr(client, "person", job.user)
        owner = owner if owner.accounts.filter(pk=account.pk).exists() else job.user
        account.saved_searches.update_or_create(id=SEARCH, defaults={"user": owner, "name": "Kept"})
        here = {"job": job.pk, "asset": cat.pk, "persona": persona.pk, "settings": row.pk}
        here |= {"board": BOARD, "comment": said.pk, **organized(account, cat)}
        here |= {"upload": UPLOAD if name.startswith("part") else None, "search": SEARCH, **ids}
        here |= batched(name, job, cat) | ids
        if name.startswith("part-") or name == "part":
            begun(account, picture(), whole=name == "part-complete")
        path = "/api/v1/" + PATHS[name].format(**here)
        if name == "part":
            return client.put(path, picture(), content_type="application/octet-stream")
        if (name, method) == ("assets", "post"):
            from django.core.files.uploadedfile import SimpleUploadedFile

            return client.post(path, {"file": SimpleUploadedFile("a.png", picture())})
        if (name, method) == ("imports", "post"):
            from django.core.files.uploadedfile import SimpleUploadedFile

            return client.post(path, {"file": SimpleUploadedFile("a.zip", b"PK\3\4")})
        data = sound(body, cat, said).get(name)
        if method == "get":
            return client.get(path)
        return getattr(client, method)(path, data, content_type="application/json")

    return send


def _said(account: Account, cat: Asset) -> BoardComment:
    """A visitor's comment on a board of the account."""
    defaults = {"title": "B", "digest": "d"}
    board, _ = Board.objects.get_or_create(id=BOARD, account=account, defaults=defaults)
    item, _ = board.items.get_or_create(asset=cat)
    said = {"item": item, "name": "Zoe", "text": "Brighter"}
    return BoardComment.objects.get_or_create(id=COMMENT, defaults=said)[0]


def test_the_table_has_every_endpoint() -> None:
    methods = {
        (pattern.name, method)
        for pattern in v1
        if isinstance(pattern, URLPattern)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)  # type: ignore[union-attr]
    }
    assert methods == {(name, method) for name, method, _, _ in REQUESTS}


@each_request
def test_owner_and_member(
    ask: Ask,
    api: Client,
    bob: User,
    client_of: Any,
    name: str,
    method: str,
    writes: bool,
    about: str,
) -> None:
    for client in (api, client_of(bob)):
        status = ask(client, name, method).status_code
        if client is not api and (name, method) in MANAGING:
            assert status == 403
        else:
            assert status in (200, 201, 202, 204)
        # A second retry finds the first one, a second cancel an ended job.
        if name == "job-cancel":
            break


@each_request
def test_visitor(ask: Ask, name: str, method: str, writes: bool, about: str) -> None:
    answer = ask(Client(), name, method)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"message", "errors"}


@each_request
def test_a_revoked_an_expired_and_an_invented_key(
    ask: Ask, alice: User, account: Account, name: str, method: str, writes: bool, about: str
) -> None:
    revoked, one = access.create_key(account, alice, "lost")
    ApiKey.objects.filter(pk=revoked.pk).update(revoked=timezone.now())
    _, two = access.create_key(account, alice, "old", expires=timezone.now() - timedelta(1))
    for secret in (one, two, "zt_invented", "", "zt_\x00", "ü" * 5000):
        answer = ask(Client(headers={"Authorization": f"Bearer {secret}"}), name, method)
        assert answer.status_code == 401
        assert "key" in answer.json()["message"]
        assert answer["WWW-Authenticate"].startswith("Bearer")


@each_request
def test_a_stranger_finds_nothing_and_cannot_tell_it_from_a_missing_one(
    ask: Ask, charlie: User, client_of: Any, name: str, method: str, writes: bool, about: str
) -> None:
    answer = ask(client_of(charlie), name, method)
    if about:
        nowhere = {about: 999 if about in ("tag", "member", "budget") else uuid.uuid4()}
        missing = ask(client_of(charlie), name, method, **nowhere)
        assert answer.status_code == missing.status_code == 404
        words = missing.json()["message"].replace(str(nowhere[about]), "")
        assert Job.objects.count() == 1
        told = answer.json()["message"]
        ours: tuple[Any, ...] = (
            *(Job.objects.get().pk, Asset.objects.get().pk, PERSONA, SETTINGS, SEARCH),
            *(
                BOARD,
                COMMENT,
                UPLOAD,
                BULK,
                COLLECTION,
                ARCHIVE,
                TAG,
                IMPORT,
                CLIENT,
                MEMBER,
                BUDGET,
            ),
            *(BATCH, TEMPLATE, MAPPING, HOOK, DELIVERY, INVITATION),
        )
        for there in ours:
            told = told.replace(str(there), "")
        assert words in told
    elif (name, method) == ("jobs", "post"):
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["field"] == "image"
    elif (name, method) == ("archives", "post"):
        assert answer.status_code == 400
    elif method == "get" and name in LISTS:
        assert answer.json() == {"results": [], "next": None}
    elif (name, method) == ("searches", "get"):
        assert answer.json() == {"results": []}
    else:
        assert answer.status_code in (200, 201, 202)


@each_request
def test_a_viewer_and_a_read_only_key_may_look_only(
    ask: Ask,
    alice: User,
    vera: User,
    client_of: Any,
    sign_in: Any,
    name: str,
    method: str,
    writes: bool,
    about: str,
) -> None:
    looking = (client_of(vera, read_only=True), client_of(alice, read_only=True), sign_in(vera))
    for client in looking:
        answer = ask(client, name, method)
        manages = client is looking[1] or (name, method) not in MANAGING
        assert answer.status_code == (200 if manages and not writes else 403)
        if writes:
            assert "read" in answer.json()["message"] or "viewer" in answer.json()["message"]
    assert Job.objects.count() == 1
    assert Asset.objects.get().title == "The cat"
    assert list(Persona.objects.values_list("name", "look")) == [("Acme", "")]


def test_a_key_never_may_more_than_its_user(account: Account, bob: User, client_of: Any) -> None:
    client = client_of(bob)
    assert client.get("/api/v1/jobs/").status_code == 200
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    assert client.get("/api/v1/jobs/").status_code == 200
    assert client.delete(f"/api/v1/assets/{uuid.uuid4()}/").status_code == 403
    Membership.objects.filter(user=bob).delete()
    assert client.get("/api/v1/jobs/").status_code == 401


def test_a_key_works_in_its_own_account(
    api: Client, alice: User, charlie: User, cat: Asset, client_of: Any
) -> None:
    """Charlie joins Alice's account as well; each of his keys sees one account."""
    theirs = client_of(charlie)
    account = alice.accounts.get()
    Membership.objects.create(account=account, user=charlie, role=Role.MEMBER)
    _, secret = access.create_key(account, charlie, "second")
    second = Client(headers={"Authorization": f"Bearer {secret}"})
    assert theirs.get("/api/v1/assets/").json()["results"] == []
    assert [a["title"] for a in second.get("/api/v1/assets/").json()["results"]] == ["The cat"]


def test_a_session_needs_its_csrf_token(alice: User, body: Any, picture: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get("/api/v1/jobs/").status_code == 200
    refused = post(client, "/api/v1/jobs/", body())
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]
    client.cookies["csrftoken"] = token = "a" * 32
    assert post(client, "/api/v1/jobs/", body(), **{"X-CSRFToken": token}).status_code == 201


def test_a_session_may_send_a_form_with_a_file(sign_in: Any, alice: User, picture: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = {"operation": "image-to-video", "image": SimpleUploadedFile("a.png", picture())}
    assert sign_in(alice).post("/api/v1/jobs/", form).status_code == 201


def test_a_bad_key_is_refused_even_with_a_session(sign_in: Any, alice: User) -> None:
    answer = sign_in(alice).get("/api/v1/jobs/", headers={"Authorization": "Bearer zt_wrong"})
    assert answer.status_code == 401


def test_somebody_without_an_account(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody", password="a long password"))
    answer = client.get("/api/v1/jobs/")
    assert answer.status_code == 403
    assert "account" in answer.json()["message"]


def test_too_many_requests(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.api.auth import Sustained

    monkeypatch.setattr(Sustained, "rate", "3/min")
    answers = [api.get("/api/v1/operations/") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert "Try again in" in answers[-1].json()["message"]
