"""The table of the shared cache: what is counted to keep people out."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_audit_is_kept")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
