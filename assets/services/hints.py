"""Proposed tags: made by rules or models, accepted or refused by people. Until it is accepted, a
proposal is no tag and finds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from assets.media import Refused
from assets.models import Asset, HintSource, HintState, LibrarySettings, Look, TagHint
from assets.services import rules
from assets.services.library import set_tags
from assets.services.names import MOST_TAGS, clean, tag_names
from billing import audit_log
from billing.models import Account

MOST_FACES = 1_000


def propose(asset: Asset, names: Iterable[str], source: str = HintSource.RULE) -> None:
    """Proposes tags that the asset does not have; one that was refused is not proposed again.
    Raises Refused for names that cannot be tags."""
    had = set(asset.tags.values_list("name", flat=True))
    fresh = [name for name in tag_names(names) if name not in had]
    TagHint.objects.bulk_create(
        [TagHint(asset=asset, name=name, source=source) for name in fresh], ignore_conflicts=True
    )


def propose_by_rule(asset: Asset, layout: bytes = b"") -> None:
    """What the rules say of a new asset; in accounts that want it so, it becomes tags at once."""
    recipe = asset.recipe if isinstance(asset.recipe, dict) else {}
    known = rules.Known(
        kind=asset.kind,
        width=asset.width,
        height=asset.height,
        has_audio=asset.has_audio,
        has_alpha=asset.has_alpha,
        layout=layout,
        operation=clean(str(recipe.get("operation") or ""))[:40],
        provider=clean(str(recipe.get("provider") or ""))[:40],
    )
    _by_rule(asset, rules.names_for(known))


def faces_counted(asset: Asset, faces: int) -> None:
    """So many faces are seen in it. A repeat changes nothing."""
    with transaction.atomic():
        if Look.objects.filter(asset=asset, faces=None).update(faces=min(faces, MOST_FACES)):
            _by_rule(asset, rules.people(faces))


def _by_rule(asset: Asset, names: list[str]) -> None:
    """Proposes them; in accounts that want it so, they become tags at once."""
    propose(asset, names)
    if names and accepts_rules(asset.account):
        room = MOST_TAGS - asset.tags.count()
        accept(asset, [hint.name for hint in open_hints(asset) if hint.name in names][:room])


def open_hints(asset: Asset) -> list[TagHint]:
    return list(asset.hints.filter(state=HintState.OPEN))


def accept(asset: Asset, names: Sequence[str] | None = None) -> list[str]:
    """Makes open proposals tags; None is all of them. Returns those that were accepted. Raises
    Refused when that would be too many."""
    return _decide(asset, names, HintState.ACCEPTED)


def refuse(asset: Asset, names: Sequence[str] | None = None) -> list[str]:
    """Puts open proposals away for good; None is all of them. Returns those that were refused."""
    return _decide(asset, names, HintState.REFUSED)


def _decide(asset: Asset, names: Sequence[str] | None, state: HintState) -> list[str]:
    chosen = asset.hints.filter(state=HintState.OPEN)
    if names is not None:
        chosen = chosen.filter(name__in=tag_names(names))
    with transaction.atomic():
        # Two who accept at once must not undo each other.
        Asset.objects.select_for_update().get(pk=asset.pk)
        found = list(chosen.values_list("name", flat=True))
        if state == HintState.ACCEPTED and found:
            had = list(asset.tags.values_list("name", flat=True))
            if len({*had, *found}) > MOST_TAGS:
                raise Refused(
                    f"The asset would have {len({*had, *found})} tags; the limit is {MOST_TAGS}. "
                    "Accept fewer of them."
                )
            set_tags(asset, [*had, *found])
        asset.hints.filter(state=HintState.OPEN, name__in=found).update(state=state)
    return found


def accepts_rules(account: Account) -> bool:
    return LibrarySettings.objects.filter(account=account, accept_rules=True).exists()


def set_accepts_rules(account: Account, wanted: bool) -> None:
    LibrarySettings.objects.update_or_create(account=account, defaults={"accept_rules": wanted})
    given = "are given at once" if wanted else "are proposed"
    audit_log.write(account, "settings.library", f"tags by rule {given}")
