"""On SQLite the text index keeps what begins with one and with two letters ready: a search for one
letter reads one list instead of those of hundreds of words."""

from django.db import migrations

COLUMNS = "title, tags, prompt, other, marks"
# A word stands behind the sign of its account (7 letters) and a line.
ONE, TWO = 9, 10
CREATE = (
    f"CREATE VIRTUAL TABLE assets_words USING fts5({COLUMNS}, columnsize=0, {{}}"
    "tokenize=\"ascii tokenchars '_'\")"
)


def remade(options):
    def remake(apps, schema_editor):
        if schema_editor.connection.vendor != "sqlite":
            return
        schema_editor.execute("ALTER TABLE assets_words RENAME TO assets_words_before")
        schema_editor.execute(CREATE.format(options))
        schema_editor.execute(
            f"INSERT INTO assets_words(rowid, {COLUMNS}) "
            f"SELECT rowid, {COLUMNS} FROM assets_words_before"
        )
        schema_editor.execute("DROP TABLE assets_words_before")

    return remake


class Migration(migrations.Migration):

    dependencies = [("assets", "0022_shared")]

    operations = [migrations.RunPython(remade(f"prefix='{ONE} {TWO}', "), remade(""))]
