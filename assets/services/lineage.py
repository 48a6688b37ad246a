"""Where an asset comes from and what came of it, over many steps, as a graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assets.models import Asset, Board

MOST = 60
DEEPEST = 8
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass
class Node:
    """An asset in the graph; `asset` is None for a source that is deleted for good. `step` counts
    from the asset that is looked at: its sources are at -1, what was made from it at 1."""

    id: UUID
    step: int
    asset: Asset | None = None


@dataclass
class Lineage:
    """Nodes by step, edges as (source, made from it), and whether there is more than is shown."""

    nodes: dict[UUID, Node] = field(default_factory=dict)
    edges: set[tuple[UUID, UUID]] = field(default_factory=set)
    more: bool = False


def lineage(asset: Asset, most: int = MOST, deepest: int = DEEPEST) -> Lineage:
    """The nearest `most` relatives, up to `deepest` steps both ways; of its own account alone."""
    found = Lineage({asset.pk: Node(asset.pk, 0, asset)})
    sides = [_walk(asset, found, -1), _walk(asset, found, 1)]
    steps = 0
    while sides and steps < deepest * 2:
        side = sides.pop(0)
        if next(side, None) is not None:
            sides.append(side)
        steps += 1
        if len(found.nodes) > most:
            break
    found.more = found.more or bool(sides)
    _cut(found, most)
    _add_deleted(found)
    return found


def _walk(asset: Asset, found: Lineage, way: int) -> Iterator[int]:
    """One step after the other in one direction; each time the number of nodes that came."""
    through = Asset.parents.through._default_manager
    mine, theirs = ("from_asset_id", "to_asset_id")[::-way]
    edge, step = {asset.pk}, 0
    while edge:
        step += way
        pairs = list(
            through.filter(**{f"{mine}__in": edge}).values_list(mine, theirs)[: MOST * 4 + 1]
        )
        ids = {other for _, other in pairs} - found.nodes.keys()
        others = Asset.objects.for_account(asset.account).in_bulk(ids)
        found.nodes |= {pk: Node(pk, step, other) for pk, other in others.items()}
        for one, other in pairs:
            if other in found.nodes:
                found.edges.add((other, one) if way < 0 else (one, other))
        edge = set(others)
        if edge:
            yield len(edge)


def _cut(found: Lineage, most: int) -> None:
    """The nearest stay, of the same step the newest."""
    if len(found.nodes) <= most:
        return
    nearest = sorted(found.nodes.values(), key=lambda n: (abs(n.step), -n.id.int))[:most]
    found.nodes = {node.id: node for node in nearest}
    kept = found.nodes.keys()
    found.edges = {(a, b) for a, b in found.edges if a in kept and b in kept}
    found.more = True


def _add_deleted(found: Lineage) -> None:
    """What recipes name and nobody has any more. Whether another account has it is not looked at:
    a recipe only ever names what its own account had."""
    for node in list(found.nodes.values()):
        if node.asset is None:
            continue
        sources = {a for a, b in found.edges if b == node.id}
        for pk in _named(node.asset.recipe.get("params", {})):
            known = pk in found.nodes and pk not in sources
            if pk in sources or known or _exists(node.asset, pk):
                continue
            found.nodes.setdefault(pk, Node(pk, node.step - 1))
            found.edges.add((pk, node.id))


def _named(value: Any) -> list[UUID]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [pk for item in value[:50] for pk in _named(item)]
    return [UUID(value)] if isinstance(value, str) and _UUID.fullmatch(value) else []


def _exists(asset: Asset, pk: UUID) -> bool:
    return Asset.objects.filter(account_id=asset.account_id, pk=pk).exists()


# --- before something is thrown away ------------------------------------------------------------


def used_in(assets: Iterable[Asset]) -> str:
    """What in sight would miss them, in words: 'it was used for 2 files and 1 board shows it';
    empty when nothing would. They are of one account."""
    assets = list(assets)
    if not assets:
        return ""
    ids, account = [asset.pk for asset in assets], assets[0].account
    made = Asset.objects.for_account(account).filter(parents__in=ids).live().distinct().count()
    boards = Board.objects.for_account(account).filter(items__asset__in=ids)
    shown = boards.open().distinct().count()
    it = "it" if len(ids) == 1 else "them"
    parts = []
    if made:
        parts.append(f"{made} file{_s(made)} {'was' if made == 1 else 'were'} made from {it}")
    if shown:
        parts.append(f"{shown} board{_s(shown)} {'shows' if shown == 1 else 'show'} {it}")
    return " and ".join(parts)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
