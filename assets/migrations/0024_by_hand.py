from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("assets", "0023_prefixes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="collectionitem",
            index=models.Index(
                fields=["collection", "order", "asset"], name="collected_by_hand"
            ),
        ),
    ]
