"""What a step of a batch hands on to the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assets.models import Asset
from studio import catalogue
from studio.models import Job

Files = Mapping[str, Asset]


def made_by(some: Iterable[Job]) -> Files:
    """What they made and the library still has, in the trash or not, with one query."""
    ids = {pk for job in some for pk in job.outputs}
    accounts = {job.account_id for job in some}
    mine = Asset.objects.filter(account__in=accounts, pk__in=ids)
    return {str(asset.pk): asset for asset in mine}


def handed_on(
    before: Job, operation: str, begins_with: str, takes: int, files: Files
) -> Asset | None:
    """Of what the job before made, the file that one of this operation takes; it may be in the
    trash. None where it is gone, or where nobody can say any more which of them it would be."""
    known = catalogue.operations().get(operation)
    if known is None or not all(pk in files for pk in before.outputs):
        return None
    kind = known.param(begins_with).asset_kind
    found = [files[pk] for pk in before.outputs if files[pk].kind == kind]
    return found[takes] if takes < len(found) else None


def in_trash(file: Asset, by: str) -> str:
    """Why the next step cannot begin with what the step called so made, and the way out."""
    return (
        f"“{file.title}”, which “{by}” made for this row, is in the trash. Restore it, and only "
        "what was not done is done again; or delete it for good, and that step is done and paid "
        "again."
    )
