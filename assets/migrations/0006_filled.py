"""What was made before is found like what is made from now on."""

from django.db import migrations

from assets.search.filling import fill


def forwards(apps, schema_editor):
    fill(apps.get_model("assets", "Asset"), schema_editor.connection)


class Migration(migrations.Migration):
    # Batch by batch, so that nobody waits for the whole library; a repeat changes nothing.
    atomic = False

    dependencies = [("assets", "0005_text_index")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
