"""On PostgreSQL the database itself refuses to change or remove a line of the ledger, whoever asks."""

from django.db import migrations

MAKE = """
CREATE FUNCTION zoetrope_ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A line of the ledger is never changed or removed; write another one.';
END $$;
CREATE TRIGGER ledger_is_kept BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION zoetrope_ledger_is_kept();
"""
DROP = """
DROP TRIGGER IF EXISTS ledger_is_kept ON billing_entry;
DROP FUNCTION IF EXISTS zoetrope_ledger_is_kept();
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_payments")]
    operations = [migrations.RunPython(make, drop)]
