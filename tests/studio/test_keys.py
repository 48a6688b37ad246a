"""Keys that an account brings: tested before they are kept, shown to nobody, gone when unneeded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from billing.models import Account, Membership, Role, User
from studio import catalogue, jobs, keys, secrets
from studio.models import Health, Job, ProviderKey, State
from studio.spec import ProviderError
from tests.studio.acme import PROVIDER, FakeAcme, Shed
from tests.studio.conftest import kinds
from tests.studio.keyring import GOOD, WRONG, Order, People, own, page, remove, save

# --- saving -------------------------------------------------------------------------------------


def test_a_key_is_tested_and_kept_encrypted(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    assert "Its models are locked" in page(client)
    assert save(client, GOOD).status_code == 302
    assert list(acme.calls) == [("GET", "/account")]
    kept = own(account)
    assert secrets.decrypt(kept.cipher) == GOOD
    assert (kept.tail, kept.user) == ("good", alice)
    assert kept.checked
    shown = page(client)
    assert "…good" in shown
    assert "Balance 12.30 dollars (***)" in shown
    assert "cost 0 credits" in shown
    assert "acme" in keys.usable(account)
    assert keys.access(PROVIDER, kept).key == GOOD


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {GOOD}\n",
        f"Bearer {GOOD}",
        f"Authorization: Bearer {GOOD}\r\n",
        f"Key {GOOD}",
        f'"{GOOD}"',
        f"\u00a0{GOOD}\u2003",
    ],
)
def test_what_was_copied_along_is_taken_off(
    acme: FakeAcme, alice: User, account: Account, sign_in: People, pasted: str
) -> None:
    assert save(sign_in(alice), pasted).status_code == 302
    assert secrets.decrypt(own(account).cipher) == GOOD


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "the field was empty"),
        ("   \n", "the field was empty"),
        ("Bearer ", "the field was empty"),
        ("short", "16 to 500 characters; this has 5"),
        ("x" * 501, "16 to 500 characters; this has 501"),
        ("x" * 100_000, "16 to 500 characters; this has 100,000"),
        ("two words of a key", "a space or a line break"),
        ("first-half\nsecond-half", "a space or a line break"),
        ("ACME_API_KEY\r\nX-Evil: 1", "a space or a line break"),
        ("abcdefghijklmnop\x00", "Null characters"),
        ("abcdefghijklmnop\x1b[31m", "no key has"),
        ("abcdefghijklmnop\u200bqr", "no key has"),
        ("abcdefghijklmnopñ", "no key has"),
    ],
)
def test_what_cannot_be_a_key_is_refused_without_asking(
    acme: FakeAcme, alice: User, sign_in: People, pasted: str, words: str
) -> None:
    answer = save(sign_in(alice), pasted)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not acme.calls
    assert not ProviderKey.objects.exists()


def test_a_wrong_key_is_said_at_the_field_and_nothing_is_kept(
    acme: FakeAcme, alice: User, sign_in: People
) -> None:
    answer = save(sign_in(alice), WRONG)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Acme does not accept the key: The API key is not valid" in said
    assert "Nothing was saved" in said
    assert 'aria-describedby="own-key-acme-error"' in said
    assert WRONG not in said
    assert not ProviderKey.objects.exists()
    assert not Health.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_in_trouble_is_not_taken_for_a_wrong_key(
    acme: FakeAcme, alice: User, sign_in: People, status: int
) -> None:
    acme.status = status
    said = save(sign_in(alice), GOOD).content.decode()
    assert "The key could not be tested" in said
    assert "It was not saved; try again in a while." in said
    assert not ProviderKey.objects.exists()


def test_a_provider_that_is_down_is_said(
    acme: FakeAcme, alice: User, sign_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_URL", "http://127.0.0.1:9")
    said = save(sign_in(alice), GOOD).content.decode()
    assert "127.0.0.1 could not be reached" in said
    assert "try again in a while" in said
    assert not ProviderKey.objects.exists()


def test_a_provider_that_does_not_answer_is_not_waited_for(
    acme: FakeAcme, alice: User, sign_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CHECK_SECONDS", 0.2)
    acme.faults.slow = 5
    said = save(sign_in(alice), GOOD).content.decode()
    assert "Acme did not answer within 0.2 seconds" in said
    assert not ProviderKey.objects.exists()


# --- replacing and removing ---------------------------------------------------------------------


def test_a_replaced_key_stays_for_the_work_begun_with_it(
    acme: FakeAcme, alice: User, account: Account, sign_in: People, order: Order
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    first, job = own(account), order("acme-motion")
    assert (job.own_key, job.quote) == (first, 0)
    acme.secret = "another-good-key-0123"
    assert save(client, "another-good-key-0123").status_code == 302
    first.refresh_from_db()
    assert first.retired
    assert keys.access(PROVIDER, first).key == GOOD
    assert own(account).tail == "0123"
    jobs.cancel(job)
    assert keys.forget_retired() == 1
    first.refresh_from_db()
    assert first.cipher == ""
    with pytest.raises(ProviderError, match="Enter it again"):
        keys.access(PROVIDER, first)


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_the_same_moment_leave_one_key(
    acme: FakeAcme, alice: User, account: Account
) -> None:
    def one(number: int) -> None:
        try:
            keys.save(account, alice, PROVIDER, GOOD)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    assert ProviderKey.objects.filter(retired=None).count() == 1
    assert ProviderKey.objects.exclude(cipher="").get() == own(account)


def test_a_refused_replacement_leaves_the_key_that_works(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    before = own(account)
    assert save(client, WRONG).status_code == 422
    assert own(account) == before
    assert ProviderKey.objects.count() == 1


def test_a_removed_key_is_erased_at_once_when_nothing_needs_it(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    keys.tested(keys.access(PROVIDER, own(account)), "no more")
    answer = remove(client, follow=True)
    assert "The key for Acme is removed." in answer.content.decode()
    assert "will finish with it" not in answer.content.decode()
    assert keys.own_key(account, "acme") is None
    assert ProviderKey.objects.get().cipher == ""
    assert not Health.objects.exists()
    assert "acme" not in keys.usable(account)


def test_removing_says_that_running_work_goes_on(
    acme: FakeAcme, alice: User, account: Account, sign_in: People, order: Order
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    job = order("acme-motion")
    answer = remove(client, follow=True).content.decode()
    assert "1 job under way will finish with it; after that it is erased." in answer
    assert job.own_key
    assert keys.access(PROVIDER, ProviderKey.objects.get()).key == GOOD
    for state in (State.UNKNOWN, State.REVIEW, State.FETCHING):
        Job.objects.filter(pk=job.pk).update(state=state)
        assert keys.forget_retired() == 0
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED)
    assert keys.forget_retired() == 1
    assert keys.forget_retired() == 0


def test_removing_twice_is_like_once(acme: FakeAcme, alice: User, sign_in: People) -> None:
    client = sign_in(alice)
    assert remove(client).status_code == 302
    save(client, GOOD)
    assert remove(client).status_code == remove(client).status_code == 302


def test_work_with_an_own_key_costs_no_credits(
    acme: FakeAcme, alice: User, account: Account, sign_in: People, order: Order
) -> None:
    save(sign_in(alice), GOOD)
    job = order("acme-motion")
    assert job.quote == 0
    assert job.expected_cost == 12_000_000
    assert "your key; Acme bills you" in job.price_words
    assert kinds(job) in ([], ["hold"])
    account.refresh_from_db()
    assert account.held == 0


# --- who may ------------------------------------------------------------------------------------


def test_members_see_that_there_is_a_key_and_change_nothing(
    acme: FakeAcme, alice: User, bob: User, vera: User, account: Account, sign_in: People
) -> None:
    save(sign_in(alice), GOOD)
    keys.tested(keys.access(PROVIDER, own(account)), "their words")
    for person in (bob, vera):
        client = sign_in(person)
        shown = page(client)
        assert "There is a key" in shown
        for hidden in ("…good", "Balance", "their words", 'name="secret"', "remove_own_key"):
            assert hidden not in shown
        assert save(client, GOOD).status_code == 403
        assert remove(client).status_code == 403
    assert own(account).retired is None
    assert ProviderKey.objects.count() == 1


def test_admins_of_the_account_may(
    acme: FakeAcme, bob: User, account: Account, sign_in: People
) -> None:
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    assert save(sign_in(bob), GOOD).status_code == 302
    assert own(account).user == bob


def test_a_stranger_finds_none_of_it(
    acme: FakeAcme, alice: User, account: Account, charlie: User, sign_in: People
) -> None:
    save(sign_in(alice), GOOD)
    client = sign_in(charlie)
    assert "…good" not in page(client)
    assert "No key" in page(client)
    assert remove(client).status_code == 302
    assert own(account).retired is None
    theirs = charlie.accounts.get()
    assert keys.own_key(theirs, "acme") is None
    assert "acme" not in keys.usable(theirs)


def test_visitors_and_forged_forms_change_nothing(
    acme: FakeAcme, alice: User, client: Client
) -> None:
    assert save(client, GOOD).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert save(strict, GOOD).status_code == 403
    assert not acme.calls
    assert not ProviderKey.objects.exists()


def test_without_an_account_there_is_nothing_to_change(
    db: None, acme: FakeAcme, sign_in: People
) -> None:
    client = sign_in(User.objects.create_user("new"))
    assert 'id="own-keys"' not in page(client)
    assert save(client, GOOD).status_code == 403


@pytest.mark.parametrize("provider", ["", "local", "nobody", "acme\x00", "shed"])
def test_only_services_that_bill_take_keys(
    acme: FakeAcme, alice: User, sign_in: People, provider: str
) -> None:
    assert save(sign_in(alice), GOOD, provider).status_code == 404
    assert remove(sign_in(alice), provider).status_code == 404


def test_a_server_of_the_operator_is_not_used_for_nothing() -> None:
    assert not keys.takes_own(Shed())
    assert keys.takes_own(PROVIDER)
    assert not keys.takes_own(catalogue.providers()["local"])
