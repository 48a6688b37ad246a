"""On PostgreSQL the database itself refuses to change a line of the audit log, and removes one only
for the sweeper, which says so."""

from django.db import migrations

MAKE = """
CREATE FUNCTION zoetrope_audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('zoetrope.sweeping', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'A line of the audit log is never changed or removed.';
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON billing_auditevent
    FOR EACH ROW EXECUTE FUNCTION zoetrope_audit_is_kept();
"""
DROP = """
DROP TRIGGER IF EXISTS audit_is_kept ON billing_auditevent;
DROP FUNCTION IF EXISTS zoetrope_audit_is_kept();
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_team")]
    operations = [migrations.RunPython(make, drop)]
