"""A key from the command line."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from billing.models import Account, ApiKey, Membership, Role, User


def run(*args: Any) -> str:
    out = io.StringIO()
    call_command("api_key", *args, stdout=out)
    return out.getvalue().strip()


def test_the_key_works(alice: User) -> None:
    secret = run("alice", "--name", "laptop")
    assert secret.startswith("zt_")
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/jobs/")
    assert answer.status_code == 200
    key = ApiKey.objects.get()
    assert (key.name, key.user, key.read_only, key.expires) == ("laptop", alice, False, None)
    assert secret not in str(ApiKey.objects.values().get())


def test_what_it_may_and_how_long(alice: User) -> None:
    run("alice", "--read-only", "--days", "30")
    key = ApiKey.objects.get()
    assert key.read_only
    assert key.expires
    assert abs(key.expires - timezone.now() - timedelta(30)) < timedelta(minutes=1)


def test_several_accounts_must_be_named(alice: User, charlie: User) -> None:
    account = charlie.accounts.get()
    Membership.objects.create(account=account, user=alice, role=Role.MEMBER)
    with pytest.raises(CommandError, match=str(account.pk)):
        run("alice")
    run("alice", "--account", str(account.pk))
    assert ApiKey.objects.get().account == account


def test_what_cannot_be(alice: User, vera: User, charlie: User) -> None:
    User.objects.create_user("nobody")
    for args, words in (
        (["zoe"], "zoe"),
        (["nobody"], "not a member"),
        (["alice", "--days", "0"], "1 to 3650"),
        (["alice", "--account", str(charlie.accounts.get().pk)], "Name an account"),
        (["vera"], "viewer"),
    ):
        with pytest.raises(CommandError, match=words):
            run(*args)
    assert not ApiKey.objects.exists()
    assert Account.objects.count() == 2
