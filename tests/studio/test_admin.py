"""What an operator can do in the admin, and what nobody can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Account, Entry, User
from studio import jobs
from studio.models import Job

Order = Callable[..., Job]


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    User.objects.create_superuser("root", password="a long password")
    client.login(username="root", password="a long password")
    return client


PAGES = [
    "studio_job",
    "studio_beat",
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
    operator.post(address, {"action": "cancel", "_selected_action": [str(job.pk)]})
    job.refresh_from_db()
    assert job.state == "canceled"
    operator.post(address, {"action": "retry", "_selected_action": [str(job.pk)]})
    assert job.retries.count() == 1
    page = operator.post(
        address, {"action": "cancel", "_selected_action": [str(job.pk)]}, follow=True
    )
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
