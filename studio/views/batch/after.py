"""What is taken from a batch: its results as a sheet, as a ZIP, as a collection."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.models import Collection
from assets.services import Refused, archives, bulk, collections
from assets.views.guard import MemberRequest, member, writer
from assets.views.toast import say
from studio import batches
from studio.batches import written
from studio.models import Batch
from studio.views.batch.sheet import download
from studio.views.batch.shown import find, go, says_no


@require_safe
@member
def results_csv(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Every row with what came of it."""
    batch = find(request, pk)
    return download(written.results_csv(batch), batch, "results")


@require_POST
@writer
@says_no
def correct(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A new draft of the rows that are wrong or failed."""
    made = batches.correct(find(request, pk), request.user)
    with suppress(batches.Wrong):  # its page says so
        batches.check_some(made)
    return go(request, reverse("batch", args=[made.pk]))


def outputs(batch: Batch) -> list[UUID]:
    """What its last steps made, in the order of the rows."""
    return [UUID(pk) for r in batches.results(batch) for pk in r.assets]


@require_POST
@writer
def keep(request: MemberRequest, pk: UUID, how: str) -> HttpResponseBase:
    """All results as a ZIP, or in a collection of the library."""
    batch = find(request, pk)
    try:
        found = outputs(batch)
        if how == "zip":
            archives.order(request.account, request.user, found)
            return redirect("archives")
        if how == "collection":
            return redirect(f"{reverse('library')}?collection={_collect(request, batch, found)}")
    except Refused as error:
        say(request, str(error))
        return redirect("batch", pk)
    raise Http404


def _collect(request: MemberRequest, batch: Batch, found: Sequence[UUID]) -> UUID:
    """The collection of that name with the results in it; a second press finds it."""
    if not found:
        raise Refused("Nothing has come of this batch yet, so there is nothing to look at.")
    name = f"{batch.title[:40].strip()} · {batch.created:%d %b %H:%M}"
    box = Collection.objects.for_account(request.account).filter(name=name).first()
    box = box or collections.make(request.account, name)
    bulk.apply(request.account, request.user, "collect", str(box.pk), list(found))
    return box.pk
