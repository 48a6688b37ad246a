"""What the ledger knew before there were grants with a rest, holds with a reason and daily sums."""

from collections import Counter
from zoneinfo import ZoneInfo

from django.db import migrations

from billing.periods import month_of

CHUNK = 2_000
CLOSED = ("charge", "release")


def forwards(apps, schema_editor):
    Account = apps.get_model("billing", "Account")
    for account in Account.objects.iterator():
        write_holds(apps, account)
        write_days(apps, account)


def write_holds(apps, account):
    """One grant of the whole balance, and of it what is held."""
    Entry, Hold, Lot = (apps.get_model("billing", name) for name in ("Entry", "Hold", "Lot"))
    if not account.balance:
        lot = None
    else:
        lot = Lot.objects.create(
            account=account,
            reference=f"opening:{account.pk}",
            source="manual",
            priority=40,
            amount=account.balance,
            left=account.balance,
            held=account.held,
            note="the balance when grants were first told apart",
        )
    closed = Entry.objects.filter(account=account, kind__in=CLOSED).values("reference")
    opened = Entry.objects.filter(account=account, kind="hold").exclude(reference__in=closed)
    rows = []
    for entry in opened.order_by("id").iterator():
        start, _ = month_of(account.created, account.zone, entry.created)
        rows.append(
            Hold(
                account=account,
                reference=entry.reference,
                amount=entry.amount,
                period=start,
                taken=[[lot.pk, entry.amount]] if entry.amount else [],
                note=entry.note,
            )
        )
    Hold.objects.bulk_create(rows, batch_size=CHUNK)


def write_days(apps, account):
    Entry, Day = apps.get_model("billing", "Entry"), apps.get_model("billing", "Day")
    spent, jobs, zone = Counter(), Counter(), ZoneInfo(account.zone)
    moved = Entry.objects.filter(account=account, kind__in=("charge", "refund"))
    for kind, amount, at in moved.values_list("kind", "amount", "created").iterator():
        day = at.astimezone(zone).date()
        spent[day] += amount if kind == "charge" else -amount
        jobs[day] += kind == "charge"
    Day.objects.bulk_create(
        [Day(account=account, day=day, spent=spent[day], jobs=jobs[day]) for day in sorted(spent)],
        batch_size=CHUNK,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_money")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
