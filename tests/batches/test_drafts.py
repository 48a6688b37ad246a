"""A draft: made from a sheet, and changed like one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assets.models import Asset
from billing.models import Account, User
from studio import batches, http
from studio.batches.check import Checker
from studio.batches.sheet import read
from studio.models import Batch, BatchFile, BatchRow
from tests.batches.conftest import MARK, MOVE, UPSCALE
from tests.batches.sheets import problems, states, table
from tests.batches.test_check import HERE, PRICE, work

Draft = Callable[..., Batch]


# --- as a sheet ---------------------------------------------------------------------------------


def test_cells_are_changed_and_checked_again(draft: Draft, cat: Asset) -> None:
    batch = draft(rows=[(str(cat.pk), "500")])
    assert batches.edit_row(batch, 1, {"strength": "50"}).state == "ready"
    assert work(batch)["strength"] == 50
    with pytest.raises(batches.Wrong, match="no column “streng"):
        batches.edit_row(batch, 1, {"strenght": "1"})
    assert batches.add_rows(batch, [{"image": "nobody"}, {"image": str(cat.pk)}]) == [2, 3]
    assert states(batch) == ["ready", "wrong", "ready"]
    ((row, words),) = batches.bad_rows(batch)
    assert (row.number, row.cells, "no file called" in words) == (2, ["nobody", ""], True)
    batches.delete_row(batch, 2)
    batches.skip_rows(batch, [3])
    assert states(batch) == ["ready", "skipped"]
    assert batches.plan(batch).amount == PRICE
    batches.skip_rows(batch, [3], skipped=False)
    assert batches.plan(batch).amount == 2 * PRICE


def test_a_mapping_is_guessed_said_and_kept(
    account: Account, alice: User, cat: Asset, paper: Any
) -> None:
    sheet = table(("Picture", "Seconds", "Remarks"), [(str(cat.pk), "3", "nice")])
    batch = batches.create(account, alice, "", sheet, steps=[MOVE])
    assert batch.mapping == {"Picture": "image", "Seconds": "duration"}
    assert batch.notes == ["1 column is not used: “Remarks”."]
    batches.check(batch)
    assert work(batch)["duration"] == 3
    batches.set_mapping(batch, {"Picture": "image"})
    assert work(batch)["duration"] != 3
    with pytest.raises(batches.Wrong, match="no param here"):
        batches.set_mapping(batch, {"Picture": "imagine"})
    with pytest.raises(batches.Wrong, match="are both"):
        batches.set_mapping(batch, {"Picture": "image", "Seconds": "image"})
    batches.save_mapping(account, " Shop ", batch.mapping)
    kept = batches.save_mapping(account, "Shop", {"Picture": "logo"})
    assert (kept.mapping, account.batch_mappings.count()) == ({"Picture": "logo"}, 1)
    template = batches.save_template(account, "Both", [UPSCALE, MARK])
    assert [step["operation"] for step in template.steps] == ["upscale", "watermark"]


def test_the_same_file_twice_is_told(account: Account, alice: User, cat: Asset, paper: Any) -> None:
    source, sheet = batches.digest(b"image\ncat"), table(("image",), [(str(cat.pk),)])
    for _ in range(2):
        batch = batches.create(account, alice, "Cats", sheet, steps=[MOVE], source=source)
    assert "The same file was brought before" in batch.notes[0]


# --- addresses ----------------------------------------------------------------------------------


def test_a_file_of_the_internet_is_brought_first(
    draft: Draft, pictures: list[Asset], monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    asked = []

    def fetch(address: str, **who: Any) -> Asset:
        asked.append(address)
        if "gone" in address:
            raise http.FetchRefused("The address answered 404. Check it.", status=404)
        return pictures[0]

    monkeypatch.setattr("studio.intake.from_address", fetch)
    here, gone = "https://shop.example/a.png", "https://shop.example/gone.png"
    rows = [(here,), (here,), (gone,), ("nobody",)]
    batch = draft(steps=[HERE], rows=rows, columns=("image",))
    assert states(batch) == ["coming", "coming", "coming", "wrong"]
    assert batches.plan(batch).blocked
    with pytest.raises(batches.Wrong, match="waiting for files"):
        batches.start(batch, alice)
    assert batches.files_are_waiting()
    assert not batches.fetch_due()
    assert sorted(asked) == [here, gone]
    assert states(batch) == ["ready", "ready", "wrong", "wrong"]
    assert "404" in problems(batch)[3][0][1]
    assert work(batch, 2)["image"] == str(pictures[0].pk)
    assert BatchFile.objects.filter(batch=batch).count() == 2


def test_files_that_were_selected_are_a_sheet(
    account: Account, alice: User, pictures: list[Asset]
) -> None:
    sheet = batches.of_files(pictures)
    batch = batches.create(account, alice, "", sheet, steps=[MARK])
    batches.check(batch)
    assert states(batch) == ["ready"] * 3
    assert work(batch, 2)["image"] == str(pictures[1].pk)
    with pytest.raises(batches.Refused, match="No file is chosen"):
        batches.of_files([])


def test_a_csv_from_the_beginning(account: Account, alice: User, pictures: list[Asset]) -> None:
    data = "Picture;Words\nPear;„Obst“\nnobody.png;x\n".encode("cp1252")
    batch = batches.create(
        account,
        alice,
        "Fruit",
        read(data, "fruit.csv"),
        steps=[{"operation": "watermark"}],
        mapping={"Picture": "image", "Words": "text"},
    )
    batches.check(batch)
    assert states(batch) == ["ready", "wrong"]
    assert work(batch)["text"] == "„Obst“"
    assert BatchRow.objects.get(batch=batch, number=2).line == 3


def test_what_is_changed_during_a_check_stays_so(
    draft: Draft, cat: Asset, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of thousands of rows takes seconds, and nobody has to wait for it."""
    batch = draft(rows=[(str(cat.pk), str(n)) for n in (1, 2, 3, 900)])
    BatchRow.objects.filter(batch=batch).update(state="new")
    fill = Checker.fill
    mine = Batch.objects.get(pk=batch.pk)

    def slow(self: Checker, row: BatchRow, its: Any) -> None:
        fill(self, row, its)
        if row.number == 4 and self.batch is not mine:
            batches.edit_row(mine, 1, {"strength": "77"})
            batches.delete_row(mine, 2)
            batches.skip_rows(mine, [3])
            batches.edit_row(mine, 4, {"strength": "44"})

    monkeypatch.setattr(Checker, "fill", slow)
    batches.check(batch)
    assert states(batch) == ["ready", "skipped", "ready"]
    assert [work(batch, number)["strength"] for number in (1, 4)] == [77, 44]


def test_other_steps_keep_what_columns_are(draft: Draft, cat: Asset) -> None:
    batch = draft(rows=[(str(cat.pk), "5", "x")], columns=("image", "strength", "text"))
    assert batch.mapping == {"image": "image", "strength": "strength"}
    batches.set_steps(batch, [MARK])
    assert batch.mapping == {"image": "image", "text": "text"}
    assert (states(batch), work(batch)["text"]) == (["ready"], "x")
