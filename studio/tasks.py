"""What the task queue calls. A call is a hint: it may come 0, 1 or n times."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from assets import services as assets
from assets.services import archives, bin, bulk, described, imports, shared
from billing import audit_log, ledger_checks, plans
from billing import services as billing
from studio import batches, budget_alerts, describing, faces, hooks, jobs, keys, notices, pay
from studio.models import Beat, Health, Lease, Notice, Upload
from studio.pay import stripe
from studio.pump import run_slice
from studio.stories import laying

log = logging.getLogger("zoetrope.jobs")

TIDY_EVERY = timedelta(hours=1)
EXAMINE_EVERY = timedelta(minutes=2)
BATCHES_EVERY, REPEATS_EVERY = timedelta(seconds=10), timedelta(minutes=1)
HOOKS_EVERY, HOOKS_LEASE = timedelta(seconds=2), timedelta(minutes=1)
PLANS_EVERY = timedelta(minutes=1)
PAY_EVERY, PAY_LOOK_EVERY = timedelta(seconds=5), timedelta(minutes=10)
VERIFY_EVERY = timedelta(days=1)
GIVE_UP_EVERY = timedelta(minutes=5)
# No model looks at a picture for so long.
ASKED_FOR = timedelta(minutes=30)
# Nothing that is being stored takes so long.
ORPHAN_AGE = timedelta(hours=24)
# So many are looked at in about a second.
CATCH_UP = 100
# Each takes a fifth of a second.
FACES_EVERY, FACES_AT_ONCE = timedelta(seconds=30), 30
# No provider sends the same news for longer.
NOTICE_AGE = timedelta(days=3)


def run(job_id: str) -> None:
    """Take a queued job up."""
    jobs.start(job_id)


def fetch(job_id: str) -> None:
    """Bring a result from its provider."""
    jobs.fetch(job_id)
    jobs.dispatch()


def turn(job_id: str) -> None:
    """A job whose turn has come gets what it begins with."""
    jobs.take_turn(job_id)
    jobs.dispatch()


def listen(story_id: str) -> None:
    """Measure the track of a story."""
    laying.measure(story_id)


def pack(archive_id: str) -> None:
    """Pack a ZIP of the library."""
    archives.pack(archive_id)


def empty_trash(*place: Any) -> None:
    """Go on with a trash that somebody empties."""
    bin.go_on(*place)


def unpack(import_id: str) -> None:
    """Take a ZIP into the library."""
    imports.unpack(import_id)


def send_news() -> None:
    """Tell people of their batches."""
    batches.send_due()


def send_hooks() -> None:
    """Call the addresses that are to be told something. One at a time does, for it makes many calls
    at once; who dies meanwhile is replaced in a minute."""
    now = timezone.now()
    Lease.objects.get_or_create(name="hooks", defaults={"until": now})
    mine = Lease.objects.filter(name="hooks")
    if mine.filter(until__lte=now).update(until=now + HOOKS_LEASE):
        try:
            hooks.send_due()
        finally:
            mine.update(until=timezone.now())


def work_off_payments() -> None:
    """What the payment provider told."""
    pay.work_off()


def look_for_payments() -> None:
    """What it told and nobody here heard."""
    with suppress(stripe.Refused, stripe.Unreachable):  # asked again soon
        pay.look()
    pay.work_off()


def ask_payment(pk: str) -> None:
    """How a payment stands for which somebody waits."""
    with suppress(stripe.Refused, stripe.Unreachable):  # they ask again
        pay.ask(pk)


def send_notices() -> None:
    """Send the e-mails of notices."""
    notices.send_due()


def fetch_files() -> None:
    """Bring the files that sheets name by their addresses."""
    if batches.fetch_due():
        async_task("studio.tasks.fetch_files", cluster="work")


def repeat_batches() -> None:
    """Begin the batches that come again."""
    batches.repeat_due()


def pump() -> None:
    """Work for the providers elsewhere, for one slice."""
    run_slice()


def beat(name: str) -> None:
    """The canary came through its queue; the one of the engine also sweeps."""
    Beat.objects.update_or_create(name=name, defaults={"seen": timezone.now()})
    if name.startswith("engine"):
        batches.tick()
        jobs.rescue()
        _hint_of_what_waits()
        archives.rescue()
        imports.rescue()
        if _is_due("describing", GIVE_UP_EVERY):
            described.give_up(timezone.now() - ASKED_FOR)
        if _is_due("tidy", TIDY_EVERY):
            tidy()
        if _is_due("faces", FACES_EVERY) and faces.are_waiting():
            async_task("studio.tasks.count_faces", cluster="work")
        if _is_due("keys", EXAMINE_EVERY) and Health.objects.exclude(refused="").exists():
            # It waits for the network, which nobody here may.
            async_task("studio.tasks.examine_keys", cluster="work")


def _hint_of_what_waits() -> None:
    """All of it waits for the network or takes long, which nobody who sweeps may."""
    if batches.news_are_waiting() and _is_due("batch-news", BATCHES_EVERY):
        async_task("studio.tasks.send_news", cluster="work")
    if hooks.are_waiting() and _is_due("hooks", HOOKS_EVERY):
        async_task("studio.tasks.send_hooks", cluster="work")
    if notices.are_waiting() and _is_due("notices", BATCHES_EVERY):
        async_task("studio.tasks.send_notices", cluster="work")
    if batches.files_are_waiting() and _is_due("batch-files", BATCHES_EVERY):
        async_task("studio.tasks.fetch_files", cluster="work")
    if batches.are_due() and _is_due("batch-repeats", REPEATS_EVERY):
        async_task("studio.tasks.repeat_batches", cluster="work")
    if _is_due("batch-expiry", REPEATS_EVERY):
        batches.expire()
    if _is_due("plans", PLANS_EVERY):
        plans.renew_due()
        billing.expire_due()
        budget_alerts.deliver()
    if pay.is_on() and _is_due("pay-look", PAY_LOOK_EVERY):
        async_task("studio.tasks.look_for_payments", cluster="work")
    elif pay.is_on() and pay.are_waiting() and _is_due("pay", PAY_EVERY):
        async_task("studio.tasks.work_off_payments", cluster="work")
    if _is_due("verify", VERIFY_EVERY):
        async_task("studio.tasks.verify_ledger", cluster="work")


def verify_ledger() -> None:
    """Look through the whole ledger; the overview tells what was found."""
    ledger_checks.check()


def describe(asset_id: str) -> None:
    """Ask a model what a picture shows."""
    describing.describe(asset_id)


def catch_up() -> None:
    """Look at old assets of which it is not known how they look, a few at a time."""
    if assets.catch_up_looks(CATCH_UP) == CATCH_UP:
        async_task("studio.tasks.catch_up", cluster="work")


def count_faces() -> None:
    """Look for faces in what is new, and in what is old and was never looked at."""
    if faces.count(FACES_AT_ONCE) == FACES_AT_ONCE:
        async_task("studio.tasks.count_faces", cluster="work")


def examine_keys() -> None:
    """Whether keys that were refused are accepted by now."""
    keys.examine_refused()


def _is_due(name: str, every: timedelta) -> bool:
    """Whether it is this caller's turn: once per interval, whoever asks."""
    now = timezone.now()
    Beat.objects.get_or_create(name=name)
    waiting = Q(seen=None) | Q(seen__lt=now - every)
    return bool(Beat.objects.filter(waiting, name=name).update(seen=now))


def tidy() -> None:
    """Remove what dead work and broken uploads left behind. What one step stumbles over does not
    stop the others."""
    now = timezone.now()
    steps: tuple[Callable[[], object], ...] = (
        jobs.tidy,
        keys.forget_retired,
        Notice.objects.filter(taken=True, at__lt=now - NOTICE_AGE).delete,
        Upload.objects.filter(expires__lt=now).delete,
        partial(assets.remove_orphans, now - ORPHAN_AGE),
        shared.tidy,
        partial(assets.forget_uploads, now),
        catch_up,
        archives.tidy_archives,
        imports.tidy_imports,
        bulk.tidy_changes,
        bin.empty_old,
        hooks.forget_old,
        notices.forget_old,
        audit_log.sweep,
        pay.forget_old,
    )
    for step in steps:
        try:
            step()
        except Exception:
            log.exception("tidying up: %r failed", step)
