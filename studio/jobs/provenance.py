"""What a result is, in the words of the IPTC, and the recipe that it carries with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assets import services as assets
from assets.media.mark import SOURCE_TYPES
from assets.models import Asset
from studio import catalogue
from studio.jobs.sources import asset_ids
from studio.models import Job

TRAINED = "trainedAlgorithmicMedia"
TRAINED_EDIT = "compositeWithTrainedAlgorithmicMedia"
ALGORITHM = "algorithmicMedia"
ALGORITHM_EDIT = "algorithmicallyEnhanced"
# Where somebody decides what a file tells, or how large it is, nothing is added.
_DECIDED = {"strip_metadata", "target_kb", "target_mb", "target_size", "formats"}


def recipe_of(job: Job) -> dict[str, Any]:
    """What made it, every parameter."""
    return {
        "operation": job.operation,
        "offer": job.offer,
        "provider": job.provider,
        "params": job.params,
        "notes": job.notes,
    }


def source_type(local: bool, sources: Iterable[Asset]) -> str:
    """Made by a trained model, or by the rules of this computer; from nothing, or from something
    that was there, of which a trained model may have made a part."""
    sources = list(sources)
    if not local:
        return TRAINED_EDIT if sources else TRAINED
    if any(was_trained(source) for source in sources):
        return TRAINED_EDIT
    return ALGORITHM_EDIT if sources else ALGORITHM


def was_trained(asset: Asset) -> bool:
    """Whether its recipe names a model of somebody else's; of another studio's files it is taken
    for granted."""
    recipe = asset.recipe
    provider = catalogue.providers().get(recipe.get("provider", ""))
    return "imported" in recipe or (provider is not None and not provider.local)


def mark_of(job: Job) -> assets.Mark | None:
    """What a result of this computer carries; None where the order decides that."""
    operation = catalogue.operations()[job.operation]
    if _DECIDED & {p.name for p in operation.params}:
        return None
    ids = asset_ids(operation, job.params)
    sources = Asset.objects.for_account(job.account).filter(pk__in=ids)
    return assets.Mark(source_type(True, sources), recipe_of(job))


def kind_of(asset: Asset) -> str:
    """The IPTC address of what an asset is; empty for what somebody brought in, which may be
    anything. Its sources are those that are still there."""
    recipe = asset.recipe
    if "imported" in recipe:
        return SOURCE_TYPES + TRAINED
    if not recipe.get("operation"):
        return ""
    sources = asset.parents.filter(account_id=asset.account_id)
    return SOURCE_TYPES + source_type(not was_trained(asset), sources)
