from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0016_clients'),
    ]

    operations = [
        migrations.AddField(
            model_name='look',
            name='faces',
            field=models.PositiveSmallIntegerField(help_text='How many are seen in it; not counted yet when empty', null=True),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(condition=models.Q(('faces', None)), fields=['asset'], name='look_faces_unknown'),
        ),
    ]
