"""The text index of each database; the words that were kept in a column move into it."""

from django.db import migrations, models

# What stands in it is cut into words and folded before: the tokenizer only has to leave it alone.
CREATE_SQLITE = (
    "CREATE VIRTUAL TABLE assets_words USING fts5(title, tags, prompt, other, marks, "
    "columnsize=0, tokenize=\"ascii tokenchars '_'\")"
)
CREATE_POSTGRESQL = (
    "ALTER TABLE assets_asset ADD COLUMN words tsvector NOT NULL DEFAULT ''::tsvector",
    "CREATE INDEX assets_asset_words ON assets_asset USING gin (words) WITH (fastupdate = off)",
)
LISTED = [
    "account", "-created", "-id", "trashed", "stacked", "status", "kind", "module", "provider",
    "model", "rating", "flag", "favorite", "tint", "ratio", "width", "height", "duration", "size",
    "cost", "seed", "has_alpha", "animated", "updated", "title_key", "number", "tag_ids",
]


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in CREATE_POSTGRESQL:
            schema_editor.execute(statement)
    else:
        schema_editor.execute(CREATE_SQLITE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE assets_asset DROP COLUMN words")
    else:
        schema_editor.execute("DROP TABLE assets_words")


class Migration(migrations.Migration):

    dependencies = [
        ("assets", "0004_finding"),
        ("billing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="number",
            field=models.BigIntegerField(
                editable=False,
                help_text="Its row in the text index, where that needs one",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="tag_ids",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RemoveField(model_name="asset", name="search"),
        migrations.RemoveIndex(model_name="asset", name="assets_asse_account_1bd516_idx"),
        migrations.RemoveIndex(model_name="asset", name="assets_asse_account_12e56f_idx"),
        migrations.RemoveIndex(model_name="asset", name="assets_asse_account_5badf9_idx"),
        migrations.AddIndex(
            model_name="asset", index=models.Index(fields=LISTED, name="asset_listed")
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                fields=["account", "module", "provider", "model"], name="asset_makers"
            ),
        ),
        migrations.RunPython(create, drop, elidable=False),
    ]
