from django.db import migrations, models

CHUNK = 500


def add_up(apps, schema_editor):
    """Of drafts that were checked before."""
    rows = apps.get_model('studio', 'BatchRow').objects
    after = 0
    while some := list(rows.filter(state='ready', pk__gt=after).order_by('pk')[:CHUNK]):
        after = some[-1].pk
        for row in some:
            row.costs = [
                [work['doers'][0]['offer'], work['count']]
                + [work[name] * work['count'] for name in ('quote', 'most')]
                for work in row.work
            ]
        rows.bulk_update(some, ['costs'])


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0013_hook_said'),
    ]

    operations = [
        migrations.AddField(
            model_name='batchrow',
            name='costs',
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
