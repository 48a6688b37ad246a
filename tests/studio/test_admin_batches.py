"""What an operator sees of batches, and does about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Account, User
from studio import batches
from studio.models import Batch, BatchRow, BatchState
from tests.batches.conftest import draft  # noqa: F401 - the fixture
from tests.studio.test_admin import operator  # noqa: F401 - the fixture

Draft = Callable[..., Batch]
LIST = "admin:studio_batch_changelist"


@pytest.fixture
def begun(draft: Draft, alice: User, rich: Account) -> Batch:  # noqa: F811
    batch, _ = batches.start(draft(3), alice)
    return batch


def test_lists_open_and_lead_to_rows_and_jobs(
    operator: Client,  # noqa: F811
    begun: Batch,
) -> None:
    page = operator.get(reverse(LIST), {"q": "cat"}).content.decode()
    assert begun.title in page
    one = operator.get(reverse("admin:studio_batch_change", args=[begun.pk])).content.decode()
    row = begun.rows.first()
    assert row
    for model, query in (
        ("batchrow", f"batch__id__exact={begun.pk}"),
        ("job", f"batch__id__exact={begun.pk}"),
    ):
        where = f"{reverse(f'admin:studio_{model}_changelist')}?{query}"
        assert where in one
        assert "3 " in operator.get(where).content.decode()
    jobs = f"{reverse('admin:studio_job_changelist')}?row__id__exact={row.pk}"
    rows = reverse("admin:studio_batchrow_changelist")
    assert jobs in operator.get(rows).content.decode()
    assert operator.get(jobs).status_code == 200


def test_actions_call_the_services_and_say_what_they_cannot(
    operator: Client,  # noqa: F811
    begun: Batch,
    rich: Account,
) -> None:
    def act(name: str) -> str:
        said = {"action": name, "_selected_action": [str(begun.pk)]}
        page = operator.post(reverse(LIST), said, follow=True).content.decode()
        begun.refresh_from_db()
        return page

    assert "Many cats: paused." in act("pause")
    assert begun.state == BatchState.PAUSED
    assert "Many cats: goes on." in act("resume")
    assert begun.state == BatchState.RUNNING
    act("cancel")
    rich.refresh_from_db()
    assert (begun.state, rich.held) == (BatchState.CANCELED, 0)
    assert "only a running one pauses" in act("pause")


def test_nothing_of_it_is_edited(operator: Client, begun: Batch) -> None:  # noqa: F811
    row = begun.rows.first()
    assert row
    operator.post(reverse("admin:studio_batch_change", args=[begun.pk]), {"state": "done"})
    operator.post(reverse("admin:studio_batchrow_change", args=[row.pk]), {"state": "done"})
    assert Batch.objects.get(pk=begun.pk).state == BatchState.RUNNING
    assert BatchRow.objects.get(pk=row.pk).state == "open"
