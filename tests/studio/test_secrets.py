"""Secrets at rest, and a new key for them: whatever is cut off where, all stays readable."""

from __future__ import annotations

import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from billing.models import Account, User
from studio import secrets
from studio.checks import check_encryption
from studio.models import Health, ProviderKey

SECRETS = ("first-secret", "second-secret", "third-secret")
HOOK = "whsec-of-the-hooks"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.ENCRYPTION_KEYS = []
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def stored(alice: User, charlie: User) -> None:
    """Three keys and what webhooks are checked with."""
    for number, (secret, provider) in enumerate(zip(SECRETS, ("a", "b", "a"), strict=True)):
        account = (alice if number < 2 else charlie).accounts.get()
        ProviderKey.objects.create(
            account=account, provider=provider, cipher=secrets.encrypt(secret), tail="cret"
        )
    Health.objects.create(name="a", provider="a", hook_keys=secrets.encrypt(HOOK))
    Health.objects.create(name="b", provider="b")


def readable() -> bool:
    ciphers = ProviderKey.objects.exclude(cipher="").order_by("created", "pk")
    kept = tuple(secrets.decrypt(c) for c in ciphers.values_list("cipher", flat=True))
    hook = secrets.decrypt(Health.objects.get(name="a").hook_keys)
    return (kept, hook) == (SECRETS, HOOK)


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out)
    return out.getvalue()


# --- at rest ------------------------------------------------------------------------------------


def test_a_secret_comes_back_and_never_looks_the_same() -> None:
    one, two = secrets.encrypt("a secret"), secrets.encrypt("a secret")
    assert one != two
    assert "secret" not in one
    assert secrets.decrypt(one) == secrets.decrypt(two) == "a secret"


def test_the_key_is_made_once_for_its_owner_only(folder: Path) -> None:
    secrets.encrypt("x")
    before = (folder / secrets.FILE).read_text()
    secrets.encrypt("y")
    assert (folder / secrets.FILE).read_text() == before
    assert (folder / secrets.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [secrets.FILE]


def test_first_starts_at_the_same_moment_agree_on_one_key() -> None:
    ready = threading.Barrier(8)
    ciphers: list[str] = []

    def begin() -> None:
        ready.wait()
        ciphers.append(secrets.encrypt("x"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [secrets.decrypt(c) for c in ciphers] == ["x"] * 8
    assert len(secrets.keys()) == 1


def test_without_its_key_a_secret_is_unreadable(folder: Path) -> None:
    cipher = secrets.encrypt("x")
    (folder / secrets.FILE).unlink()
    for lost in (cipher, "", "no cipher", "gAAAAA"):
        with pytest.raises(secrets.Unreadable):
            secrets.decrypt(lost)


@pytest.mark.parametrize("wrong", ["not-a-key-but-precious", "x" * 44])
def test_a_key_that_is_none_is_named_by_its_place_not_by_itself(settings: Any, wrong: str) -> None:
    settings.ENCRYPTION_KEYS = [wrong]
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS") as refusal:
        secrets.encrypt("x")
    assert wrong not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_start_up_stops_at_such_a_key(settings: Any) -> None:
    assert check_encryption(None) == []
    settings.ENCRYPTION_KEYS = ["not-a-key-but-precious"]
    [error] = check_encryption(None)
    assert error.id == "studio.E023"
    assert "precious" not in error.msg
    settings.ENCRYPTION_KEYS = [secrets.new()]
    assert check_encryption(None) == []


def test_an_empty_key_file_is_said(folder: Path) -> None:
    (folder / secrets.FILE).touch()
    with pytest.raises(ImproperlyConfigured, match="encryption-key"):
        secrets.encrypt("x")


def test_a_key_of_the_environment_wins_and_the_file_stays_readable(settings: Any) -> None:
    before = secrets.encrypt("x")
    settings.ENCRYPTION_KEYS = [key := secrets.new()]
    assert Fernet(key).decrypt(secrets.encrypt("y").encode()) == b"y"
    assert secrets.decrypt(before) == "x"


# --- a new key ----------------------------------------------------------------------------------


def test_rotation_leaves_one_new_key_that_opens_everything(stored: None, folder: Path) -> None:
    before = secrets.keys()
    assert "4 secrets were encrypted" in rotate()
    assert readable()
    assert len(secrets.keys()) == 1
    assert secrets.keys() != before
    ciphers = [*ProviderKey.objects.values_list("cipher", flat=True)]
    secrets.write(before)
    for cipher in ciphers:
        with pytest.raises(secrets.Unreadable):
            secrets.decrypt(cipher)


def test_no_key_is_printed(stored: None) -> None:
    before = secrets.keys()
    said = rotate()
    assert not [key for key in (*before, *secrets.keys(), *SECRETS) if key in said]


class PowerCut(BaseException):
    """Nothing runs after it."""


def cut_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lights go out before the step-th thing that rotation does: writing keys, encrypting."""
    done = 0

    def counted(act: Any) -> Any:
        def run(*args: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done == step:
                raise PowerCut
            return act(*args, **options)

        return run

    monkeypatch.setattr(secrets, "write", counted(secrets.write))
    monkeypatch.setattr(secrets, "rotate", counted(secrets.rotate))


# Two writes of the keys, four secrets, and four looks whether something was left.
@pytest.mark.parametrize("step", range(1, 11))
def test_a_rotation_that_is_cut_off_loses_nothing(
    stored: None, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut_at(step, patch)
        with pytest.raises(PowerCut):
            rotate()
    assert readable()
    rotate()
    assert readable()
    assert len(secrets.keys()) == 1


def test_there_are_no_more_steps_than_were_cut(
    stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_at(11, monkeypatch)
    rotate()


@pytest.mark.parametrize("call", ["pathlib.Path.replace", "os.fsync"])
def test_keys_are_written_whole_or_not_at_all(
    folder: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    secrets.encrypt("x")
    before = (folder / secrets.FILE).read_text()
    with monkeypatch.context() as patch:
        patch.setattr(call, full)
        with pytest.raises(OSError, match="No space left"):
            secrets.write(["new"])
    assert (folder / secrets.FILE).read_text() == before
    assert [path.name for path in folder.iterdir()] == [secrets.FILE]


def test_what_is_stored_meanwhile_with_the_old_key_is_taken_along(
    stored: None, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that read the keys just before still writes with them."""
    late, rotate_one = secrets.encrypt("late"), secrets.rotate
    calls: list[str] = []

    def slowly(cipher: str) -> str:
        calls.append(cipher)
        if len(calls) == 4:
            ProviderKey.objects.create(account=account, provider="late", cipher=late)
        return rotate_one(cipher)

    monkeypatch.setattr(secrets, "rotate", slowly)
    assert "5 secrets" in rotate()
    assert secrets.decrypt(ProviderKey.objects.get(provider="late").cipher) == "late"


def test_what_is_changed_meanwhile_is_not_overwritten(
    stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate_one = secrets.rotate

    def slowly(cipher: str) -> str:
        fresh = rotate_one(cipher)
        if secrets.decrypt(cipher) == HOOK and fresh != cipher:
            Health.objects.filter(name="a").update(hook_keys=secrets.encrypt("newer"))
        return fresh

    monkeypatch.setattr(secrets, "rotate", slowly)
    rotate()
    assert secrets.decrypt(Health.objects.get(name="a").hook_keys) == "newer"


def test_what_was_lost_before_is_named_and_left(stored: None) -> None:
    lost = ProviderKey.objects.filter(provider="b")
    lost.update(cipher=Fernet(Fernet.generate_key()).encrypt(b"x").decode())
    said = rotate()
    assert "3 secrets" in said
    assert "Provider key b …cret cannot be read with any key" in said
    assert len(secrets.keys()) == 1


def test_erased_keys_stay_erased(stored: None) -> None:
    ProviderKey.objects.filter(provider="b").update(cipher="")
    assert "3 secrets" in rotate()
    assert ProviderKey.objects.get(provider="b").cipher == ""


def test_two_rotations_at_once_are_refused(stored: None) -> None:
    with secrets.alone(), pytest.raises(CommandError, match="being changed already"):
        rotate()
    assert readable()
    assert "4 secrets" in rotate()


# --- with the key in the environment ------------------------------------------------------------


def test_with_the_key_outside_it_says_what_to_set(stored: None, settings: Any) -> None:
    kept = secrets.keys()
    settings.ENCRYPTION_KEYS = [old := secrets.new()]
    said = rotate()
    assert "4 secrets" in said
    assert "Put this one in front" in said
    assert old not in said
    suggested = said.split()[-1]
    Fernet(suggested)
    assert (Path(settings.DATA_DIR) / secrets.FILE).read_text().split() == kept

    settings.ENCRYPTION_KEYS = [suggested, old]
    said = rotate()
    assert "4 secrets" in said
    assert "All but the first may go" in said
    settings.ENCRYPTION_KEYS = [suggested]
    (Path(settings.DATA_DIR) / secrets.FILE).unlink()
    assert readable()
