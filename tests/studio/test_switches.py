"""Offers that the operator switched off: refused with the reason, and what was ordered goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from billing.models import Account, AuditEvent, User
from studio import catalogue, jobs, keys, switches
from studio.models import Job, OfferSwitch

Order = Callable[..., Job]
OFF = "local-motion"
WHY = "It draws upside down."


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    switches.forget()
    yield
    switches.forget()


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def off(db: None) -> None:
    switches.switch_off(OFF, WHY, None)


def there(page: str = "switch", key: str = OFF) -> str:
    args = [key] if page == "switch" else []
    return reverse(f"admin:studio_offerswitch_{page}", args=args)


def test_an_offer_is_switched_off_with_a_reason_and_on_again(operator: Client) -> None:
    asked = operator.post(there())
    assert "reason" in asked.context["form"].fields
    operator.post(there(), {"reason": ""})
    assert not OfferSwitch.objects.exists()
    page = operator.post(there(), {"reason": WHY}, follow=True).content.decode()
    assert WHY in page
    assert catalogue.off() == {OFF: WHY}
    operator.post(there(), {"to": "on"})
    assert catalogue.off() == {}
    noted = AuditEvent.objects.filter(action="operator.offer").order_by("pk")
    assert [(one.actor, one.of, one.details) for one in noted] == [
        ("root", OFF, {"switched": "off", "reason": WHY}),
        ("root", OFF, {"switched": "on"}),
    ]
    assert operator.post(there(key="nobody")).status_code == 404


def test_who_may_only_look_switches_nothing(db: None, sign_in: Callable[[User], Client]) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    client = sign_in(user)
    assert client.get(there("changelist")).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_offerswitch"))
    page = client.get(there("changelist"))
    assert page.status_code == 200
    assert not any(row.acts for panel in page.context["panels"] for row in panel.rows)
    assert client.post(there(), {"reason": WHY}).status_code == 403
    assert not OfferSwitch.objects.exists()


def test_the_list_has_every_offer_with_its_price_and_how_it_does(
    operator: Client, order: Order
) -> None:
    jobs.cancel(order())
    page = operator.get(there("changelist"))
    found = [row for panel in page.context["panels"] for row in panel.rows]
    assert len(found) == len(catalogue.all_offers())
    label = catalogue.all_offers()[OFF].label
    (row,) = [r for r in found if r.cells[0].text == label and r.cells[1].text == "This computer"]
    assert [cell.text for cell in row.cells[3:]] == ["1", "–", "needs none", "on"]


def test_it_is_refused_with_the_reason_and_what_else_there_is(
    off: None, paper: Any, rich: Account
) -> None:
    offer = catalogue.all_offers()[OFF]
    told = keys.problem(rich, offer)
    assert told == (
        f"{offer.label} is switched off by the operator: It draws upside down. Choose "
        f"{catalogue.all_offers()['paper-motion'].label}."
    )


def test_it_comes_last_where_offers_are_chosen(off: None, paper: Any) -> None:
    found = [o.key for o in catalogue.offers("image-to-video", {"local", "paper"})]
    assert found == ["paper-motion", OFF]


def test_page_and_api_tell_who_orders_it(
    off: None, paper: Any, rich: Account, alice: User, cat: Asset, sign_in: Any
) -> None:
    client = sign_in(alice)
    address = reverse("operation", args=["transform", "image-to-video"])
    sent = {"offer": OFF, "image": str(cat.pk), "shown": "0:credits"}
    page = client.post(address, sent)
    assert page.status_code == 422
    assert "It draws upside down" in page.content.decode()
    body = {"operation": "image-to-video", "offer": OFF, "params": {"image": str(cat.pk)}}
    answer = client.post("/api/v1/jobs/", body, "application/json")
    assert answer.status_code == 400
    assert "It draws upside down" in answer.json()["message"]
    assert not Job.objects.exists()


def test_the_api_tells_programs_before_they_order(
    off: None, alice: User, sign_in: Callable[[User], Client]
) -> None:
    program = sign_in(alice)
    one = program.get("/api/v1/operations/image-to-video/").json()
    told = {offer["key"]: offer["off"] for offer in one["offers"]}
    assert told.pop(OFF) == WHY
    assert set(told.values()) <= {""}
    every = program.get("/api/v1/operations/").json()["results"]
    assert one in every


def test_what_was_ordered_goes_on_and_is_not_tried_again(order: Order) -> None:
    job, other = order(key="a"), order(key="b")
    switches.switch_off(OFF, WHY, None)
    jobs.start(job.pk)
    job.refresh_from_db()
    assert job.state == "succeeded"
    with pytest.raises(jobs.NotPossible, match="upside down"):
        jobs.retry(jobs.cancel(other), None)


def test_an_automatic_choice_passes_it_by(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [o for o in catalogue.all_offers().values() if o.operation == "text-to-image"]
    tiered = [o for o in models if o.quality]
    usable = {o.provider for o in models}
    monkeypatch.setattr(switches, "off", dict)
    monkeypatch.setattr(catalogue, "SWITCHES", [lambda: {o.key: "off" for o in tiered}])
    assert "auto-text-to-image" not in [o.key for o in catalogue.offers("text-to-image", usable)]
