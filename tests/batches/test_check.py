"""What a sheet says: read as the form of a single job reads it, with every mistake at its cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assets.models import Asset
from assets.services import trash
from billing.models import CREDIT, Account, Client, User
from billing.scope import Scope
from studio import batches, catalogue, keys
from studio.models import Batch, BatchRow, Job
from studio.orders import OrderForm
from studio.spec import Offer
from tests.batches.conftest import MARK, UPSCALE
from tests.batches.sheets import fail, job_of, problems, states, succeed, table
from tests.studio.stories import bring

Draft = Callable[..., Batch]
PRICE = 12 * CREDIT
HERE = {"operation": "image-to-video", "offer": "local-motion"}


def work(batch: Batch, number: int = 1) -> dict[str, Any]:
    row = BatchRow.objects.get(batch=batch, number=number)
    assert row.work, row.problems
    params: dict[str, Any] = row.work[0]["doers"][0]["params"]
    return params


@pytest.fixture
def one(draft: Draft, cat: Asset) -> Callable[..., Batch]:
    """one(strength="1,5") → a batch of one row with these cells."""

    def make(steps: Any = (HERE,), **cells: str) -> Batch:
        said = {"image": str(cat.pk), **cells}
        return draft(steps=steps, rows=[tuple(said.values())], columns=tuple(said))

    return make


# --- the same as a single job -------------------------------------------------------------------


def test_a_row_is_what_a_single_job_with_these_values_is(
    one: Callable[..., Batch], account: Account, alice: User, cat: Asset
) -> None:
    said = {"motion": "zoom", "strength": "70", "duration": "4", "format": "mp4"}
    batch = one(**said)
    offer, operation = catalogue.all_offers()["local-motion"], "image-to-video"
    form = OrderForm(
        catalogue.operations()[operation],
        offer,
        {"image": str(cat.pk), **said},
        account=account,
        user=alice,
    )
    assert form.is_valid(), form.problems()
    assert work(batch) == form.params
    assert BatchRow.objects.get(batch=batch).title == form.title


def test_rows_do_not_see_each_other(draft: Draft, cat: Asset, pictures: list[Asset]) -> None:
    rows = [
        (str(cat.pk), "10", "6"),
        ("Pear", "", ""),
        ("fig.png", "900", ""),
        (str(pictures[2].pk), "", "7"),
    ]
    batch = draft(steps=[HERE], rows=rows, columns=("image", "strength", "seconds"))
    assert states(batch) == ["ready", "ready", "wrong", "ready"]
    found = [work(batch, number) for number in (1, 2, 4)]
    assert [p["image"] for p in found] == [str(a.pk) for a in (cat, pictures[0], pictures[2])]
    assert (found[0]["strength"], found[0]["duration"], found[2]["duration"]) == (10, 6, 7)
    assert found[1]["strength"] == found[2]["strength"] != 10


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"duration": "1,5"}, {"duration": 1.5}),
        ({"duration": "2 s"}, {"duration": 2}),
        ({"duration": " 3 "}, {"duration": 3}),
        ({"motion": "ZOOM"}, {"motion": "zoom"}),
        ({"focus": "0.25, 0.5"}, {"focus": [0.25, 0.5]}),
    ],
)
def test_cells_are_read_as_people_write_them(
    one: Callable[..., Batch], cells: dict[str, str], found: dict[str, Any]
) -> None:
    batch = one(**cells)
    assert problems(batch) == {}
    assert {name: work(batch)[name] for name in found} == found


@pytest.mark.parametrize(("cell", "value"), [("Yes", True), ("n", False), ("on", True)])
def test_yes_and_no(one: Callable[..., Batch], cell: str, value: bool) -> None:
    batch = one(steps=[{"operation": "convert"}], strip_metadata=cell)
    assert work(batch)["strip_metadata"] is value


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"strength": "101"}, "the most is 100"),
        ({"strength": "1,000"}, "may be 1.000 or 1000"),
        ({"strength": "half"}, "not a whole number"),
        ({"motion": "fly"}, "“fly”, which is not known"),
        ({"duration": "-1"}, "least is"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    one: Callable[..., Batch], cells: dict[str, str], words: str
) -> None:
    batch = one(**cells)
    ((column, message),) = problems(batch)[1]
    assert column == next(iter(cells))
    assert words in message
    assert BatchRow.objects.get(batch=batch).work == []


def test_everything_that_is_wrong_with_a_row_is_said_at_once(draft: Draft) -> None:
    rows = [("nobody.png", "500", "fly")]
    batch = draft(steps=[HERE], rows=rows, columns=("image", "strength", "motion"))
    found = dict(problems(batch)[1])
    assert "no file called “nobody.png”" in found["image"]


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Pear", "pear", "pear.png", "{id}", "/library/{id}/", "https://my.example/library/{id}/"],
)
def test_a_file_by_its_id_page_title_or_name(
    draft: Draft, pictures: list[Asset], name: str
) -> None:
    cell = name.format(id=pictures[0].pk)
    batch = draft(steps=[HERE], rows=[(cell,)], columns=("image",))
    assert problems(batch) == {}
    assert work(batch)["image"] == str(pictures[0].pk)


def test_a_name_that_two_files_have_is_nobodys(
    draft: Draft, account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Any
) -> None:
    for number in (1, 2):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture((64, 64 + number)))
        bring(path, account, alice, title="Twin")
    batch = draft(steps=[HERE], rows=[("Twin",)], columns=("image",))
    ((column, message),) = problems(batch)[1]
    assert (column, message[:58]) == (
        "image",
        "Picture: 2 files in your library are called “Twin”. Give t"[:58],
    )


def test_files_in_the_trash_and_those_of_others_are_not_there(
    draft: Draft, pictures: list[Asset], charlie: User, picture: Callable[..., bytes], tmp_path: Any
) -> None:
    trash(pictures[0])
    path = tmp_path / "theirs.png"
    path.write_bytes(picture((70, 70)))
    theirs = bring(path, charlie.accounts.get(), charlie, title="Theirs")
    rows = [(str(pictures[0].pk),), (str(theirs.pk),), ("Theirs",)]
    batch = draft(steps=[HERE], rows=rows, columns=("image",))
    found = {number: message for number, [(_, message)] in problems(batch).items()}
    assert "is in the trash" in found[1]
    assert "there is no asset" in found[2]
    assert "no file called “Theirs”" in found[3]


def test_files_of_two_clients_do_not_meet(
    draft: Draft, account: Account, pictures: list[Asset], alice: User
) -> None:
    acme = Client.objects.create(account=account, name="Acme")
    zen = Client.objects.create(account=account, name="Zen")
    for asset, client in zip(pictures, (acme, zen), strict=False):
        Asset.objects.filter(pk=asset.pk).update(client=client)
    rows = [(str(pictures[0].pk), str(pictures[1].pk)), (str(pictures[0].pk), "")]
    batch = draft(steps=[MARK], rows=rows, columns=("image", "logo"))
    assert states(batch) == ["wrong", "ready"]
    assert "different clients" in problems(batch)[1][0][1]
    batches.start(batch, alice, without_wrong=True)
    assert job_of(batch, 2).client_id == acme.pk


def test_who_works_for_one_client_finds_no_file_of_another(
    account: Account, alice: User, pictures: list[Asset], paper: Any
) -> None:
    acme = Client.objects.create(account=account, name="Acme")
    zen = Client.objects.create(account=account, name="Zen")
    Asset.objects.filter(pk=pictures[0].pk).update(client=zen)
    mine = account.seen(Scope(acme.pk, frozenset({acme.pk})))
    rows = [("Pear",), (str(pictures[0].pk),)]
    batch = batches.create(mine, alice, "", table(("image",), rows), steps=[HERE])
    assert batch.client_id == acme.pk
    # In the background nobody's scope is known but that of the batch.
    batches.check(Batch.objects.get(pk=batch.pk))
    assert states(batch) == ["wrong", "wrong"]
    assert not any("Pear" in message for _, message in problems(batch)[2])


# --- what a row may choose ----------------------------------------------------------------------


def test_a_row_may_name_another_operation_and_model(draft: Draft, cat: Asset) -> None:
    rows = [
        (str(cat.pk), "", "", "Mine"),
        (str(cat.pk), "Upscale", "", ""),
        (str(cat.pk), "watermark", "", ""),
        (str(cat.pk), "", "nobody", ""),
        (str(cat.pk), "dance", "", ""),
    ]
    columns = ("image", "operation", "model", "title")
    batch = draft(steps=[HERE], rows=rows, columns=columns)
    assert states(batch)[0] == "ready"
    assert BatchRow.objects.get(batch=batch, number=1).title == "Mine"
    second = BatchRow.objects.get(batch=batch, number=2)
    assert (second.state, second.work[0]["operation"]) == ("ready", "upscale")
    found = problems(batch)
    assert found[4][0][0] == "model"
    assert found[5][0][0] == "operation"
    assert "“dance” is no operation" in found[5][0][1]


def test_a_cell_for_a_param_that_its_model_has_not(draft: Draft, cat: Asset) -> None:
    rows = [(str(cat.pk), "upscale", "50"), (str(cat.pk), "upscale", "")]
    batch = draft(steps=[HERE], rows=rows, columns=("image", "operation", "strength"))
    assert states(batch) == ["wrong", "ready"]
    ((column, message),) = problems(batch)[1]
    assert (column, "is not a parameter of" in message) == ("strength", True)


def test_a_later_step_has_columns_of_its_own(draft: Draft, pictures: list[Asset]) -> None:
    columns = ("file", "words")
    batch = draft(
        steps=[UPSCALE, {"operation": "watermark"}],
        rows=[("Pear", "© 2026"), ("Fig", "")],
        columns=columns,
        mapping={"file": "image", "words": "2.text"},
    )
    assert states(batch) == ["ready", "wrong"]
    row = BatchRow.objects.get(batch=batch, number=1)
    assert row.work[1]["doers"][0]["params"]["text"] == "© 2026"
    assert "Step 2, Watermark" in problems(batch)[2][0][1]


def test_steps_that_do_not_fit_are_refused(account: Account, alice: User, paper: Any) -> None:
    sheet = table(("image",), [("x",)])
    with pytest.raises(batches.Wrong, match="does not take the video"):
        batches.create(account, alice, "", sheet, steps=[HERE, UPSCALE])
    with pytest.raises(batches.Wrong, match="is no operation"):
        batches.create(account, alice, "", sheet, steps=[{"operation": "dance"}])
    with pytest.raises(batches.Wrong, match="cannot be made from a sheet"):
        batches.create(account, alice, "", sheet, steps=[{"operation": "story-film"}])
    assert not Batch.objects.exists()


# --- duplicates ---------------------------------------------------------------------------------


def test_work_that_was_done_before_is_flagged(
    draft: Draft, alice: User, cat: Asset, pictures: list[Asset], rich: Account
) -> None:
    batch = draft(2)
    batches.start(batch, alice)
    succeed(batch, 1)
    fail(batch, 2)
    again = draft(rows=[(str(cat.pk), "1"), (str(cat.pk), "2"), (str(cat.pk), "2")])
    found = BatchRow.objects.filter(batch=again).order_by("number")
    assert [row.duplicate_of_id for row in found] == [job_of(batch, 1).pk, None, None]
    plan = batches.plan(again)
    assert (plan.duplicates, plan.repeated) == (1, 1)


def test_a_chain_is_the_same_only_as_a_whole(
    draft: Draft, alice: User, pictures: list[Asset]
) -> None:
    chain = {"steps": [UPSCALE, MARK], "rows": [("Pear",)], "columns": ("image",)}
    batch = draft(**chain)
    batches.start(batch, alice)
    succeed(batch, 1, pictures[1])
    assert BatchRow.objects.get(batch=draft(**chain)).duplicate_of_id is None
    succeed(batch, 1, pictures[2], step=1)
    assert BatchRow.objects.get(batch=draft(**chain)).duplicate_of_id == job_of(batch, 1, 1).pk


# --- how fast -----------------------------------------------------------------------------------


def test_rows_cost_no_query_each(
    draft: Draft, cat: Asset, django_assert_max_num_queries: Any
) -> None:
    batch = draft(400)
    BatchRow.objects.filter(batch=batch).update(state="new")
    with django_assert_max_num_queries(40):
        assert batches.check(batch) == 400


def test_a_model_that_needs_a_key(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    def problem(account: Account, offer: Offer) -> str:
        return "There is no key." if offer.key == "paper-motion" else ""

    monkeypatch.setattr(keys, "problem", problem)
    batch = draft(1)
    assert problems(batch)[1] == [("", "There is no key.")]
    assert not Job.objects.exists()


def test_a_model_may_be_chosen_for_each_row(
    draft: Draft, alice: User, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a single job is: the cheapest that can, and who does it instead."""
    monkeypatch.setenv("WAVESPEED_API_KEY", "only-for-tests")
    monkeypatch.setenv("STABILITY_API_KEY", "only-for-tests")
    auto = {"operation": "text-to-image", "offer": "auto-text-to-image"}
    batch = draft(steps=[auto], rows=[("A boat",), ("A tree",)], columns=("prompt",))
    assert problems(batch) == {}
    plan = batches.plan(batch)
    ((share,),) = (plan.models,)
    assert (share.offer != "auto-text-to-image", share.jobs) == (True, 2)
    batches.start(batch, alice, agreed=plan.shown)
    job = job_of(batch, 1)
    assert (job.offer, plan.amount) == (share.offer, 2 * job.quote)
    assert job.most == job_of(batch, 2).most
