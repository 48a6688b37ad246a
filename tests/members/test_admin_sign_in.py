"""Of how people sign in the operator sees what helps them, and no secret."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from billing.models import User

SECRET = "S3CRETS3CRET"


@pytest.fixture
def second(alice: User) -> Authenticator:
    row: Authenticator = Authenticator.objects.create(
        user=alice, type=Authenticator.Type.TOTP, data={"secret": SECRET}
    )
    return row


def test_a_lost_second_step_is_taken_away_and_its_secret_not_shown(
    admin_client: Client, second: Authenticator
) -> None:
    here = f"/admin/mfa/authenticator/{second.pk}/"
    page = admin_client.get(f"{here}change/")
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    assert admin_client.get("/admin/mfa/authenticator/add/").status_code == 403
    admin_client.post(f"{here}delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("table", ["socialapp", "socialtoken"])
def test_what_signs_in_elsewhere_is_not_set_here(admin_client: Client, table: str) -> None:
    assert admin_client.get(f"/admin/socialaccount/{table}/").status_code == 404
