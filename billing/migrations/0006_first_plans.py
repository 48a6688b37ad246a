"""Plans to begin with; the operator changes them as they like."""

from django.db import migrations

CREDIT = 1_000_000
GIGABYTE = 1024**3
# key, name, what people read; cents a month and a year; credits, and the most that may be spent in
# a month; images, edits, upscales, videos, seconds of avatars; gigabytes; members.
PLANS = [
    ("free", "Free", "To try things out", 0, 0, 100, 200, (10, 5, 5, 2, 15), 1, 1),
    ("basic", "Basic", "For one person", 2900, 29000, 2_500, 2_500, (25, 25, 25, 10, 120), 10, 3),
    ("pro", "Pro", "For a team", 7900, 79000, 7_000, 10_000, (100, 100, 100, 30, 600), 100, 10),
    ("enterprise", "Enterprise", "Without caps", 19900, 199000, 18_000, 50_000, None, None, None),
]
KINDS = ("images", "edits", "upscales", "videos", "avatar_seconds")


def forwards(apps, schema_editor):
    Plan = apps.get_model("billing", "Plan")
    for position, (key, name, note, month, year, credits, cost, caps, room, members) in enumerate(
        PLANS
    ):
        Plan.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "note": note,
                "price_month": month,
                "price_year": year,
                "credits": credits * CREDIT,
                "cost_cap": cost * CREDIT,
                "caps": dict(zip(KINDS, caps, strict=True)) if caps else {},
                "storage_bytes": room and room * GIGABYTE,
                "members": members,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_books")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
