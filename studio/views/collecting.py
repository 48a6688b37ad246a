"""The results of a job into a collection of their own."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from assets import services
from assets.models import Asset, Collection
from assets.services import bulk, collections
from assets.services.collections import NAME_LENGTH
from assets.services.names import findable
from assets.views.bulk import answered, refused
from assets.views.guard import MemberRequest, writer
from billing.models import Account
from studio.models import Job


@require_POST
@writer
def collect(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """All of them into the collection that is called as the job is; made when there is none."""
    job = get_object_or_404(Job.objects.for_account(request.account), pk=pk)
    made = Asset.objects.for_account(request.account).live().filter(origin=job.origin)
    try:
        with transaction.atomic():
            kept = _collection(request.account, job.title)
            ids = list(made.values_list("pk", flat=True))
            told = bulk.apply(request.account, request.user, "collect", str(kept.pk), ids)
    except services.Refused as error:
        return refused(request, str(error))
    undo = reverse("bulk-undo", args=[told.change.pk]) if told.change else ""
    answer = answered(request, f"{told.words} Look in “{kept.name}”.", undo)
    there = f"{reverse('library')}?{urlencode({'collection': kept.pk})}"
    return redirect(there) if answer.status_code == 302 else answer


def _collection(account: Account, title: str) -> Collection:
    name = title[:NAME_LENGTH].strip()
    mine = Collection.objects.for_account(account).filter(parent=None, key=findable(name))
    return mine.first() or collections.make(account, name)
