"""What the experiments do to a studio's tables, each time in a process of its own, so that it can
die: `python -m tests.faults.hand "order plainlookup 3" "work 10" figures`. The last answer is
printed as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.db.models import F, Sum
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from assets.models import Asset
from billing import services as billing
from billing.access import set_up_owner
from billing.models import CREDIT, Entry
from studio import batches as many
from studio import catalogue, jobs, pump, tasks
from studio.batches.sheet import read
from studio.models import Batch, BatchRow, Beat, Job, Lease, State
from studio.processes import HOST
from studio.pump.lease import void_dead


def rich(credits: str) -> None:
    account = set_up_owner().accounts.get()
    billing.grant(account, int(credits) * CREDIT, f"grant:{time.time_ns()}")


def order(offer: str, count: str = "1") -> list[str]:
    """Their ids."""
    owner = set_up_owner()
    found = catalogue.all_offers()[offer]
    placed = [
        jobs.create(
            account=owner.accounts.get(),
            user=owner,
            operation=catalogue.operations()[found.operation],
            offer=found,
            params={"prompt": f"wave {number}"},
        )[0]
        for number in range(int(count))
    ]
    return [str(job.pk) for job in placed]


def batch(offer: str, count: str) -> str:
    """Begin one of so many small rows; its id."""
    owner, found = set_up_owner(), catalogue.all_offers()[offer]
    if found.operation == "background":
        head, line = ("pattern", "width", "height", "seed"), ("mesh", "64", "64", "{}")
    else:
        head, line = ("prompt",), ("wave {}",)
    rows = [[cell.format(number) for cell in line] for number in range(int(count))]
    text = "\n".join(",".join(row) for row in [head, *rows]).encode()
    steps = [{"operation": found.operation, "offer": found.key}]
    made = many.create(owner.accounts.get(), owner, offer, read(text, "rows.csv"), steps=steps)
    many.check(made)
    many.start(made, owner, agreed=many.plan(made).shown)
    return str(made.pk)


def batches() -> dict[str, Any]:
    """How all of them stand: rows by state, jobs by the lines of the ledger that they have."""
    lines: dict[str, list[str]] = {}
    for origin, kind in Entry.objects.order_by("id").values_list("reference", "kind"):
        lines.setdefault(origin, []).append(kind)
    every = Job.objects.exclude(batch=None)
    return {
        "rows": Counter(BatchRow.objects.values_list("state", flat=True)),
        "money": Counter(" ".join(lines.get(job.origin, [])) for job in every),
        "spent": sorted(one.spent // CREDIT for one in Batch.objects.all()),
        "ended": Batch.objects.exclude(ended=None).count(),
    }


def open_jobs() -> int:
    """How many nothing is decided of yet; those that a person has to decide are."""
    return Job.objects.live().exclude(state=State.REVIEW).count()


def watch(seconds: str) -> int:
    """Wait while others work, until nothing is open; what is left."""
    end = time.monotonic() + float(seconds)
    while (left := open_jobs()) and time.monotonic() < end:
        time.sleep(0.5)
    return left


def work(seconds: str) -> int:
    """Pump and fetch in this process until nothing is open; what is left."""
    end = time.monotonic() + float(seconds)
    while (left := open_jobs()) and time.monotonic() < end:
        jobs.rescue()
        pump.run_slice(0.5)
        run_hints()
    return left


def run_hints() -> None:
    """Everything that waits in the queues, but for the pump itself."""
    for row in list(OrmQ.objects.order_by("id")):
        said = SignedPackage.loads(row.payload)
        row.delete()
        name = said["func"].rpartition(".")[2]
        if name != "pump":
            getattr(tasks, name)(*said["args"])


def after_a_death() -> None:
    """What the supervisor does before it starts dead processes again."""
    void_dead()
    jobs.void_host(HOST)
    Beat.objects.update(seen=None)


def an_hour_passes() -> None:
    hour = timedelta(hours=1)
    Job.objects.update(started=F("started") - hour, next_at=F("next_at") - hour)
    Lease.objects.update(until=F("until") - hour)


def give_up() -> int:
    """Decide everything that waits for a decision."""
    waiting = list(Job.objects.filter(state=State.REVIEW))
    for job in waiting:
        jobs.give_up(job)
    return len(waiting)


def figures() -> dict[str, Any]:
    """Everything that must add up in the end."""
    account = set_up_owner().accounts.get()
    entries = Entry.objects.filter(reference__startswith="job:")
    kinds = Counter(entries.values_list("kind", flat=True))
    films = Counter(
        Asset.objects.filter(origin__startswith="job:").values_list("origin", flat=True)
    )
    done = {job.origin for job in Job.objects.filter(state=State.SUCCEEDED)}
    return {
        "states": Counter(Job.objects.values_list("state", flat=True)),
        "kinds": kinds,
        "held": billing.usage(account)["held"] // CREDIT,
        "ledger": billing.verify_ledger(),
        "suspense": (Job.objects.aggregate(sum=Sum("suspense"))["sum"] or 0) // CREDIT,
        "films": films.total(),
        "one_film_each": films == Counter(done),
        "errors": Counter(Job.objects.exclude(error="").values_list("error", flat=True)),
        "starts": sum(Job.objects.values_list("fence", flat=True)),
    }


KNOWN = (rich, order, batch, batches, watch, work, after_a_death, an_hour_passes, give_up, figures)
VERBS: dict[str, Callable[..., Any]] = {verb.__name__: verb for verb in KNOWN}


def main(lines: list[str]) -> None:
    answer = None
    for line in lines:
        verb, *arguments = line.split()
        answer = VERBS[verb](*arguments)
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
