"""How work goes: what there is, what waits longest, what fails and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils import timezone

from billing.models import Account
from studio import catalogue
from studio.grouping import by
from studio.models import LIVE, TERMINAL, Batch, Job, State
from studio.office.panel import (
    Cell,
    Figure,
    Panel,
    Row,
    Tone,
    ago,
    listed,
    number,
    page_of,
    seen_with,
    share,
)

MOST_ROWS = 12
SAMPLE = 500  # jobs of which the times are compared: the last ones
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONES: dict[str, Tone] = {
    State.FAILED: "bad",
    State.SUCCEEDED: "ok",
    State.REVIEW: "warn",
    State.UNKNOWN: "warn",
}
LATE = timedelta(minutes=10)


def label_of(provider: str) -> str:
    found = catalogue.providers().get(provider)
    return found.label if found else provider


def model_of(offer: str) -> str:
    found = catalogue.all_offers().get(offer)
    return found.label if found else offer


@seen_with("studio.view_job")
def states(request: HttpRequest) -> Panel:
    """What is under way now; of what has ended that of the last day."""
    since = timezone.now() - DAY
    now = dict(_counted(Job.objects.filter(state__in=LIVE)))
    ended = dict(_counted(Job.objects.filter(finished__gte=since)))
    figures = [
        Figure(
            number(now.get(state, 0)),
            str(state.label),
            listed("studio_job", state__exact=state.value),
            TONES.get(state, "") if now.get(state) else "",
        )
        for state in LIVE
    ]
    figures += [
        Figure(
            number(ended.get(state, 0)),
            f"{state.label} in 24 hours",
            listed("studio_job", state__exact=state.value, finished__gte=since.isoformat()),
            TONES.get(state, "") if ended.get(state) else "",
        )
        for state in TERMINAL
    ]
    return Panel("Jobs", figures, wide=True)


def _counted(jobs: Any) -> Iterable[tuple[str, int]]:
    found: Iterable[tuple[str, int]] = (
        jobs.order_by().annotate(is_=by("state")).values_list("is_").annotate(count=Count("*"))
    )
    return found


@seen_with("studio.view_job")
def oldest(request: HttpRequest) -> Panel:
    """What waits longest, by provider and lane; what comes after other work does not wait yet."""
    waiting = Job.objects.filter(state=State.QUEUED, waits=False).order_by()
    lanes = list(
        waiting.values("provider", "account", "batch")
        .annotate(first=Min("created"), count=Count("*"))
        .order_by("first")[:MOST_ROWS]
    )
    accounts = Account.objects.in_bulk({lane["account"] for lane in lanes})
    titles = dict(
        Batch.objects.filter(pk__in={lane["batch"] for lane in lanes}).values_list("pk", "title")
    )
    now = timezone.now()
    rows = []
    for lane in lanes:
        query = {"state__exact": "queued", "waits": "False", "account": lane["account"]}
        query |= {"batch": lane["batch"]} if lane["batch"] else {"batch__isnull": "True"}
        link = listed("studio_job", provider=lane["provider"], o="12", **query)
        age = now - lane["first"]
        rows.append(
            Row(
                (
                    Cell(
                        label_of(lane["provider"]), listed("studio_job", provider=lane["provider"])
                    ),
                    Cell(
                        str(accounts[lane["account"]]),
                        page_of("billing_account", lane["account"]),
                    ),
                    Cell(titles.get(lane["batch"], "") or ("batch" if lane["batch"] else "single")),
                    Cell(number(lane["count"]), link, number=True),
                    Cell(ago(age.total_seconds()), link, "warn" if age > LATE else "", number=True),
                )
            )
        )
    head = ("Provider", "Account", "Lane", "#Waiting", "#Oldest")
    return Panel("Waiting longest", head=head, rows=rows, empty="Nothing waits.")


@dataclass
class _Tally:
    """What became of the work of one provider or model."""

    done: dict[timedelta, int] = field(default_factory=lambda: {HOUR: 0, DAY: 0})
    failed: dict[timedelta, int] = field(default_factory=lambda: {HOUR: 0, DAY: 0})
    took: list[float] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int]:
        """Who fails most comes first, then who works most."""
        return -self.failed[DAY], -self.done[DAY]

    def add(self, state: str, day: int, hour: int) -> None:
        counts = self.failed if state == State.FAILED else self.done
        counts[DAY] += day
        counts[HOUR] += hour


@seen_with("studio.view_job")
def failures(request: HttpRequest) -> Panel:
    """Failed of all that ended with a result or without; canceled work says nothing."""
    now = timezone.now()
    tallies = _tallies(now)
    providers = sorted({key[0] for key in tallies}, key=label_of)
    models = sorted((key for key in tallies if key[1]), key=lambda key: tallies[key].rank)
    shown = set(models[:MOST_ROWS])
    ordered = [
        (key, tallies[key])
        for provider in providers
        for key in [(provider, ""), *(key for key in models if key[0] == provider and key in shown)]
    ]
    rows = [_row(key, tally, now) for key, tally in ordered]
    head = ("Provider, model", "#Last hour", "#failed", "#Last 24 h", "#failed", "#p50", "#p90")
    return Panel(
        "Failures and times",
        head=head,
        rows=rows,
        empty="Nothing ended in the last 24 hours.",
        words=f"Of each provider the models that failed most, {MOST_ROWS} in all. Times are from "
        f"start to end, of the last {SAMPLE:,} that succeeded.",
        wide=True,
    )


def _tallies(now: datetime) -> dict[tuple[str, str], _Tally]:
    """By (provider, offer), and by (provider, "") for all of it."""
    ended = Job.objects.filter(finished__gte=now - DAY).order_by()
    found: dict[tuple[str, str], _Tally] = {}
    counts = (
        ended.annotate(who=by("provider"), what=by("offer"), is_=by("state"))
        .values_list("who", "what", "is_")
        .annotate(day=Count("*"), hour=Count("finished", filter=Q(finished__gte=now - HOUR)))
    )
    for provider, offer, state, day, hour in counts:
        for key in ((provider, ""), (provider, offer)) if state != State.CANCELED else ():
            found.setdefault(key, _Tally()).add(state, day, hour)
    last = ended.filter(state=State.SUCCEEDED, started__isnull=False).order_by("-finished")
    times: Any = last.values_list("provider", "offer", "started", "finished")[:SAMPLE]
    for provider, offer, started, finished in times:
        for key in ((provider, ""), (provider, offer)):
            found.setdefault(key, _Tally()).took.append((finished - started).total_seconds())
    return found


def _row(key: tuple[str, str], tally: _Tally, now: datetime) -> Row:
    provider, offer = key
    query = {"provider": provider} | ({"offer": offer} if offer else {})
    name = model_of(offer) if offer else label_of(provider)
    cells = [Cell(f"· {name}" if offer else name, listed("studio_job", **query))]
    for span in (HOUR, DAY):
        since = (now - span).isoformat()
        failed, whole = tally.failed[span], tally.done[span] + tally.failed[span]
        ended = {**query, "finished__gte": since}
        bad: Tone = "bad" if failed * 5 > whole else "warn" if failed else ""
        cells += [
            Cell(
                number(whole),
                listed("studio_job", state__in="succeeded,failed", **ended),
                number=True,
            ),
            Cell(
                share(failed, whole),
                listed("studio_job", state__exact="failed", **ended),
                bad,
                number=True,
            ),
        ]
    took = sorted(tally.took)
    cells += [Cell(_at(took, part), number=True) for part in (0.5, 0.9)]
    return Row(cells)


def _at(took: list[float], part: float) -> str:
    """The value below which that part of them lies."""
    if not took:
        return "–"
    seconds = took[min(len(took) - 1, int(part * len(took)))]
    return f"{seconds:.1f} s" if seconds < 10 else ago(seconds)
