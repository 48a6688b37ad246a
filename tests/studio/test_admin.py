"""What an operator can do in the admin, and what nobody can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Account, Entry, User
from billing.pricing import units
from studio import jobs
from studio.models import Job, Notice
from tests.studio.acme import FakeAcme

Order = Callable[..., Job]


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    User.objects.create_superuser("root", password="a long password")
    client.login(username="root", password="a long password")
    return client


PAGES = [
    "studio_job",
    "studio_beat",
    "studio_persona",
    "studio_savedprompt",
    "assets_asset",
    "assets_tag",
    "billing_account",
    "billing_entry",
    "billing_user",
    "billing_apikey",
    "django_q_ormq",
    "django_q_failure",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens_with_rows_and_a_search(operator: Client, order: Order, page: str) -> None:
    jobs.start(order().pk)
    order()
    address = reverse(f"admin:{page}_changelist")
    assert operator.get(address).status_code == 200
    assert operator.get(address, {"q": "cat"}).status_code == 200


def test_a_job_shows_its_timeline_and_is_not_edited(operator: Client, order: Order) -> None:
    job = order()
    jobs.start(job.pk)
    address = reverse("admin:studio_job_change", args=[job.pk])
    page = operator.get(address)
    assert page.status_code == 200
    assert "in the library" in page.content.decode()
    operator.post(address, {"state": "queued"})
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_actions_call_the_services(operator: Client, order: Order) -> None:
    job = order()
    address = reverse("admin:studio_job_changelist")
    sure = {"confirmed": "yes", "_selected_action": [str(job.pk)]}
    operator.post(address, {"action": "cancel", **sure})
    job.refresh_from_db()
    assert job.state == "canceled"
    operator.post(address, {"action": "retry", **sure})
    assert job.retries.count() == 1
    page = operator.post(address, {"action": "cancel", **sure}, follow=True)
    assert "already ended" in page.content.decode()


@pytest.mark.parametrize("model", ["billing_entry", "studio_job", "studio_beat", "django_q_ormq"])
def test_nobody_adds_or_deletes_by_hand(
    operator: Client, order: Order, account: Account, model: str
) -> None:
    order()
    assert operator.get(reverse(f"admin:{model}_add")).status_code == 403
    entry = Entry.objects.first()
    assert entry
    gone = operator.post(reverse("admin:billing_entry_delete", args=[entry.pk]), {"post": "yes"})
    assert gone.status_code == 403
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_a_person_without_the_right_does_not_get_in(
    alice: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(alice).get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("model", ["schedule", "ormq", "success", "failure"])
def test_nobody_can_put_a_function_into_the_queue(operator: Client, model: str) -> None:
    data = {"func": "os.getcwd", "schedule_type": "O", "repeats": -1, "name": "evil"}
    assert operator.post(reverse(f"admin:django_q_{model}_add"), data).status_code == 403
    page = operator.get(reverse(f"admin:django_q_{model}_changelist"))
    assert "delete_selected" not in page.content.decode()


class TestWorkElsewhere:
    """Jobs of Acme, of which one is in review."""

    @pytest.fixture
    def unclear(self, acme: FakeAcme, rich: Account, order: Order) -> Job:
        job = order("acme-motion")
        Job.objects.filter(pk=job.pk).update(state="review")
        job.refresh_from_db()
        return job

    def listed(self, operator: Client, query: str) -> int:
        page = operator.get(reverse("admin:studio_job_changelist") + query)
        assert page.status_code == 200
        return len(page.context["cl"].result_list)

    @pytest.mark.parametrize(
        ("action", "state", "words"),
        [("send_again", "queued", "sent again"), ("give_up", "failed", "given up")],
    )
    def test_a_review_is_decided(
        self, operator: Client, unclear: Job, action: str, state: str, words: str
    ) -> None:
        address = reverse("admin:studio_job_changelist")
        chosen = {"action": action, "_selected_action": [str(unclear.pk)], "confirmed": "yes"}
        assert words in operator.post(address, chosen, follow=True).content.decode()
        unclear.refresh_from_db()
        assert unclear.state == state
        again = operator.post(address, chosen, follow=True).content.decode()
        assert "only one of unknown outcome" in again

    def test_the_list_finds_what_an_operator_looks_for(
        self, operator: Client, unclear: Job, order: Order
    ) -> None:
        order(key="here")
        facts = {"cost_differs": True, "provider_cost": units("0.25"), "suspense": units("0.12")}
        Job.objects.filter(pk=unclear.pk).update(error_kind="key", **facts)
        for query in (
            "cost_differs__exact=1",
            "state__exact=review",
            "provider=acme",
            "in_suspense=yes",
            "error_kind=key",
        ):
            assert self.listed(operator, f"?{query}") == 1, query
        assert self.listed(operator, "?in_suspense=no") == 1
        assert self.listed(operator, "") == 2
        page = operator.get(reverse("admin:studio_job_changelist")).content.decode()
        for words in ("acme", "$0.12", "$0.25", "not said"):
            assert words in page

    def test_one_job_shows_what_is_known_of_it_there(self, operator: Client, unclear: Job) -> None:
        hidden = "https://cdn.acme.example/hush?sig=1"
        Notice.objects.create(provider="acme", delivery="delivery-9", job=unclear, ref="ref-7")
        facts = {"provider_ref": "ref-7", "epoch": 41, "deadline": timezone.now()}
        words = {"error": f"No: {hidden}", "error_detail": hidden, "links": {"a": hidden}}
        Job.objects.filter(pk=unclear.pk).update(**facts, **words)
        unclear.events.create(state="review", note=hidden)
        page = operator.get(reverse("admin:studio_job_change", args=[unclear.pk])).content.decode()
        for shown in ("ref-7", "41", "delivery-9", "Deadline", "No: …"):
            assert shown in page
        assert "hush" not in page
        assert unclear.hook not in page
        assert 'name="notices-0-taken"' not in page
