"""Static files under names that carry a hash of what is in them, imports of scripts included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    # Without it an upgrade could mix a new script with an old one that it imports.
    support_js_module_import_aggregation = True
