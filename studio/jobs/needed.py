"""Files that jobs still need: the trash keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from assets.models import Asset
from studio import catalogue
from studio.jobs.sources import asset_ids
from studio.models import LIVE, Job

# Of another client than the file's, of which nothing is told to who works for that one alone.
A_JOB = "a job needs it"
# Up to so many files the database looks for each of them faster than it hands out all jobs.
FEW = 10
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def held(ids: Sequence[UUID]) -> dict[UUID, str]:
    """{asset: why it must stay} for those of `ids` that a job waits for or works on."""
    files = list(Asset.objects.filter(pk__in=ids).values_list("pk", "client", "account"))
    wanted = {str(pk): (pk, client) for pk, client, _ in files}
    # A batch has thousands of open jobs: what they say is searched as text, and read where it may
    # be meant.
    live = Job.objects.filter(account__in={account for *_, account in files}, state__in=LIVE)
    live = live.annotate(said=Cast("params", TextField()))
    if 0 < len(wanted) <= FEW:
        live = live.filter(reduce(or_, (Q(said__contains=pk) for pk in wanted)))
    found: dict[UUID, str] = {}
    for key, said, title, client in live.values_list(
        "operation", "said", "title", "client"
    ).iterator():
        operation = catalogue.operations().get(key)
        if operation is None or wanted.keys().isdisjoint(ID.findall(said)):
            continue
        for its in wanted.keys() & set(asset_ids(operation, json.loads(said))):
            pk, of = wanted[its]
            found.setdefault(pk, f"the job “{title}” needs it" if of in (None, client) else A_JOB)
        if len(found) == len(wanted):
            break
    return found
