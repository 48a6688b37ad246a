from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_cache")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "kind", "-id"], name="entry_of_kind"),
        ),
    ]
