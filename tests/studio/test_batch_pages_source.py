"""Where the rows of a batch come from, what its columns are, and what is done with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Asset
from billing import clients
from billing.models import Account, Membership, Role, User
from studio import batches
from studio.models import Batch, BatchMapping, BatchTemplate
from tests.batches.conftest import MARK, draft  # noqa: F401 - the fixture
from tests.batches.sheets import states
from tests.studio.pages import PART, People, said
from tests.studio.test_batch_pages import CARDS, new

Draft = Callable[..., Batch]


def test_columns_are_said_kept_and_loaded(sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    batch = new(client, text="headline,note\nA cat,calm\n")
    assert (batch.mapping, states(batch)) == ({}, ["wrong"])
    where = f"/batch/{batch.pk}/mapping/"
    client.post(where, {"c0": "prompt", "c1": "title"})
    batch.refresh_from_db()
    assert batch.mapping == {"headline": "prompt", "note": "title"}
    # What another column had is taken over by the one that was just chosen.
    client.post(where, {"c0": "prompt", "c1": "prompt"})
    batch.refresh_from_db()
    assert batch.mapping == {"note": "prompt"}
    client.post(where, {"c0": "prompt", "c1": ""})
    client.post(where, {"do": "save", "mapping_name": "Export"}, headers=PART)
    kept = BatchMapping.objects.get()
    other = new(client, text="note,headline\nx,y\n")
    client.post(f"/batch/{other.pk}/mapping/", {"do": "load", "saved": str(kept.pk)})
    other.refresh_from_db()
    assert other.mapping == {"headline": "prompt"}
    strange = new(client, text="prompt\nA dog\n")
    answer = client.post(
        f"/batch/{strange.pk}/mapping/", {"do": "load", "saved": str(kept.pk)}, headers=PART
    )
    assert "is for other columns: headline" in json.loads(answer.headers["HX-Trigger"])["toast"][
        "text"
    ].replace("\u201c", "").replace("\u201d", "")


def test_each_row_may_say_its_own_operation(sign_in: People, alice: User, cat: Asset) -> None:
    sheet = f"operation,prompt,image,size\ntext-to-image,A cat,,\nupscale,,{cat.pk},2x\n"
    client = sign_in(alice)
    batch = new(client, text=sheet)
    assert batch.mapping == {name: name for name in ("operation", "prompt", "image", "size")}
    assert states(batch) == ["ready", "ready"]
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert '<optgroup label="Of other operations">' in page
    assert '<option value="size" selected>' in page


def test_a_chain_is_built_kept_and_used(sign_in: People, alice: User, cat: Asset) -> None:
    client = sign_in(alice)
    one = {"steps": "1", "s1.operation": "upscale", "s1.offer": "local-upscale", "s1.p.size": "2x"}
    page = said(client.post("/batch/steps/", {**one, "do": "add"}))
    assert 'name="s2.operation"' in page
    assert '<option value="2x" selected>' in page
    assert '<option value="trim"' not in re.split('name="s2.operation"', page)[1], "takes a video"
    two = {**one, "steps": "2", "s2.operation": "watermark", "s2.p.text": "© Me"}
    page = said(client.post("/batch/steps/", {**two, "do": "up:2"}))
    assert re.search(r'name="s1.operation".*?value="watermark" selected', page, re.S)
    client.post("/batch/steps/", {**two, "do": "save", "template_name": "Shop"}, headers=PART)
    row = BatchTemplate.objects.get()
    assert [step["operation"] for step in row.steps] == ["upscale", "watermark"]
    page = said(client.post("/batch/steps/", {"do": "load", "template": str(row.pk)}))
    assert 'value="© Me"' in page
    batch = new(client, source="library", ids=str(cat.pk), **two)
    assert [step["operation"] for step in batch.steps] == ["upscale", "watermark"]
    assert batches.plan(batch).jobs == 2
    page = client.post(
        "/batch/steps/", {**one, "s1.p.size": "9x", "do": "save", "template_name": "X"}
    )
    assert page.status_code == 422
    assert BatchTemplate.objects.count() == 1
    assert re.search(r'id="s1-p-size"[^>]+aria-invalid="true"', said(page)), "told at its field"
    assert re.search(r'id="s1-p-size-error" role="alert">[^<]*9x', said(page))


def test_what_is_wrong_with_a_step_is_told_once_at_the_step(
    sign_in: People, alice: User, cat: Asset, other: Asset
) -> None:
    client = sign_in(alice)
    chain = {"steps": "2", "s1.operation": "upscale", "s2.operation": "watermark"}
    bad = {**chain, "s2.p.text": "©", "s2.p.size": "9000", "text": "image\na\n", "source": "sheet"}
    answer = client.post("/batch/new/", bad, headers=PART)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#steps-form")
    assert re.search(r'id="s2-p-size"[^>]+aria-invalid="true"', said(answer))
    ids = f"{cat.pk},{other.pk}"
    batch = new(client, source="library", ids=ids, **chain)
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert page.count("Words and logo are both missing") == 2, "above the sheet, and at the field"
    assert re.search(r'id="s2-p-text"[^>]+aria-invalid="true"', page)
    assert states(batch) == ["new", "new"], "no row is wrong for it"
    assert f'hx-post="/batch/{batch.pk}/check/"' not in page, "there is nothing to check yet"
    plan = said(client.get(f"/batch/{batch.pk}/plan/", headers=PART))
    assert "Step 2, Watermark: Words and logo are both missing" in plan
    assert 'id="start"' not in plan
    client.post(f"/batch/{batch.pk}/do/", {**chain, "s2.p.text": "Mine"})
    client.post(f"/batch/{batch.pk}/check/", headers=PART)
    assert states(batch) == ["ready", "ready"]


def test_a_model_that_is_gone_breaks_no_page(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    batch, client = draft(1), sign_in(alice)
    gone = [{**batch.steps[0], "offer": "gone-model"}]
    Batch.objects.filter(pk=batch.pk).update(steps=gone)
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert "“gone-model” is no model" in page
    assert "“gone-model” is no model" in said(client.get(f"/batch/{batch.pk}/plan/"))
    Batch.objects.filter(pk=batch.pk).update(state="paused")
    assert client.get(f"/batch/{batch.pk}/").status_code == 200


def test_steps_of_a_draft_change_and_its_rows_are_checked_anew(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
) -> None:
    batch, client = draft(2), sign_in(alice)
    marks = {"steps": "1", "s1.operation": MARK["operation"], "s1.offer": "local-watermark"}
    client.post(f"/batch/{batch.pk}/do/", {**marks, "s1.p.text": "Mine"})
    batch.refresh_from_db()
    assert (batch.mapping["image"], states(batch)) == ("image", ["new", "new"])
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert f'hx-post="/batch/{batch.pk}/check/"' in page
    answer = client.post(f"/batch/{batch.pk}/check/", headers=PART)
    assert "rows-changed" in answer.headers["HX-Trigger"]
    assert states(batch) == ["ready", "ready"]


def test_a_file_is_read_whatever_wrote_it(sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    data = "prompt;palette\r\n„Grün“;sea\r\n".encode("cp1252")
    batch = new(client, file=SimpleUploadedFile("liste.csv", data))
    assert (batch.title, batch.columns) == ("liste.csv", ["prompt", "palette"])
    again = new(client, file=SimpleUploadedFile("liste.csv", data))
    assert "The same file was brought before" in said(client.get(f"/batch/{again.pk}/"))
    broken = SimpleUploadedFile("x.xlsx", b"PK\x03\x04 nothing")
    answer = client.post("/batch/new/", {**CARDS, "source": "sheet", "file": broken}, headers=PART)
    assert answer.status_code == 422
    assert 'role="alert"' in said(answer)


def test_what_is_kept_is_deleted_from_the_page(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    account: Account,
) -> None:
    batch, client = draft(1), sign_in(alice)
    template = batches.save_template(account, "House", batch.steps)
    mapping = batches.save_mapping(account, "Export", batch.mapping)
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert f"forget:{template.pk}" in page
    assert f"forget:{mapping.pk}" in page
    for where, row in (("/batch/steps/", template), (f"/batch/{batch.pk}/mapping/", mapping)):
        forget = {**CARDS, "do": f"forget:{row.pk}"}
        assert "is deleted" in client.post(where, forget, headers=PART).headers["HX-Trigger"]
        assert client.post(where, forget, headers=PART).status_code == 422, "it is gone"
    assert not BatchTemplate.objects.exists()
    assert not BatchMapping.objects.exists()


def test_who_sees_one_client_only_changes_nothing_that_serves_all(
    draft: Draft,  # noqa: F811
    sign_in: People,
    account: Account,
) -> None:
    batch = draft(1)
    template = batches.save_template(account, "House", batch.steps)
    mapping = batches.save_mapping(account, "Export", batch.mapping)
    lara = User.objects.create_user("lara")
    membership = Membership.objects.create(account=account, user=lara, role=Role.MEMBER)
    acme = clients.make(account, "Acme")
    clients.limit(membership, [acme])
    Batch.objects.filter(pk=batch.pk).update(client=acme)
    client = sign_in(lara)
    columns = f"/batch/{batch.pk}/mapping/"
    for where, fields in (
        ("/batch/steps/", {**CARDS, "do": "save", "template_name": "House"}),
        ("/batch/steps/", {**CARDS, "do": f"forget:{template.pk}"}),
        (columns, {"do": "save", "mapping_name": "Export"}),
        (columns, {"do": f"forget:{mapping.pk}"}),
    ):
        answer = client.post(where, fields, headers=PART)
        assert answer.status_code == 403, fields
        assert "serves all clients" in answer.headers["HX-Trigger"]
    assert BatchTemplate.objects.get().steps == template.steps
    assert BatchMapping.objects.get() == mapping
