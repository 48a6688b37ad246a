"""Files for staff: who may look, under which headers, and that it is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, AuditEvent, User


@pytest.fixture
def asset(account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path) -> Asset:
    path = tmp_path / "boat.png"
    path.write_bytes(picture())
    return ingest(path, account=account, user=alice, filename="boat.png")


def address(asset: Asset, variant: str = "original") -> str:
    return reverse("admin:assets_asset_file", args=[asset.pk, variant])


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("looker", is_staff=True)


def test_staff_with_the_permission_look_and_it_is_written_down(
    asset: Asset, staff: User, sign_in: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    staff.user_permissions.add(Permission.objects.get(codename="view_asset"))
    client = sign_in(staff)
    with caplog.at_level(logging.INFO, "zoetrope.looks"):
        answer = client.get(address(asset) + "?download=1")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == Path(asset.file.path).read_bytes()  # type: ignore[attr-defined]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "immutable" not in answer.headers["Cache-Control"]
    assert f"staff looker looks at the original of asset {asset.pk}" in caplog.text
    client.get(address(asset))
    client.get(address(asset, "thumbnail"))
    line = AuditEvent.objects.get(action="operator.looked")  # once a day
    assert (line.account, line.actor, line.of) == (asset.account, "looker", asset.title)
    asset.refresh_from_db()
    assert asset.downloads == 0  # it is none of a member's
    page = client.get(reverse("admin:assets_asset_change", args=[asset.pk])).content.decode()
    assert address(asset) in page
    assert client.get(address(asset, "nothing")).status_code == 404


def test_nobody_else_does(
    asset: Asset, alice: User, staff: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(staff).get(address(asset)).status_code == 403
    for client in (sign_in(alice), Client()):
        assert client.get(address(asset)).headers["Location"].startswith("/admin/login/")


def test_a_file_shows_where_it_comes_from_and_its_job(
    asset: Asset, client: Client, account: Account
) -> None:
    client.force_login(User.objects.create_superuser("root"))
    job = "0198c000-0000-7000-8000-000000000000"
    recipe = {"operation": "upscale", "params": {"factor": 2}}
    child = Asset.objects.create(
        account=account,
        title="Large boat",
        kind="image",
        filename="large.png",
        mime="image/png",
        size=1,
        sha256="0" * 64,
        origin=f"job:{job}",
        recipe=recipe,
    )
    child.parents.add(asset)
    page = client.get(reverse("admin:assets_asset_change", args=[child.pk])).content.decode()
    for shown in (
        "factor: 2",
        reverse("admin:studio_job_change", args=[job]),
        address(asset, "thumbnail"),
    ):
        assert shown in page
