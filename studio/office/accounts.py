"""What an account has and did, for its page in the admin."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpRequest

from assets.media import filesize
from assets.services import storage
from billing.models import Account, Entry
from billing.services import as_credits
from studio.models import Job, State
from studio.office.panel import Cell, Figure, Panel, Row, listed, number, page_of
from studio.office.panels.work import TONES

LATEST = 20


def panels(request: HttpRequest, account: Account) -> list[Panel]:
    """Those that who asks may see."""
    drawn = (
        ("billing.view_entry", ledger),
        ("studio.view_job", jobs),
        ("assets.view_asset", files),
    )
    may = request.user.has_perm
    return [draw(account) for permission, draw in drawn if may(permission)]


def ledger(account: Account) -> Panel:
    """The last lines, with what was there after each."""
    entries = Entry.objects.filter(account=account).order_by("-id")[:LATEST]
    rows = [
        Row(
            (
                Cell(f"{entry.created:%b %-d, %H:%M:%S}", page_of("billing_entry", entry.pk)),
                Cell(entry.get_kind_display()),
                Cell(as_credits(entry.amount), number=True),
                Cell(as_credits(entry.balance_after), number=True),
                Cell(as_credits(entry.held_after), number=True),
                Cell(entry.note or entry.reference, listed("billing_entry", q=entry.reference)),
            )
        )
        for entry in entries
    ]
    head = ("When", "What", "#Amount", "#Balance after", "#Held after", "For")
    words = f"The last {LATEST}; the whole is under Ledger entries."
    empty = "No money moved yet."
    return Panel("Ledger", head=head, rows=rows, empty=empty, words=words, wide=True)


def jobs(account: Account) -> Panel:
    counts = dict(
        Job.objects.for_account(account).order_by().values_list("state").annotate(count=Count("*"))
    )
    held = Job.objects.for_account(account).live().aggregate(sum=Sum("most", default=0))["sum"]
    figures = [
        Figure(
            number(counts[state]),
            str(state.label),
            listed("studio_job", account=account.pk, state__exact=state.value),
            TONES.get(state, ""),
        )
        for state in State
        if counts.get(state)
    ]
    figures.append(
        Figure(
            as_credits(held),
            "held for work under way",
            listed("billing_entry", account=account.pk, kind__exact="hold"),
            "" if held == account.held else "bad",
        )
    )
    return Panel("Jobs", figures)


def files(account: Account) -> Panel:
    room = storage(account)
    there = listed("assets_asset", account=account.pk)
    limit = f"of {filesize(room.limit)}" if room.limit else "without a limit"
    figures = [Figure(filesize(room.used), f"stored, {limit}", there)]
    figures += [
        Figure(
            number(kind.files),
            f"{kind.label.lower()}, {filesize(kind.size)}",
            listed("assets_asset", account=account.pk, kind__exact=kind.name),
        )
        for kind in room.kinds
    ]
    return Panel("Files", figures)
