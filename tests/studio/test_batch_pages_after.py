"""What the pages of a batch tell of its end: what went wrong, and what was said elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from assets.models import Asset
from billing.models import Account, User
from studio import batches, jobs
from studio.models import Batch, BatchState
from tests.batches.conftest import draft  # noqa: F401 - the fixture
from tests.batches.sheets import fail, states, succeed
from tests.studio.pages import NOBODY, PART, People, said
from tests.studio.test_batch_pages import text

Draft = Callable[..., Batch]


def test_bad_rows_are_taken_and_corrected_after_the_start(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    cat: Asset,
) -> None:
    rows = [(str(cat.pk), "1"), ("nobody.png", "2"), (str(cat.pk), "3")]
    batch, client = draft(rows=rows), sign_in(alice)
    batches.start(batch, alice, without_wrong=True)
    jobs.dispatch()
    succeed(batch, 1, cat)
    fail(batch, 3, error="It broke.")
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert "Done, not all of it" in page
    assert "Done, not all of it" in said(client.get("/batch/")), "the list says the same"
    assert f'href="/jobs/?batch={batch.pk}"' in page
    lines = text(client.get(f"/batch/{batch.pk}/bad.csv")).splitlines()
    assert len(lines) == 3
    assert "nobody.png" in lines[1]
    assert lines[2].endswith(",3,It broke.")
    answer = client.post(f"/batch/{batch.pk}/correct/", headers=PART)
    made = Batch.objects.exclude(pk=batch.pk).get()
    assert answer.headers["HX-Redirect"] == f"/batch/{made.pk}/"
    assert (made.state, states(made)) == (BatchState.DRAFT, ["wrong", "ready"])
    assert (made.steps, made.mapping) == (batch.steps, batch.mapping)
    assert states(batch) == ["done", "wrong", "failed"], "what it was made from stays"
    assert client.post(f"/batch/{made.pk}/correct/", headers=PART).status_code == 422


def test_rows_that_were_wrong_are_not_hidden_by_a_green_badge(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    cat: Asset,
) -> None:
    batch = draft(rows=[(str(cat.pk), "1"), ("nobody.png", "2")])
    batches.start(batch, alice, without_wrong=True)
    jobs.dispatch()
    succeed(batch, 1, cat)
    for page in ("/batch/", f"/batch/{batch.pk}/"):
        assert re.search(
            r'class="state warn">.*?Done, not all of it', said(sign_in(alice).get(page))
        )


def test_what_the_webhook_answered_is_told(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    cat: Asset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = draft(1, webhook="https://example.com/hook")
    batches.start(batch, alice)
    jobs.dispatch()
    succeed(batch, 1, cat)
    client = sign_in(alice)
    assert "The webhook is about to be called." in said(client.get(f"/batch/{batch.pk}/"))
    live = said(client.get(f"/batch/{batch.pk}/live/"))
    assert "hx-trigger" in live, "it is watched until it is called"

    def refuse(*args: object, **more: object) -> None:
        raise OSError("nobody is at home")

    monkeypatch.setattr("studio.http.call", refuse)
    batches.send_due()
    live = said(client.get(f"/batch/{batch.pk}/live/"))
    assert "The webhook did not take it" in live
    assert "nobody is at home" in live
    assert "Try 1 of 10; the next is" in live


def test_jobs_are_listed_by_batch(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    charlie: User,
    rich: Account,
) -> None:
    one, other = draft(1), draft(2)
    for batch in (one, other):
        batches.start(batch, alice)
    client = sign_in(alice)
    page = said(client.get(f"/jobs/?batch={other.pk}"))
    assert page.count('class="link-cover') == 2
    assert f'href="?batch={other.pk}&amp;state=live"' in page, "the filters stay with the batch"
    for stray in (NOBODY, "nonsense"):
        assert client.get(f"/jobs/?batch={stray}").status_code == 404
    assert sign_in(charlie).get(f"/jobs/?batch={other.pk}").status_code == 404
