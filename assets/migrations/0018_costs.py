"""What was made before costs were kept costs what its job was charged, by the ledger."""

from django.db import migrations
from django.db.models import Max, Sum

BATCH = 500


def fill(apps, schema_editor):
    """Batch by batch, so that nobody waits for the whole library; a repeat changes nothing."""
    alias = schema_editor.connection.alias
    assets = apps.get_model("assets", "Asset").objects.using(alias)
    entries = apps.get_model("billing", "Entry").objects.using(alias)
    unknown, last = assets.filter(cost=0, origin__startswith="job:").order_by("pk"), None
    while True:
        following = unknown.filter(pk__gt=last) if last else unknown
        some = list(following.values_list("pk", "origin", "slot", "account")[:BATCH])
        if not some:
            return
        last = some[-1][0]
        origins = {origin for _, origin, _, _ in some}
        paid = _paid(entries, origins)
        # What was deleted since had its part as well: the numbers of the results go on.
        results = dict(
            assets.filter(origin__in=[origin for _, origin in paid])
            .order_by()
            .values_list("origin")
            .annotate(results=Max("slot") + 1)
        )
        for pk, origin, slot, account in some:
            if charged := paid.get((account, origin)):
                share, rest = divmod(charged, results[origin])
                assets.filter(pk=pk, cost=0).update(cost=share + (slot < rest))


def _paid(entries, origins):
    """{(account, origin): units} of what was charged and not given back."""
    paid = {}
    for kind, sign in (("charge", 1), ("refund", -1)):
        rows = entries.filter(reference__in=origins, kind=kind).order_by()
        sums = rows.values_list("account", "reference").annotate(sum=Sum("amount"))
        for account, origin, units in sums:
            paid[account, origin] = paid.get((account, origin), 0) + sign * units
    return {key: units for key, units in paid.items() if units > 0}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('assets', '0017_faces'),
        ('billing', '0001_initial'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
