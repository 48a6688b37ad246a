"""How the studio itself is: providers, queues, pump, disk, and what keeps it from working."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q
from django.http import HttpRequest
from django.utils import timezone
from django_q.models import OrmQ

from assets.media import filesize
from studio.models import Beat, Health, Job, Lease, State
from studio.office.panel import Act, Cell, Figure, Panel, Row, Tone, ago, listed, number, seen_with
from studio.office.panels.work import label_of
from studio.pump.lease import NAME
from studio.supervisor.canary import LATE
from studio.views.health import FULL, find_problems

MOST_ROWS = 12
TROUBLED = Q(open_until__isnull=False) | Q(pause_until__isnull=False) | ~Q(refused="")


@seen_with("studio.view_beat")
def findings(request: HttpRequest) -> Panel:
    """What keeps jobs from running, as the check of readiness finds it."""
    rows = [Row((Cell(words, tone="bad"),)) for words in find_problems()]
    return Panel("Findings", rows=rows, empty="All is well: jobs run.", wide=True)


@seen_with("studio.view_health")
def providers(request: HttpRequest) -> Panel:
    """The operator's keys, and those of accounts that something is wrong with."""
    shown = Health.objects.filter(Q(own_key=None) | TROUBLED).select_related("own_key")
    found = list(shown.order_by(F("own_key").asc(nulls_first=True), "name")[:MOST_ROWS])
    may = request.user.has_perm("studio.change_health")
    head = ("Provider", "Submits", "Last answer", "Last error")
    return Panel(
        "Providers",
        head=head,
        rows=[Row(tuple(_health(one)), tuple(_acts(one)) if may else ()) for one in found],
        empty="No provider was called yet.",
        wide=True,
    )


def _health(one: Health) -> Iterator[Cell]:
    whose = f" {one.own_key}" if one.own_key else ""
    yield Cell(f"{label_of(one.provider)}{whose}", listed("studio_health", q=one.name))
    yield _circuit(one)
    now = timezone.now()
    yield Cell(_since(one.last_ok), tone="")
    words = one.refused or one.last_error
    when = f" ({_since(one.last_error_at)})" if one.last_error_at and one.last_error else ""
    bad: Tone = "bad" if one.refused else ""
    recent = one.last_error_at and one.last_error_at > now - timedelta(hours=1)
    yield Cell(f"{words}{when}" if words else "none", tone=bad or ("warn" if recent else ""))


def _circuit(one: Health) -> Cell:
    now = timezone.now()
    if one.refused:
        return Cell("key refused", tone="bad")
    if one.is_open and one.open_until:
        return Cell(f"wait {ago((one.open_until - now).total_seconds())}", tone="bad")
    if one.is_paused and one.pause_until:
        return Cell(f"paused {ago((one.pause_until - now).total_seconds())}", tone="warn")
    return Cell("one tries" if one.opened else "go out", tone="warn" if one.opened else "ok")


def _acts(one: Health) -> Iterator[Act]:
    """The actions of the list of health, for this row."""
    for name, label in (("let_try", "Let it try"), ("test", "Test key")):
        yield Act(label, listed("studio_health"), {"action": name, "_selected_action": one.pk})


def _since(at: object) -> str:
    return f"{ago((timezone.now() - at).total_seconds())} ago" if at else "never"  # type: ignore[operator]


@seen_with("studio.view_beat")
def queues(request: HttpRequest) -> Panel:
    """Each queue: its canary, what waits in it and since when, what was taken off it."""
    now = timezone.now()
    tasks = {
        row["key"]: row
        for row in OrmQ.objects.order_by()
        .values("key")
        .annotate(
            waiting=Count("key", filter=Q(lock__lte=now)),
            taken=Count("key", filter=Q(lock__gt=now)),
            first=Min("lock", filter=Q(lock__lte=now)),
        )
    }
    beats = {
        beat.name: beat for beat in Beat.objects.filter(name__contains="@", sent__isnull=False)
    }
    rows = []
    for name in sorted({*tasks, *beats})[: MOST_ROWS * 2]:
        beat, task = beats.get(name), tasks.get(name)
        age = beat.age() if beat else None
        late: Tone = "bad" if age is None or age > LATE else "ok"
        first = task["first"] if task else None
        link = listed("django_q_ormq")
        canary = Cell("", link)
        if beat:
            words = "silent" if age is None else ago(age)
            canary = Cell(words, listed("studio_beat"), late, number=True)
        rows.append(
            Row(
                (
                    Cell(name, listed("studio_beat") if beat else link),
                    canary,
                    Cell(number(task["waiting"] if task else 0), link, number=True),
                    Cell(ago((now - first).total_seconds()) if first else "–", link, number=True),
                    Cell(number(task["taken"] if task else 0), link, number=True),
                )
            )
        )
    head = ("Queue", "#Canary", "#Waiting", "#Oldest", "#Taken")
    return Panel("Queues", head=head, rows=rows, empty="No queue was ever at work here.")


@seen_with("studio.view_lease")
def pump(request: HttpRequest) -> Panel:
    """Who works elsewhere's work, and how late it asks for news."""
    now = timezone.now()
    lease = Lease.objects.filter(name=NAME).first()
    alive = bool(lease and lease.until > now and lease.owner)
    asked = Job.objects.filter(
        state__in=(State.RUNNING, State.UNKNOWN), next_at__lt=now, epoch__gt=0
    )
    due = asked.order_by().aggregate(first=Min("next_at"), count=Count("*"))
    lag = (now - due["first"]).total_seconds() if due["first"] else 0.0
    at = listed("studio_lease")
    owner = lease.owner if lease and alive else "nobody"
    figures = [
        Figure(owner, "works it", at, "ok" if alive else ""),
        Figure(ago(lag), "behind", listed("studio_job", state__in="running,unknown")),
        Figure(number(due["count"]), "due", listed("studio_job", state__exact="running")),
    ]
    words = "Nobody has to work it while there is nothing elsewhere."
    return Panel("Pump", figures, words=words)


@seen_with("studio.view_beat")
def room(request: HttpRequest) -> Panel:
    disk = shutil.disk_usage(settings.DATA_DIR)
    full: Tone = "bad" if disk.free / disk.total <= FULL else ""
    figures = [
        Figure(filesize(disk.free), f"free of {filesize(disk.total)}", tone=full),
        Figure(filesize(database_size()), f"database ({connection.vendor})"),
    ]
    return Panel("Room", figures, words=f"The data lie in {settings.DATA_DIR}.")


def database_size() -> int:
    """Bytes of it on the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    base = str(connection.settings_dict["NAME"])
    files = [Path(base), Path(f"{base}-wal")]
    return sum(file.stat().st_size for file in files if file.exists())
