"""A grid: typed as it is called on the page, ordered at once, and shown as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from billing.models import Account, User
from studio import catalogue, grids, jobs
from studio.models import Job, State
from studio.orders import OrderForm
from studio.views import matrices

People = Callable[[User], Client]
PAGE = "/create/text-to-image/"
PART = {"HX-Request": "true"}
SAID = {
    "offer": "local-card",
    "prompt": "A paper boat",
    "key": "one press",
    "shown": "0:credits",
    "grid_1": "design",
    "grid_1_values": "Quotation, badge",
    "grid_2": "width",
    "grid_2_values": "512, 640, 768",
}
CARD = catalogue.all_offers()["local-card"]
SPEC = {p.name: p for p in CARD.params(catalogue.operations()["text-to-image"])}


def ordered(account: Account, user: User, grid: dict[str, Any], **more: Any) -> list[Job]:
    operation = catalogue.operations()["text-to-image"]
    data = {"prompt": "A paper boat"}
    form = OrderForm(operation, CARD, data, account=account, user=user, grid=grid, **more)
    assert form.is_valid(), form.problems()
    return form.create_jobs(key="one press")[0]


def test_what_sets_each_apart_is_kept_and_named(account: Account, alice: User) -> None:
    made = ordered(account, alice, {"design": ["quote", "Badge"], "width": [512, 640]})
    assert len({job.run for job in made}) == 1
    assert [dict(job.varied) for job in made] == [
        {"design": design, "width": width} for design in ("quote", "badge") for width in (512, 640)
    ]
    assert [job.title for job in made][:2] == [
        "A paper boat · Quotation · 512 px",
        "A paper boat · Quotation · 640 px",
    ]
    assert grids.of_job(made[3]) == [("Design", "Badge"), ("Width", "640 px")]


def test_a_retry_is_of_the_same_place(account: Account, alice: User) -> None:
    made = ordered(account, alice, {"design": ["quote", "badge"], "width": [512, 640]})
    Job.objects.filter(pk=made[1].pk).update(state=State.FAILED)
    made[1].refresh_from_db()
    again, _ = jobs.retry(made[1], alice)
    assert again.varied == made[1].varied
    recent = list(Job.objects.for_account(account))
    (table,), single = matrices.apart(recent, account)
    assert single == []
    assert [card.job.pk for card in table.cards] == [
        made[0].pk, again.pk, made[2].pk, made[3].pk,
    ]  # fmt: skip


def test_the_rows_are_the_first_setting_and_the_columns_the_second(
    account: Account, alice: User
) -> None:
    made = ordered(account, alice, {"design": ["quote", "badge"], "width": [512, 640]}, count=2)
    table = matrices.of_run(made, account)
    assert table is not None
    assert (table.title, table.names) == ("A paper boat", ("Design", "Width"))
    assert table.across == ["512 px", "640 px"]
    assert [words for words, _ in table.rows] == ["Quotation", "Badge"]
    assert [len(cell) for _, cells in table.rows for cell in cells] == [2, 2, 2, 2]


def test_one_setting_is_a_row(account: Account, alice: User) -> None:
    table = matrices.of_run(ordered(account, alice, {"width": [512, 640]}), account)
    assert table is not None
    assert (table.across, [words for words, _ in table.rows]) == (["512 px", "640 px"], [""])


def test_what_is_in_the_name_already_is_not_said_twice(account: Account, alice: User) -> None:
    operation = catalogue.operations()["background"]
    offer = catalogue.all_offers()["local-background"]
    grid = {"pattern": ["mesh", "Waves"], "palette": ["sea", "dusk"]}
    form = OrderForm(operation, offer, {}, account=account, user=alice, grid=grid)
    assert form.is_valid(), form.problems()
    assert form.wanted[0].title == "Background · Color mesh · Sea"


# --- the page ------------------------------------------------------------------------------------


def test_the_page_shows_a_table_at_once_and_again_after_a_reload(
    sign_in: People, bob: User, account: Account
) -> None:
    client = sign_in(bob)
    answer = client.post(PAGE, SAID, headers=PART)
    assert answer.headers["HX-Retarget"] == "#matrices"
    for text in (answer.content.decode(), client.get(PAGE).content.decode()):
        assert text.count("<table>") == 1
        heads = re.findall(r'<th scope="(col|row)">(.*?)</th>', text)
        assert heads == [
            ("col", "512 px"),
            ("col", "640 px"),
            ("col", "768 px"),
            ("row", "Quotation"),
            ("row", "Badge"),
        ]
        assert text.count('<article class="job') == 6
        assert "Design × Width · 6 results · free" in text
    # A second press with the same key is the same table.
    assert client.post(PAGE, SAID, headers=PART).content.decode().count('<article class="job') == 6
    assert Job.objects.count() == 6


def test_without_a_script_the_page_comes_back_with_the_table(
    sign_in: People, bob: User, account: Account
) -> None:
    answer = sign_in(bob).post(PAGE, SAID, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert answer.content.decode().count("<table>") == 1


def test_a_stranger_sees_none_of_it(
    sign_in: People, bob: User, charlie: User, account: Account
) -> None:
    sign_in(bob).post(PAGE, SAID, headers=PART)
    assert "<table>" not in sign_in(charlie).get(PAGE).content.decode()


def test_each_card_says_what_it_is_of(
    sign_in: People, bob: User, account: Account, alice: User
) -> None:
    made = ordered(account, alice, {"design": ["quote", "badge"]})
    text = sign_in(bob).get(f"/jobs/{made[1].pk}/card/").content.decode()
    assert '<span class="state varied" title="Design">Badge</span>' in text


def test_the_choices_can_be_ticked_and_numbers_have_examples(sign_in: People, bob: User) -> None:
    text = sign_in(bob).get(f"{PAGE}?offer=local-card").content.decode()
    design = re.search(r'<option value="design"[^>]*>', text)
    assert design
    assert "data-choices" in design[0]
    assert "Quotation" in design[0]
    assert '<option value="width" data-example="512, 1024, 2048"' in text


def test_examples_lie_within_the_limits() -> None:
    for offer in catalogue.all_offers().values():
        operation = catalogue.operations()[offer.operation]
        for param in grids.free({p.name: p for p in offer.params(operation)}):
            for value in grids.example(param).split(", ")[:1]:
                if param.kind in ("integer", "number", "seed"):
                    assert (param.low or 0) <= float(value) <= (param.high or 1e9), param


def test_texts_are_not_offered() -> None:
    assert "prompt" not in [p.name for p in grids.free(SPEC)]
