"""The pages of batches: who may come in, who may change, and the whole way of a sheet."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import URLPattern, reverse

from assets.models import Asset, Collection
from billing.models import CREDIT, Account, User
from studio import batches, jobs
from studio.models import Batch, BatchRow, BatchState, Job
from studio.views.batch.urls import urlpatterns
from tests.batches.conftest import MARK, draft  # noqa: F401 - the fixture
from tests.batches.sheets import fail, states, succeed, work_off
from tests.studio.pages import NOBODY, PART, People, said

Draft = Callable[..., Batch]
WITHOUT = ("batches", "batch-new", "batch-steps")
ONE = [pattern for pattern in urlpatterns if pattern.name not in WITHOUT]
LOOKS = ("batches", "batch", "batch-plan", "batch-sheet", "batch-bad", "batch-live")
LOOKS += ("batch-results", "batch-rest")
HOWS = {"batch-change": "pause", "batch-keep": "zip"}
CARDS = {"s1.operation": "text-to-image", "s1.offer": "local-card", "steps": "1"}


def address(pattern: URLPattern, pk: Any) -> str:
    name = str(pattern.name)
    if name in WITHOUT:
        return reverse(name)
    return reverse(name, args=[pk, HOWS[name]] if name in HOWS else [pk])


def both(client: Client, where: str) -> tuple[Any, Any]:
    return client.get(where), client.post(where)


def text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8-sig"))


def new(client: Client, **fields: Any) -> Batch:
    """A draft as the page makes it."""
    answer = client.post("/batch/new/", {**CARDS, "source": "sheet", **fields})
    assert answer.status_code == 302, said(answer)[:3000]
    return Batch.objects.get(pk=answer.headers["Location"].split("/")[2])


# --- who may see and change -----------------------------------------------------------------------


def test_a_stranger_cannot_tell_a_batch_from_a_missing_one(
    draft: Draft,  # noqa: F811
    sign_in: People,
    charlie: User,
) -> None:
    batch, client = draft(), sign_in(charlie)
    for pattern in ONE:
        theirs, missing = both(client, address(pattern, batch.pk)), None
        missing = both(client, address(pattern, NOBODY))
        codes = [a.status_code for a in theirs]
        assert codes == [a.status_code for a in missing], pattern.name
        assert 404 in codes, pattern.name
        assert set(codes) <= {404, 405}, pattern.name
        for one, other in zip(theirs, missing, strict=True):
            assert batch.title not in said(one)
            assert len(one.content) == len(other.content)
    assert batch.title not in said(client.get("/batch/"))
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == (BatchState.DRAFT, ["ready"] * 3)


def test_a_viewer_looks_and_changes_nothing(
    draft: Draft,  # noqa: F811
    sign_in: People,
    vera: User,
) -> None:
    batch, client = draft(), sign_in(vera)
    for pattern in urlpatterns:
        name = str(pattern.name)
        looked, changed = both(client, address(pattern, batch.pk))
        assert changed.status_code == (405 if name in LOOKS else 403), name
        assert looked.status_code == (200 if name in LOOKS else looked.status_code), name
        assert looked.status_code in (200, 403, 405), name
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert "hx-post" not in page
    assert "aria-readonly" in page
    assert "Ask the account" in said(client.get(f"/batch/{batch.pk}/plan/"))
    assert "Start 3 rows" not in said(client.get(f"/batch/{batch.pk}/plan/"))
    assert states(batch) == ["ready"] * 3


def test_a_visitor_signs_in_first(draft: Draft, client: Client) -> None:  # noqa: F811
    batch = draft()
    for pattern in urlpatterns:
        for answer in both(client, address(pattern, batch.pk)):
            assert answer.status_code in (302, 405), pattern.name
            assert answer.status_code == 405 or "/sign-in/" in answer.headers["Location"]


# --- a sheet on its way ---------------------------------------------------------------------------


def test_the_whole_way_of_a_pasted_sheet(sign_in: People, alice: User, settings: Any) -> None:
    settings.RENDER_SLOTS = 4
    client = sign_in(alice)
    assert "free, no key" in said(client.get("/batch/"))
    sample = "title,prompt,palette\nHarbor,A quiet harbor,sea\nDunes,Wind,sandy\n"
    batch = new(client, text=sample, **{"s1.p.width": "128", "s1.p.height": "128"})
    assert states(batch) == ["ready", "wrong"]
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert 'aria-invalid="true" aria-describedby="e2-2"' in page
    assert re.search(r'id="e2-2">Colors is “sandy”, which is not known', page)
    bad = text(client.get(f"/batch/{batch.pk}/bad.csv"))
    assert bad.splitlines()[1].startswith('Dunes,Wind,sandy,"palette: Colors is “sandy”')
    plan = said(client.get(f"/batch/{batch.pk}/plan/", headers=PART))
    assert "Start 1 row, leave 1 out · free" in plan
    changed = client.post(
        f"/batch/{batch.pk}/cells/", {"changes": '[[2, 2, "sand"]]'}, headers=PART
    )
    assert 'data-text="sand"' in said(changed)
    assert "aria-invalid" not in said(changed)
    plan = said(client.get(f"/batch/{batch.pk}/plan/", headers=PART))
    assert "Start 2 rows · free" in plan
    terms = {name: re.search(f'name="{name}" value="([^"]+)"', plan) for name in ("key", "shown")}
    fields = {name: found[1] for name, found in terms.items() if found}
    for _ in range(2):  # a double press
        answer = client.post(f"/batch/{batch.pk}/start/", fields, headers=PART)
        assert answer.headers["HX-Redirect"] == f"/batch/{batch.pk}/"
    assert Job.objects.filter(batch=batch).count() == 2
    assert work_off() == 2
    live = said(client.get(f"/batch/{batch.pk}/live/"))
    assert "<b>2</b> done" in live
    assert "hx-trigger" not in live, "nothing is asked again of what has ended"
    lines = text(client.get(f"/batch/{batch.pk}/results.csv")).splitlines()
    assert lines[0].startswith("title,prompt,palette,row,state,result title,assets,credits,")
    made = Job.objects.get(batch=batch, row__number=2).outputs[0]
    assert f",2,done,Dunes,{made},0," in lines[2]


def test_what_failed_is_told_returned_and_tried_again(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    cat: Asset,
) -> None:
    batch, client = draft(3, title="Shop"), sign_in(alice)
    page = said(client.get(f"/batch/{batch.pk}/plan/"))
    assert "Start 3 rows · 36 cr" in page
    assert "your credits, 100" in page
    batches.start(batch, alice)
    jobs.dispatch()
    succeed(batch, 1, cat)
    fail(batch, 2, error="It <broke>.")
    live = client.get(f"/batch/{batch.pk}/live/?was=running&ended=0", headers=PART)
    assert "<b>12</b> spent · <b>12</b> returned · <b>12</b> still held" in said(live)
    assert "It &lt;broke&gt;." in said(live)
    assert 'data-ended="running 2"' in said(live)
    assert 'id="acts" hx-swap-oob="true"' in said(live), "what can be done has changed"
    again = said(client.get(f"/batch/{batch.pk}/again/"))
    assert "Try 1 again · 12 cr" in again
    shown = re.search(r'name="shown" value="([^"]+)"', again)
    assert shown
    answer = client.post(f"/batch/{batch.pk}/again/", {"shown": shown[1]}, headers=PART)
    assert answer.headers["HX-Redirect"] == f"/batch/{batch.pk}/"
    assert states(batch) == ["done", "open", "open"]
    answer = client.post(f"/batch/{batch.pk}/again/", {"shown": "0-0:1:own"}, headers=PART)
    assert answer.status_code == 422
    stale = said(client.get(f"/batch/{batch.pk}/again/?offer=no-such-model", headers=PART))
    assert stale == ""


def test_pause_go_on_and_cancel_the_rest(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    batch, client = draft(4, at_once=1), sign_in(alice)
    batches.start(batch, alice)
    jobs.dispatch()
    for how, state in (("pause", "paused"), ("resume", "running"), ("resume", "running")):
        answer = client.post(f"/batch/{batch.pk}/{how}/", headers=PART)
        assert answer.status_code == 200
        batch.refresh_from_db()
        assert batch.state == state
    rest = said(client.get(f"/batch/{batch.pk}/rest/"))
    assert "<b>3 rows</b> that have not begun are canceled and <b>36 cr</b> given back" in rest
    assert "1 at work goes on to the end and may take up to 12 cr" in rest
    client.post(f"/batch/{batch.pk}/cancel/")
    rich.refresh_from_db()
    assert rich.held == 12 * CREDIT
    answer = client.post(f"/batch/{batch.pk}/pause/", headers=PART)
    assert (answer.status_code, "only a running one pauses" in str(answer.headers)) == (422, True)
    assert client.post(f"/batch/{batch.pk}/burn/").status_code == 404


def test_too_dear_begins_nothing_and_says_what_is_missing(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    account: Account,
) -> None:
    batch, client = draft(3), sign_in(alice)
    page = said(client.get(f"/batch/{batch.pk}/plan/"))
    assert "3 rows need 36 credits, available: 0" in page
    assert 'id="start"' not in page
    answer = client.post(f"/batch/{batch.pk}/start/", {"shown": batches.plan(batch).shown})
    assert answer.status_code == 302
    assert not Job.objects.filter(batch=batch).exists()


def test_other_terms_than_were_shown_are_shown_first(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    batch, client = draft(3), sign_in(alice)
    old = batches.plan(batch).shown
    batches.skip_rows(batch, [1])
    answer = client.post(f"/batch/{batch.pk}/start/", {"shown": old, "key": "k"}, headers=PART)
    assert answer.status_code == 422
    assert "The price has changed: it is 24 credits now. Nothing was begun." in said(answer)
    assert "Start 2 rows · 24 cr" in said(answer)


# --- what can be taken from it --------------------------------------------------------------------


def test_results_go_into_a_zip_and_a_collection(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    cat: Asset,
    other: Asset,
) -> None:
    batch, client = draft(2), sign_in(alice)
    batches.start(batch, alice)
    jobs.dispatch()
    empty = client.post(f"/batch/{batch.pk}/keep/collection/")
    assert empty.headers["Location"] == f"/batch/{batch.pk}/"
    succeed(batch, 1, cat)
    succeed(batch, 2, other)
    for _ in range(2):
        answer = client.post(f"/batch/{batch.pk}/keep/collection/")
        box = Collection.objects.get()
        assert answer.headers["Location"] == f"/library/?collection={box.pk}"
        assert set(box.items.values_list("asset", flat=True)) == {cat.pk, other.pk}
    assert client.post(f"/batch/{batch.pk}/keep/zip/").headers["Location"] == "/library/archives/"


def test_its_end_is_told_on_home_until_somebody_has_looked(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    vera: User,
    rich: Account,
    cat: Asset,
) -> None:
    batch, client = draft(1), sign_in(alice)
    batches.start(batch, alice)
    jobs.dispatch()
    assert "batch-news" not in said(client.get("/"))
    succeed(batch, 1, cat)
    for page in ("/", "/batch/"):
        assert f'<a href="/batch/{batch.pk}/">Many cats</a> is done.' in said(client.get(page))
    sign_in(vera).get(f"/batch/{batch.pk}/")
    assert "batch-news" in said(client.get("/")), "who only looks puts nothing away"
    client.post(f"/batch/{batch.pk}/seen/")
    assert "batch-news" not in said(client.get("/"))


def test_files_of_the_library_are_sent_to_a_batch(
    sign_in: People, alice: User, cat: Asset, other: Asset
) -> None:
    client = sign_in(alice)
    ids = f"{cat.pk},{other.pk}"
    assert f"/batch/new/?ids={ids}" in said(client.get(f"/library/send/?ids={ids}"))
    page = said(client.get(f"/batch/new/?ids={ids}"))
    assert "2 pictures" in page
    assert '<option value="upscale" selected>' in page
    batch = new(client, source="library", ids=ids, **{"s1.operation": "upscale", "s1.offer": ""})
    rows = BatchRow.objects.filter(batch=batch).order_by("number")
    assert [row.cells[0] for row in rows] == [str(cat.pk), str(other.pk)]
    assert states(batch) == ["ready", "ready"]
    sheet = said(client.get(f"/batch/{batch.pk}/sheet/"))
    assert f"/files/{cat.pk}/thumbnail/" in sheet
    answer = client.post("/batch/new/", {**CARDS, "source": "library", "ids": ids})
    assert "takes no image" in said(answer)
    # More than one press may make are offered to a batch; nobody else's are.
    many = ",".join([*(str(uuid.uuid4()) for _ in range(40)), str(cat.pk)])
    assert "/batch/new/?ids=" in said(client.get(f"/library/send/?ids={many}"))
    assert "/batch/new/?ids=" not in said(client.get(f"/library/send/?ids={NOBODY}"))
    answer = client.post("/batch/new/", {**CARDS, "source": "files", "ids": str(NOBODY)})
    assert "None of these files can be worked on" in said(answer)
