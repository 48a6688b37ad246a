"""The page of an operation: its form, its price, its orders; and uploads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset, Status
from billing.models import CREDIT, Account, Entry, User
from studio.models import Job, State
from tests.studio.pages import NOBODY, OPERATION, PART, People, params, said


def test_every_param_of_the_offer_is_on_the_page(sign_in: People, alice: User) -> None:
    from studio.providers.local.video import MOTION

    text = said(sign_in(alice).get(OPERATION))
    for name in MOTION.accepts:
        assert f'name="{name}"' in text, name


def test_an_order_makes_a_job_and_leads_to_it(cat: Asset, sign_in: People, alice: User) -> None:
    response = sign_in(alice).post(OPERATION, params(cat))
    job = Job.objects.get()
    assert response.headers["Location"] == reverse("job", args=[job.pk])
    assert (job.state, job.key, job.params["width"]) == (State.QUEUED, "k1", 64)


def test_the_same_form_sent_twice_is_one_job(cat: Asset, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    first = client.post(OPERATION, params(cat), headers=PART)
    second = client.post(OPERATION, params(cat), headers=PART)
    job = Job.objects.get()
    assert f"job-{job.pk}" in said(first)
    assert f"job-{job.pk}" in said(second)
    assert Entry.objects.filter(reference=job.origin).count() == 1


def test_each_answer_brings_the_key_of_the_next_order(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    answer = said(client.post(OPERATION, params(cat), headers=PART))
    key = re.search(r'name="key"[^>]*value="([^"]+)"', answer)
    assert key is not None
    assert key[1] != "k1"
    client.post(OPERATION, params(cat, key=key[1]), headers=PART)
    assert Job.objects.count() == 2


def test_a_key_of_another_order_does_not_stop_a_changed_form(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    client.post(OPERATION, params(cat))
    response = client.post(OPERATION, params(cat, duration=2))
    assert response.status_code == 302
    assert sorted(j.params["duration"] for j in Job.objects.all()) == [1, 2]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("duration", "31", "Duration is 31 s; the most is 30 s."),
        ("duration", "abc", "Duration is “abc”, which is not a number."),
        ("width", "63", "Width is 63 px; the least is 64 px."),
        ("direction", "left", "Direction is “left”, which does not fit motion “zoom”."),
        ("format", "avi", "Format is “avi”, which is not known."),
        ("image", "", "Picture is missing."),
        ("image", str(NOBODY), "there is no asset"),
    ],
)
def test_a_mistake_is_said_beside_its_control_and_nothing_else_is_lost(
    field: str, value: str, words: str, cat: Asset, sign_in: People, alice: User
) -> None:
    sent = params(cat, strength=77, **{field: value})
    for headers in ({}, PART):
        response = sign_in(alice).post(OPERATION, sent, headers=headers)
        text = said(response)
        assert response.status_code == 422
        beside = text[text.index(f'name="{field}"') :]
        assert words in beside[: beside.index("</p>", beside.index('class="error"'))]
        assert 'value="77"' in text
        assert field == "image" or str(cat.pk) in text
        assert response.headers.get("HX-Retarget") == ("#operation-form" if headers else None)
    assert not Job.objects.exists()


def test_somebody_elses_picture_is_not_there(cat: Asset, sign_in: People, charlie: User) -> None:
    response = sign_in(charlie).post(OPERATION, params(cat))
    assert response.status_code == 422
    assert "there is no asset" in said(response)
    assert cat.title not in said(response)


def test_a_field_that_nobody_asked_for_is_named(cat: Asset, sign_in: People, alice: User) -> None:
    response = sign_in(alice).post(OPERATION, params(cat, colour="red"))
    assert response.status_code == 422
    assert "“colour” is not a parameter" in said(response)


def test_the_price_and_what_will_be_sent_follow_the_form(
    cat: Asset, sign_in: People, alice: User
) -> None:
    answer = said(sign_in(alice).post(f"{OPERATION}quote/", params(cat, width="63.5")))
    assert "not a whole number" in answer
    answer = said(sign_in(alice).post(f"{OPERATION}quote/", params(cat, image="", width="65")))
    assert "Width 65 was made even: 66 px." in answer
    assert "· free" in answer
    assert not Job.objects.exists()


def test_a_price_is_on_the_button_and_too_little_money_is_said(
    paper: Any, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    answer = said(client.post(f"{OPERATION}quote/", params(cat, offer="paper-motion")))
    assert "· 12 cr" in answer
    assert "leaves 88 of 100 cr" in answer
    Account.objects.filter(pk=rich.pk).update(balance=5 * CREDIT)
    response = client.post(OPERATION, params(cat, offer="paper-motion"))
    assert response.status_code == 422
    assert "12" in said(response)
    assert not Job.objects.exists()


def test_a_recipe_fills_the_form_again(
    order: Callable[..., Job], sign_in: People, alice: User, charlie: User
) -> None:
    job = order(strength=91, motion="pan", direction="up")
    text = said(sign_in(alice).get(f"{OPERATION}?job={job.pk}"))
    assert 'value="91"' in text
    assert re.search(r'value="up"[^>]*\bchecked', text)
    assert str(job.params["image"]) in text
    assert sign_in(charlie).get(f"{OPERATION}?job={job.pk}").status_code == 404
    assert sign_in(alice).get(f"{OPERATION}?job=nonsense").status_code == 404


def test_an_address_may_fill_the_form(sign_in: People, alice: User) -> None:
    text = said(sign_in(alice).get(f"{OPERATION}?motion=pan&direction=up&strength=12&nonsense=1"))
    assert re.search(r'value="up"[^>]*\bchecked', text)
    assert 'value="12"' in text
    assert "nonsense" not in text


@pytest.mark.parametrize("query", ["image=x", "motion=fly", "strength=lots", "focus=a", "fps="])
def test_an_address_that_says_nonsense_shows_the_form_all_the_same(
    query: str, sign_in: People, alice: User
) -> None:
    assert sign_in(alice).get(f"{OPERATION}?{query}").status_code == 200


def test_a_picture_of_the_library_becomes_the_source(
    cat: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    assert str(cat.pk) in said(sign_in(alice).get(f"{OPERATION}?from={cat.pk}"))
    assert sign_in(charlie).get(f"{OPERATION}?from={cat.pk}").status_code == 404


# --- uploads ---


def send(client: Client, **fields: Any) -> Any:
    return client.post(reverse("upload"), fields, headers={"Accept": "application/json"})


def test_an_upload_is_in_the_library_at_once(
    picture: Callable[..., bytes], sign_in: People, bob: User
) -> None:
    response = send(sign_in(bob), file=SimpleUploadedFile("sea.png", picture()), kind="image")
    asset = Asset.objects.get()
    assert response.status_code == 201
    assert response.json()["id"] == str(asset.pk)
    assert sign_in(bob).get(response.json()["poster"]).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"file": SimpleUploadedFile("notes.txt", b"buy milk")},
        {"file": SimpleUploadedFile("empty.png", b"")},
        {"sample": "nope"},
        {"url": "http://127.0.0.1/secret.png"},
        {"url": "not an address"},
        {},
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    fields: dict[str, Any], sign_in: People, bob: User
) -> None:
    response = send(sign_in(bob), kind="image", **fields)
    assert response.status_code == 422
    assert len(response.json()["message"]) > 20
    assert not Asset.objects.exists()


def test_a_sample_is_taken_in_once(sign_in: People, bob: User) -> None:
    first, second = (send(sign_in(bob), sample="coffee").json() for _ in range(2))
    assert first == second
    assert "sample" in Asset.objects.get().tags.values_list("name", flat=True)


def test_a_sample_asked_for_twice_at_a_time_is_taken_in_once(
    sign_in: People, bob: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request begins after the first has looked and before it has saved."""
    find, answers = finders.find, []

    def find_slowly(path: str) -> Any:
        if not answers:
            answers.append({})
            answers.append(send(sign_in(alice), sample="coffee").json())
        return find(path)

    monkeypatch.setattr(finders, "find", find_slowly)
    assert send(sign_in(bob), sample="coffee").json() == answers[1]
    asset = Asset.objects.get()
    assert (asset.module, asset.alt) == ("upload", "A cup of coffee on a wooden table")


def test_each_account_has_samples_of_its_own(sign_in: People, bob: User, charlie: User) -> None:
    ids = {send(sign_in(person), sample="coffee").json()["id"] for person in (bob, charlie)}
    assert len(ids) == 2


def test_a_sample_comes_back_from_the_trash(sign_in: People, bob: User) -> None:
    first = send(sign_in(bob), sample="coffee").json()
    services.trash(Asset.objects.get())
    assert send(sign_in(bob), sample="coffee").json() == first
    assert Asset.objects.get().trashed is None


def test_a_sample_whose_file_is_lost_is_taken_in_again(sign_in: People, bob: User) -> None:
    lost = send(sign_in(bob), sample="coffee").json()
    Asset.objects.update(status=Status.DAMAGED)
    found = [send(sign_in(bob), sample="coffee").json() for _ in range(2)]
    assert found[0] == found[1] != lost
    assert Asset.objects.count() == 2
